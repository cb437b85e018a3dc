internal import RealModule
internal import Statistics

/// The student and teacher perceptrons on which pruned training sets beat power laws [27].
///
/// Examples x are standard normal in d dimensions and labelled by sign(T·x). A probe at an angle to
/// the teacher ranks them by their margin |J·x|; the smallest (hard), the largest (easy) or random
/// ones are kept. A student of largest margin is trained on them; its error, simulated, is its
/// angle to the teacher over π.
public struct PruningTestbed: Sendable, Hashable {
  /// Which examples are kept.
  public enum Keeping: String, Sendable, Hashable, CaseIterable, Codable {
    /// Those with the smallest margins.
    case hard
    case random
    /// Those with the largest margins.
    case easy
  }

  /// d.
  public var dimension: Int
  /// Examples before pruning, for each dimension.
  public var examplesPerDimension: Double
  /// The share kept.
  public var kept: Double
  /// The angle between probe and teacher in radians; 0 for a perfect ranking.
  public var probeAngle: Double

  /// Creates a testbed.
  public init(
    dimension: Int = 100, examplesPerDimension: Double, kept: Double, probeAngle: Double = 0
  ) {
    precondition(dimension > 1, "a perceptron needs two dimensions or more")
    precondition(kept > 0 && kept <= 1, "what is kept is a share")
    self.dimension = dimension
    self.examplesPerDimension = examplesPerDimension
    self.kept = kept
    self.probeAngle = probeAngle
  }

  /// The examples that are trained on.
  public var keptCount: Int {
    max(Int((kept * examplesPerDimension * Double(dimension)).rounded()), 1)
  }

  /// The error of the student in several draws.
  public func errors(_ keeping: Keeping, draws: Int, seed: UInt64 = 0) -> [Double] {
    (0..<draws).map { draw in
      var random = SplittableRandom(seed: seed).split(draw)
      return error(keeping, &random)
    }
  }

  private func error(_ keeping: Keeping, _ random: inout SplittableRandom) -> Double {
    // Nothing prefers a direction: the teacher is the first axis, the probe lies in the plane of
    // the first two.
    let count = max(Int((examplesPerDimension * Double(dimension)).rounded()), 1)
    var rows: [(margin: Double, values: [Double])] = []
    rows.reserveCapacity(count)
    let (along, across) = (Double.cos(probeAngle), Double.sin(probeAngle))
    for _ in 0..<count {
      var values = (0..<dimension).map { _ in random.nextNormal() }
      let margin = abs(along * values[0] + across * values[1])
      if values[0] < 0 { for index in values.indices { values[index] = -values[index] } }
      rows.append((margin, values))
    }
    switch keeping {
    case .hard: rows.sort { $0.margin < $1.margin }
    case .easy: rows.sort { $0.margin > $1.margin }
    case .random: break
    }
    let student = LargestMargin.direction(of: rows.prefix(keptCount).map(\.values))
    let length = student.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return 0.5 }
    return Double.acos(min(max(student[0] / length, -1), 1)) / Double.pi
  }
}

/// The separating direction of largest margin through the origin, by dual coordinate ascent.
enum LargestMargin {
  /// The weights w of least length with w·x ≥ 1, up to the tolerance, for every row: examples times
  /// their labels, separable through the origin.
  static func direction(
    of rows: [[Double]], passes: Int = 2000, tolerance: Double = 1e-3
  ) -> [Double] {
    guard let width = rows.first?.count else { return [] }
    var weights = [Double](repeating: 0, count: width)
    var duals = [Double](repeating: 0, count: rows.count)
    let squares = rows.map { $0.reduce(0) { $0 + $1 * $1 } }
    for _ in 0..<passes {
      var worst = 0.0
      for (row, values) in rows.enumerated() {
        var product = 0.0
        for index in 0..<width { product += weights[index] * values[index] }
        let gradient = product - 1
        // At the optimum a row has its margin, or no force and more than its margin.
        let miss = duals[row] > 0 ? abs(gradient) : max(-gradient, 0)
        worst = max(worst, miss)
        guard miss > 0 else { continue }
        let next = max(duals[row] - gradient / squares[row], 0)
        let step = next - duals[row]
        guard step != 0 else { continue }
        duals[row] = next
        for index in 0..<width { weights[index] += step * values[index] }
      }
      if worst < tolerance { break }
    }
    return weights
  }
}
