internal import Quantities
internal import RealModule

/// Accuracy against the number of samples for several sizes, between the numbers that were tried.
struct SampleCurves: Sendable {
  let samples: [Double]
  /// Arithmetic of one sample of each size.
  let operations: [Double]

  /// The accuracy with so many samples, linear in their logarithm; nil outside what was tried.
  func accuracy(_ curve: [Double], at count: Double) -> Double? {
    guard let first = samples.first, let last = samples.last else { return nil }
    // Budgets are computed from costs, so that whole numbers of samples come out nearly whole.
    guard count >= first * (1 - 1e-9), count <= last * (1 + 1e-9) else { return nil }
    guard let upper = samples.firstIndex(where: { $0 >= count }) else { return curve.last }
    guard upper > 0 else { return curve[0] }
    let (a, b) = (samples[upper - 1], samples[upper])
    let share = Double.log(count / a) / Double.log(b / a)
    return curve[upper - 1] + share * (curve[upper] - curve[upper - 1])
  }

  /// The smallest number of samples that reaches an accuracy, log-interpolated; nil for none.
  func samples(reaching target: Double, on curve: [Double]) -> Double? {
    if curve[0] >= target { return samples[0] }
    for index in curve.indices.dropFirst() where curve[index] >= target {
      let share = (target - curve[index - 1]) / (curve[index] - curve[index - 1])
      return samples[index - 1] * Double.pow(samples[index] / samples[index - 1], share)
    }
    return nil
  }

  /// The best size for each budget, from the cheapest sample to the most that all were tried with.
  func budgets(
    means: [[Double]], draws: [[[Double]]], names: [String]
  ) -> [SizeSampleTradeoff.Budget] {
    guard let least = operations.min(), let most = operations.max(), let last = samples.last else {
      return []
    }
    var budgets: [SizeSampleTradeoff.Budget] = []
    var budget = least * samples[0]
    while budget <= most * last * (1 + 1e-9) {
      if let best = best(within: budget, means),
        let accuracy = accuracy(means[best], within: budget, of: best)
      {
        let wins = draws.count { self.best(within: budget, $0) == best }
        budgets.append(
          .init(
            operations: budget, best: names[best], samples: min(budget / operations[best], last),
            accuracy: accuracy, confidence: Double(wins) / Double(max(draws.count, 1))))
      }
      budget *= 2
    }
    return budgets
  }

  private func accuracy(_ curve: [Double], within budget: Double, of size: Int) -> Double? {
    accuracy(curve, at: min(budget / operations[size], samples.last ?? 1))
  }

  private func best(within budget: Double, _ curves: [[Double]]) -> Int? {
    curves.indices.compactMap { size in
      accuracy(curves[size], within: budget, of: size).map { (size, $0) }
    }.max { ($0.1, -operations[$0.0]) < ($1.1, -operations[$1.0]) }?.0
  }

  func exchange(
    _ small: (size: SizeSampleTradeoff.Size, index: Int),
    _ large: (size: SizeSampleTradeoff.Size, index: Int), means: [[Double]], draws: [[[Double]]],
    bootstrap: ProblemBootstrap, problems: Int
  ) -> SizeSampleTradeoff.Exchange {
    let value = samples(reaching: means[large.index][0], on: means[small.index])
    let values = draws.map { samples(reaching: $0[large.index][0], on: $0[small.index]) }
    let reached = values.count { $0 != nil }
    let unit = small.size.operationsPerSample / (large.size.operationsPerSample * samples[0])
    let ratio = large.size.parameters / small.size.parameters
    var exchange = SizeSampleTradeoff.Exchange(
      small: small.size.name, large: large.size.name, parameterRatio: ratio,
      reached: Double(reached) / Double(max(values.count, 1)), sentence: "")
    guard let value else {
      exchange.sentence =
        "\(samples.last.map { Int(saturating: $0) } ?? 0) samples of \(small.size.name) do not reach one of \(large.size.name)."
      return exchange
    }
    // Where a resample does not reach it, the number lies beyond the last one tried.
    let logs = bootstrap.interval(
      around: Double.log(value), draws: values.map { $0.map { Double.log($0) } ?? .infinity },
      problems: problems)
    let found = Estimated(
      value: value, low: Double.exp(logs.low), high: Double.exp(logs.high))
    exchange.samples = found
    exchange.costRatio = Estimated(
      value: value * unit, low: found.low * unit, high: found.high * unit)
    let limit = TrainTestExchange.tokenRatio(multiplier: value, parameterRatio: ratio)
    if limit.isFinite { exchange.breakEvenRatio = limit }
    let cost = value * unit
    exchange.sentence =
      "\(Self.text(value)) samples of \(small.size.name) reach one of \(large.size.name) at \(Self.text(cost)) times its arithmetic: \(cost < 1 ? "the small model is cheaper" : "the large model is cheaper")."
    return exchange
  }

  private static func text(_ value: Double) -> String {
    value >= 10
      ? String(Int(saturating: value.rounded())) : String((value * 100).rounded() / 100)
  }
}
