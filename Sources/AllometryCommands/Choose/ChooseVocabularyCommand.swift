internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChooseVocabularyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vocabulary",
    abstract: "The vocabulary size for a model: least compute, or least loss by a fit.",
    usage: "allometry choose vocabulary --parameters <N> --width <width> [<options>]",
    discussion: """
      A larger vocabulary makes the text shorter and the embedding larger. Without a
      fit, the size of least training compute for a fixed text (approach 2 of [L9],
      with the paper's tokens per character). With a fit of the law vocabulary and
      --compute, the size of least unigram-normalised loss at that budget.

      Examples:
        allometry choose vocabulary --parameters 3B --width 3200
        allometry choose vocabulary --parameters 3B --width 3200 --fit v.json \\
          --compute 1e22
      """)

  @Option(
    help: ArgumentHelp("Parameters outside the embedding.", valueName: "N"))
  var parameters: String

  @Option(help: ArgumentHelp("The width of the embedding.", valueName: "width"))
  var width: String

  @Option(help: ArgumentHelp("A saved fit of the law vocabulary.", valueName: "fit.json"))
  var fit: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The training budget, with --fit.", valueName: "FLOPs"))
  var compute: String?

  @Flag(help: "Print JSON (schema allometry.vocabulary/1).")
  var json = false

  private struct Answer: Encodable {
    var schema = "allometry.vocabulary/1"
    var parameters: Double
    var width: Double
    /// The size of least compute for a fixed text; absent outside 2 to 200,000.
    var leastCompute: Double?
    var tokensPerCharacter: Double?
    /// The size of least loss at the budget.
    var leastLoss: Estimated?
    var loss: Estimated?
    var compute: Double?
  }

  func run() throws {
    try reportingFailure {
      let size = try NameList.positive(parameters, option: "--parameters")
      let embedding = try NameList.positive(width, option: "--width")
      guard (fit == nil) == (compute == nil) else {
        throw CommandFailure(
          .usage, "--fit and --compute go together: the loss at a budget, expected both or neither")
      }
      let least = Vocabulary.optimalVocabulary(parameters: size, width: embedding)
      var answer = Answer(
        parameters: size, width: embedding, leastCompute: least,
        tokensPerCharacter: least.map { Vocabulary.tokensPerCharacter(vocabulary: $0) })
      if let fit, let compute {
        let saved = try SavedFitArguments.load(fit, law: Vocabulary().name)
        let budget = try NameList.positive(compute, option: "--compute")
        let choice = try saved.bestVocabulary(
          parameters: size, width: embedding, compute: budget)
        answer.leastLoss = choice.vocabulary
        answer.loss = choice.loss
        answer.compute = budget
      }
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func print(_ answer: Answer) {
    let model =
      "\(NumberFormat.scale(answer.parameters)) parameters outside the embedding, width \(NumberFormat.significant(answer.width, 5))"
    Console.say(
      answer.leastCompute.map {
        "For \(model), a vocabulary of \(NumberFormat.scale($0)) tokens reads a fixed text with the least training compute (\(NumberFormat.significant(answer.tokensPerCharacter ?? .nan, 3)) tokens per character; approach 2 of [L9], not fitted to your text)."
      }
        ?? "For \(model), the vocabulary of least training compute lies beyond 200,000 tokens, where the paper measured no text."
    )
    if let best = answer.leastLoss, let loss = answer.loss, let compute = answer.compute {
      Console.say(
        "At \(NumberFormat.flops(compute)) FLOPs the fit predicts the lowest unigram-normalised loss, \(NumberFormat.significant(loss.value, 4)), for \(NumberFormat.scale(best.value)) tokens\(best.low.isFinite ? " [\(NumberFormat.scale(best.low)), \(NumberFormat.scale(best.high))]" : "")."
      )
    }
  }
}
