public import Optimization
internal import RealModule

/// The loss on one target by the shares of the domains in the training mixture [L17][134].
///
/// L = c + k·exp(Σ_j t_j·w_j). Since the shares w add up to 1, a constant added to all t_j is a
/// factor of k; k is held at 1 here, which loses nothing and leaves no idle direction.
public struct MixtureLaw: Law {
  /// The columns of the shares.
  public let domains: [String]

  /// Creates the law for the given columns of shares.
  public init(domains: [String] = ["share_1", "share_2", "share_3"]) { self.domains = domains }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "mixture", title: "Loss by the mixture of training domains",
      formula: "c + exp(sum_j t_j w_j), shares w_j: \(domains.joined(separator: ", "))",
      citations: ["L17", "134"],
      columns: domains.map {
        ColumnRequirement(
          $0, unit: "fraction", meaning: "share of the training tokens", positive: false)
      },
      objective: .squaredLog,
      caution: "Name the columns of the shares with --set domains=A,B,C; they must add up to 1. "
        + "The law holds at one size and budget.")
  }

  /// c, then t of each domain.
  public var parameters: [LawParameter] {
    [.amplitude("c", unit: "nats/token")]
      + domains.map { .shape("t_\($0)", domain: .real, bounds: -100...100, starts: [0]) }
  }

  /// `domains`.
  public var settings: [LawSetting] {
    [
      LawSetting(
        "domains", value: domains.joined(separator: ","),
        meaning: "the columns of the shares, separated by commas")
    ]
  }

  /// Names the columns of the shares.
  public func setting(_ name: String, to value: String) throws(FitError) -> any Law {
    guard name == "domains" else {
      throw .unknownSetting(law: self.name, name: name, known: settings.map(\.name))
    }
    let columns = value.split(separator: ",").map(String.init)
    guard !columns.isEmpty, Set(columns).count == columns.count else {
      throw .badSetting(
        law: self.name, name: name, value: value,
        expected: "different column names separated by commas")
    }
    return MixtureLaw(domains: columns)
  }

  /// c + exp(Σ_j t_j·w_j).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    var sum = Dual<K>(number: 0)
    for domain in 0..<domains.count { sum = sum + p[domain + 1] * x[domain] }
    return p[0] + exp(sum)
  }

  /// For several floors below the smallest loss, the least squares of ln(L − c) on the shares.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let smallest = observations.response.filter(\.isFinite).min() ?? 1
    let shares = domains.map { observations.column($0) }
    return [1e-3, 0.3, 0.6, 0.8, 0.9, 0.97].map { part in
      let floor = max(part * smallest, 1e-12)
      let target = observations.response.map { Double.log(max($0 - floor, 1e-12)) }
      return [floor] + minimumNormLeastSquares(columns: shares, target: target)
    }
  }

  /// The mixture of lowest predicted loss with every share inside a range.
  ///
  /// The law is increasing in Σ_j t_j·w_j, so the domains are filled to their upper ends in the
  /// order of their t. Without ranges the optimum is a single domain, which no run has tried.
  ///
  /// - Parameters:
  ///   - point: c, then t of each domain.
  ///   - ranges: the shares that are allowed, usually those that the table holds.
  /// - Returns: the shares in the order of `domains`, or nil where no mixture fits the ranges.
  public func bestMixture(_ point: [Double], within ranges: [ClosedRange<Double>]) -> [Double]? {
    var shares = ranges.map { min(max($0.lowerBound, 0), 1) }
    var left = 1 - shares.reduce(0, +)
    guard ranges.count == domains.count, left >= -1e-9 else { return nil }
    for domain in domains.indices.sorted(by: { (point[$0 + 1], $0) < (point[$1 + 1], $1) }) {
      let room = min(min(ranges[domain].upperBound, 1) - shares[domain], max(left, 0))
      shares[domain] += room
      left -= room
    }
    return left <= 1e-6 ? shares : nil
  }
}
