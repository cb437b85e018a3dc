internal import ArgumentParser
internal import LanguageModels
internal import Quantities
internal import Reports

/// The options by which a draft hands strange chunks over to a larger model.
struct EscalationArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --draft: the share of the draft's chunks that this model writes anew, those that look strangest to it.",
      valueName: "share"))
  var escalate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --escalate: samples of each prompt, whose chunks are ranked against each other; default 8.",
      valueName: "count"))
  var samples: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --escalate: tokens of a chunk; default 8.", valueName: "count"))
  var chunk: Int?

  private static let usualSamples = 8
  private static let usualChunk = 8

  /// Makes sure that the options go together.
  func check(draft: String?, others: [(option: String, isGiven: Bool)]) throws {
    guard let escalate else {
      if samples != nil || chunk != nil {
        throw CommandFailure(
          .usage, "\(samples != nil ? "--samples" : "--chunk") goes with --escalate; found none")
      }
      return
    }
    try OptionCheck.share(escalate, option: "--escalate")
    try OptionCheck.atLeast(2, samples, option: "--samples")
    try OptionCheck.atLeast(1, chunk, option: "--chunk")
    guard draft != nil else {
      throw CommandFailure(.usage, "--escalate goes with --draft, the model that writes first")
    }
    if let other = others.first(where: \.isGiven) {
      throw CommandFailure(.usage, "\(other.option) does not go with --escalate")
    }
    let count = samples ?? Self.usualSamples
    // The strangest of n chunks has a rank of 1/n.
    guard escalate * Double(count) >= 1 - 1e-9 else {
      throw CommandFailure(
        .usage,
        "--escalate: \(count) samples tell shares from \(NumberFormat.significant(1 / Double(count), 3)) up apart, found \(escalate); expected more --samples"
      )
    }
  }

  /// The escalation of texts of at most so many tokens.
  func settings(
    _ alpha: Double, rule: SamplingRule, limit: Int, end: Int32?, seed: UInt64
  ) -> ConformalEscalation {
    let length = min(chunk ?? Self.usualChunk, limit)
    return ConformalEscalation(
      rule: rule, chunkLength: length, sampleCount: samples ?? Self.usualSamples,
      turnCount: limit / length, alpha: alpha, calibration: .online,
      stopTokens: Set([end].compactMap { $0 }), seed: seed)
  }

  /// How many chunks were handed over and what both models wrote.
  static func summary(_ reports: [EscalationReport]) -> String {
    let turns = reports.flatMap(\.turns)
    let chunks = turns.reduce(0) { $0 + $1.scores.count }
    let escalated = turns.reduce(0) { $0 + $1.escalated }
    let cost = reports.reduce(DecodingCost()) { $0 + $1.cost }
    let rates = EscalationReport.ratesByTurn(reports).map { NumberFormat.percent($0, decimals: 0) }
    return "\(escalated) of \(chunks) chunks handed over "
      + "(\(NumberFormat.percent(Double(escalated) / Double(max(chunks, 1)))); by turn "
      + "\(rates.joined(separator: ", "))); \(cost.draft.generatedTokens) tokens drafted, "
      + "\(cost.target.generatedTokens) written by the larger model"
  }
}
