internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChooseSplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "How to divide parameters between encoder and decoder.",
    discussion: """
      By a saved fit of encoder-decoder in its form product [126]: the shares of
      least loss are those of the two exponents, at any total.

      Examples:
        allometry fit translation.csv --law encoder-decoder --json > e.json
        allometry choose split e.json --parameters 600M
      """)

  @OptionGroup var saved: SavedFitArguments

  @Option(help: ArgumentHelp("Parameters of both together.", valueName: "N"))
  var parameters: String

  @Flag(help: "Print JSON (schema allometry.split/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      let total = try NameList.positive(parameters, option: "--parameters")
      let fit = try SavedFitArguments.load(saved.fit, law: EncoderDecoder().name)
      guard fit.law.value(ofSetting: "form") == "product" else {
        throw CommandFailure(
          .usage,
          "\(saved.fit): found another form of encoder-decoder, expected --set form=product, which alone has an optimal split"
        )
      }
      let split = fit.derivedTogether { point in
        let best = EncoderDecoder.optimalSplit(of: total, point: point)
        return [best.encoder, best.decoder, best.encoder / total]
      }
      if json {
        struct Answer: Encodable {
          var schema = "allometry.split/1"
          var encoder: Estimated
          var decoder: Estimated
          var encoderShare: Estimated
        }
        try Console.print(
          json: Answer(encoder: split[0], decoder: split[1], encoderShare: split[2]))
        return
      }
      Console.say(
        "Of \(NumberFormat.scale(total)) parameters, \(split[0].scaleText) to the encoder and \(split[1].scaleText) to the decoder (\(NumberFormat.percent(split[2].value, decimals: 0)) encoder)."
      )
      Console.warn(fit.document.warnings)
    }
  }
}
