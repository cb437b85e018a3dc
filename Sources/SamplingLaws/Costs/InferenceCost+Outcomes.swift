internal import Optimization
public import RunTables

extension InferencePricing {
  /// The mean cost over recorded lengths, problem by problem and then over problems.
  ///
  /// It is the mean of the costs, not the cost of the mean length: traffic grows with the square of
  /// the length, so that long attempts weigh more [3]. `promptTokens` is L_in where the table has
  /// no column of it.
  ///
  /// - Throws: without tokens, without prompt tokens, and for invalid settings.
  public func meanCost(
    of arm: OutcomeArm, trials: Double = 1, promptTokens: Double? = nil, threads: Int = 2
  ) throws(PlanningError) -> InferenceCost {
    try check()
    try PlanningError.require(trials >= 0, "The number of trials is negative.")
    guard let tokens = arm.tokens else { throw .missingColumn("tokens") }
    let prompts = promptTokens == nil ? arm.promptTokens : nil
    if promptTokens == nil, prompts == nil { throw .missingColumn("tokens_in") }
    struct Sums {
      var linear = 0.0, attention = 0.0, search = 0.0, bytes = 0.0
      var count = 0
    }
    let sums = parallelMap(count: arm.problemCount, threads: threads) { problem in
      var sums = Sums()
      for row in arm.rows(ofProblem: problem) {
        let output = Double(tokens[row])
        let input = promptTokens ?? Double(prompts?[row] ?? 0)
        if output.isNaN || input.isNaN { continue }
        let cost = price(.init(promptTokens: input, outputTokens: output, trials: trials))
        sums.linear += cost.linearOperations
        sums.attention += cost.attentionOperations
        sums.search += cost.searchOperations
        sums.bytes += cost.keyValueBytes
        sums.count += 1
      }
      return sums
    }
    let known = sums.filter { $0.count > 0 }
    guard !known.isEmpty else { throw .tooFew("No attempt has its tokens recorded.") }
    func mean(_ value: (Sums) -> Double) -> Double {
      known.reduce(0) { $0 + value($1) / Double($1.count) } / Double(known.count)
    }
    let missing = sums.count - known.count
    return InferenceCost(
      linear: mean(\.linear), attention: mean(\.attention), search: mean(\.search),
      bytes: mean(\.bytes), intensity: intensity,
      warnings: missing == 0
        ? [] : ["\(missing) of \(sums.count) problems have no attempt with tokens; left out."])
  }
}
