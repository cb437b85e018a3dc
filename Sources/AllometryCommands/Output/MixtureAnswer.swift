internal import Reports
internal import ScalingLaws

/// The best mixture of training domains by a saved fit of the mixture law [134].
struct MixtureAnswer {
  let fit: SavedFit
  let law: MixtureLaw

  private struct Answer: Encodable {
    var schema = "allometry.mixture/1"
    var shares: [String: Double]
    var outcome: Estimated
  }

  /// The average of the best 128 of 100,000 random mixtures, and what the law predicts for it.
  func print(json: Bool) throws {
    let flat = [Double](repeating: 1, count: law.domains.count)
    let kernel = law
    let shares = MixtureRegression.bestMixture(prior: flat) { mixture in
      kernel.prediction(fit.estimate, at: mixture)
    }
    let outcome = fit.derived { kernel.prediction($0, at: shares) }
    if json {
      Console.print(
        try jsonText(
          Answer(
            shares: Dictionary(
              zip(law.domains, shares).map { ($0, $1) }, uniquingKeysWith: { first, _ in first }),
            outcome: outcome)))
      return
    }
    var table = TextTable(
      columns: [.init("domain"), .init("share", alignment: .trailing)], widthLimit: Console.width)
    for (domain, share) in zip(law.domains, shares).sorted(by: { $0.1 > $1.1 }) {
      table.rows.append([domain, NumberFormat.percent(share)])
    }
    Console.print(table.render(), terminator: "")
    Console.print(
      Console.wrap(
        "Average of the best 128 of 100,000 random mixtures; predicted \(fit.document.response.column) \(NumberFormat.withInterval(outcome.value, outcome.low, outcome.high)). It holds at the size and budget of the fitted runs.",
        width: Console.width))
  }
}
