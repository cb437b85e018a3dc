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

  /// The law's optimum within the shares that the fitted runs tried.
  func print(json: Bool) throws {
    let kernel = law
    let ranges = law.domains.map { fit.ranges[$0] ?? 0...1 }
    guard let shares = law.bestMixture(fit.estimate, within: ranges) else {
      throw CommandFailure(
        .badData, "the saved fit's ranges of shares allow no mixture that adds up to 1")
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
        "The law's optimum with each share inside the range of the fitted runs; predicted \(fit.document.response.column) \(NumberFormat.withInterval(outcome.value, outcome.low, outcome.high)). It holds at the size and budget of the fitted runs.",
        width: Console.width))
  }
}
