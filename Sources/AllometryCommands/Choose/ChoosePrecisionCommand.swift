internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChoosePrecisionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "precision",
    abstract: "The training precision of least loss, and when quantising later turns harmful.",
    usage: "allometry choose precision [<options>]",
    discussion: """
      Where compute goes as N D P, the training precision P* does not depend on the
      budget [L11]. With --parameters and --bits, quantising after training to so
      many bits makes training tokens harmful beyond a number of them, D_crit; the
      floating-point layout of those bits is that of [136]. With a saved fit of
      precision its constants replace the paper's.

      Examples:
        allometry choose precision
        allometry choose precision --parameters 1B --bits 4 --fit precision.json
      """)

  @Option(help: ArgumentHelp("A saved fit of precision.", valueName: "fit.json"))
  var fit: String?

  @Option(help: ArgumentHelp("The size of the model, for D_crit.", valueName: "N"))
  var parameters: String?

  @Option(parsing: .unconditional, help: "Bits of weights after training, for D_crit.")
  var bits: Int?

  @Flag(help: "Print JSON (schema allometry.precision/1).")
  var json = false

  private struct Answer: Encodable {
    struct Layout: Encodable {
      var exponentBits: Int
      var mantissaBits: Int
    }
    var schema = "allometry.precision/1"
    var source: String
    var optimalBits: Estimated
    var parameters: Double?
    var bits: Int?
    var criticalTokens: Estimated?
    var layout: Layout?
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(2, bits, option: "--bits")
      guard (parameters == nil) == (bits == nil) else {
        throw CommandFailure(
          .usage, "--parameters and --bits go together, expected both or neither")
      }
      let saved = try fit.map { try SavedFitArguments.load($0, law: Precision().name) }
      let law: any Law = saved?.law ?? Precision()
      let gammas = law.parameters.indices.filter { law.parameters[$0].name.hasPrefix("gamma") }
      func best(_ point: [Double]) -> Double {
        Precision.optimalBits(parts: gammas.map { (gamma: point[$0], n: point[$0 + 1]) }) ?? .nan
      }
      let answerBits = saved?.derived(best) ?? Estimated(value: best(Precision.published))
      var answer = Answer(
        source: fit ?? "the constants of the paper [L11]", optimalBits: answerBits)
      if let parameters, let bits {
        let size = try NameList.positive(parameters, option: "--parameters")
        let penalty = PostTrainingQuantization()
        let b = law.index(of: "B") ?? 0
        let alpha = law.index(of: "alpha") ?? 0
        func critical(_ point: [Double]) -> Double {
          penalty.criticalTokens(
            b: point[b], beta: point[alpha], parameters: size, bits: Double(bits))
        }
        answer.parameters = size
        answer.bits = bits
        answer.criticalTokens =
          saved?.derived(critical) ?? Estimated(value: critical(Precision.published))
        if let layout = FloatQuantization.integerLayout(bits: bits) {
          answer.layout = Answer.Layout(
            exponentBits: layout.exponentBits, mantissaBits: layout.mantissaBits)
        }
      }
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func print(_ answer: Answer) {
    Console.say(
      answer.optimalBits.value.isFinite
        ? "Training precision of least loss at compute in N D P: \(answer.optimalBits.text(digits: 4)) bits, at any budget, by \(answer.source)."
        : "By \(answer.source) no training precision is best: the condition has no root.")
    guard let critical = answer.criticalTokens, let size = answer.parameters,
      let width = answer.bits
    else { return }
    let interval =
      critical.low.isFinite
      ? " [\(NumberFormat.scale(critical.low)), \(NumberFormat.scale(critical.high))]" : ""
    Console.say(
      "Quantised to \(width) bits after training, a model of \(NumberFormat.scale(size)) parameters gets worse with training beyond \(NumberFormat.scale(critical.value))\(interval) tokens (the penalty's constants are the paper's; its uncertainty is not in the interval)."
    )
    if let layout = answer.layout {
      Console.say(
        "As a float of \(width) bits: \(layout.exponentBits) of exponent and \(layout.mantissaBits) of mantissa lose least [136]."
      )
    }
  }
}
