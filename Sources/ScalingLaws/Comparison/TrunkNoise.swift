internal import Statistics

/// The part of the noise that branches of one trunk share.
struct TrunkNoise: Sendable {
  /// The share of the variance that is common to the rows of a trunk.
  let share: Double
  /// The trunk of each row, over both tables.
  private let trunks: [Int]

  /// Measures the share from the residuals of fits: the intraclass correlation, never negative.
  ///
  /// - Parameter fits: those of the tables, in the order of the rows.
  init(_ fits: [Fit]) {
    var numbered: [Int] = []
    var products = 0.0
    var pairs = 0.0
    var squares = 0.0
    var rows = 0.0
    for fit in fits {
      let next = (numbered.max() ?? -1) + 1
      let names = Set(fit.observations.clusters).sorted()
      numbered += fit.observations.clusters.map { (names.firstIndex(of: $0) ?? 0) + next }
      let groups = Dictionary(grouping: fit.residuals.indices) { fit.observations.clusters[$0] }
      for trunk in names {
        let own = (groups[trunk] ?? []).map { fit.residuals[$0] }
        let sum = own.reduce(0, +)
        let square = own.reduce(0) { $0 + $1 * $1 }
        products += sum * sum - square
        pairs += Double(own.count * (own.count - 1))
        squares += square
        rows += Double(own.count)
      }
    }
    trunks = numbered
    share = pairs > 0 && squares > 0 ? min(max(products / pairs / (squares / rows), 0), 0.98) : 0
  }

  /// Gives standard normal noise its common part.
  func mix(into noise: inout [Double], _ generator: inout SplittableRandom) {
    let common = share.squareRoot()
    let own = (1 - share).squareRoot()
    let count = (trunks.max() ?? -1) + 1
    let shared = (0..<count).map { _ in generator.nextNormal() }
    for row in noise.indices { noise[row] = common * shared[trunks[row]] + own * noise[row] }
  }
}
