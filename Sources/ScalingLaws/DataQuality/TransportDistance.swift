internal import Foundation

/// The optimal-transport distance between a mixture of sources and validation data [8].
///
/// Examples are points of a feature space, moving one to another costs their Euclidean distance,
/// and the transport is smoothed by its entropy (Sinkhorn). A source's share is spread evenly over
/// its examples. What the smoothing makes of a distribution compared with itself is taken off (the
/// Sinkhorn divergence, Feydy et al. 2019). The derivative with respect to a share is the mean of
/// the dual potential over the examples of its source, up to a constant.
public struct TransportDistance: Sendable {
  /// The number of sources.
  public let sourceCount: Int
  /// The strength of smoothing, in units of the features.
  public let smoothing: Double

  /// Where each source's examples start among all, with the end of the last.
  private let starts: [Int]
  private let across: Cost
  private let within: Cost
  /// What the smoothing makes of the validation data compared with itself.
  private let validationAlone: Double
  /// The potentials of the last mixture, from which the next one starts.
  private var last: Potentials

  private struct Potentials: Sendable {
    var source: [Double]
    var validation: [Double]
    var alone: [Double]
  }

  /// Prepares distances between the validation data and sources of one row of features an example;
  /// smoothing is in units of the mean distance between them. Throws `FitError.unusable` for an
  /// empty source, rows of different lengths, features that are not finite or examples that are all
  /// equal.
  public init(
    sources: [[[Double]]], validation: [[Double]], smoothing: Double = 0.1
  ) throws(FitError) {
    let width = validation.first?.count ?? 0
    guard !sources.isEmpty, width > 0, sources.allSatisfy({ !$0.isEmpty }) else {
      throw .unusable("a transport distance needs examples of each source and of validation data")
    }
    let examples = sources.flatMap(\.self)
    for row in examples + validation {
      guard row.count == width, row.allSatisfy(\.isFinite) else {
        throw .unusable("a transport distance needs as many finite features in every example")
      }
    }
    guard smoothing > 0, smoothing.isFinite else {
      throw .unusable("the smoothing of a transport is above zero, found \(smoothing)")
    }
    across = Cost(from: examples, to: validation)
    let mean = across.values.reduce(0, +) / Double(across.values.count)
    guard mean > 0 else { throw .unusable("all examples are equal: there is no distance") }
    self.smoothing = smoothing * mean
    within = Cost(from: examples, to: examples)
    sourceCount = sources.count
    starts = sources.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let even = [Double](repeating: 1 / Double(validation.count), count: validation.count)
    var alone = [Double](repeating: 0, count: validation.count)
    validationAlone = Self.transportToItself(
      Cost(from: validation, to: validation), even, self.smoothing, &alone)
    last = Potentials(
      source: [Double](repeating: 0, count: examples.count), validation: across.columnMinima,
      alone: [Double](repeating: 0, count: examples.count))
  }

  /// The distance of a mixture from the validation data and its derivatives.
  ///
  /// The search for the potentials starts from those of the mixture asked for before.
  ///
  /// - Parameter shares: one share a source, adding up to 1.
  /// - Returns: the distance, in units of the features, and its derivative with respect to each
  ///   share, up to a constant that they have in common.
  public mutating func callAsFunction(_ shares: [Double]) -> (value: Double, slopes: [Double]) {
    precondition(shares.count == sourceCount, "one share a source")
    var weights: [Double] = []
    for (source, share) in shares.enumerated() {
      let count = starts[source + 1] - starts[source]
      weights += [Double](repeating: max(share, 0) / Double(count), count: count)
    }
    let moved = Self.transport(across, weights, smoothing, &last.source, &last.validation)
    let alone = Self.transportToItself(within, weights, smoothing, &last.alone)
    let slopes = shares.indices.map { source in
      let examples = starts[source]..<starts[source + 1]
      return examples.reduce(0) { $0 + last.source[$1] - last.alone[$1] }
        / Double(examples.count)
    }
    return (moved - alone / 2 - validationAlone / 2, slopes)
  }

  private struct Cost: Sendable {
    let rows: Int
    let columns: Int
    let values: [Double]

    init(from: [[Double]], to: [[Double]]) {
      rows = from.count
      columns = to.count
      values = from.flatMap { left in
        to.map { right in
          var sum = 0.0
          for (a, b) in zip(left, right) { sum += (a - b) * (a - b) }
          return sum.squareRoot()
        }
      }
    }

    var columnMinima: [Double] {
      (0..<columns).map { column in
        (0..<rows).reduce(Double.infinity) { min($0, values[$1 * columns + column]) }
      }
    }
  }

  /// How far potentials may still move, in units of the smoothing, and how many rounds they have.
  private static let tolerance = 1e-7
  private static let rounds = 2000

  /// The smoothed transport to evenly weighted columns, and the potentials of both sides.
  ///
  /// f ← −ε ln Σ_j b_j exp((g_j − C_ij)/ε) and g likewise, on a kernel into which the potentials
  /// of the start are taken, so that no power of e leaves the range of numbers.
  private static func transport(
    _ cost: Cost, _ a: [Double], _ epsilon: Double, _ f: inout [Double], _ g: inout [Double]
  ) -> Double {
    let (n, m) = (cost.rows, cost.columns)
    let b = 1 / Double(m)
    // The first round in logarithms: it makes rows comparable whatever the start.
    for i in 0..<n { f[i] = softMinimum(n: m, epsilon) { g[$0] - cost.values[i * m + $0] } }
    var kernel = [Double](repeating: 0, count: n * m)
    var (u, v) = ([Double](), [Double]())
    func absorb() {
      for i in 0..<n {
        for j in 0..<m { kernel[i * m + j] = exp((f[i] + g[j] - cost.values[i * m + j]) / epsilon) }
      }
      u = [Double](repeating: 1, count: n)
      v = [Double](repeating: 1, count: m)
    }
    absorb()
    for _ in 0..<rounds {
      var columns = [Double](repeating: 0, count: m)
      for i in 0..<n where a[i] > 0 {
        let weight = a[i] * u[i]
        for j in 0..<m { columns[j] += weight * kernel[i * m + j] }
      }
      var change = 0.0
      for j in 0..<m {
        let next = 1 / max(columns[j], 1e-300)
        change = max(change, abs(log(next / v[j])))
        v[j] = next
      }
      for i in 0..<n {
        var row = 0.0
        for j in 0..<m { row += v[j] * kernel[i * m + j] }
        u[i] = 1 / max(row * b, 1e-300)
      }
      let isFar = v.contains { !($0 > 1e-30 && $0 < 1e30) }
      if change < tolerance || isFar {
        for i in 0..<n { f[i] += epsilon * log(u[i]) }
        for j in 0..<m { g[j] += epsilon * log(v[j]) }
        if !isFar { break }
        absorb()
      }
    }
    return zip(a, f).reduce(0) { $0 + $1.0 * $1.1 } + g.reduce(0, +) * b
  }

  /// The smoothed transport of a distribution to itself; both sides have one potential.
  private static func transportToItself(
    _ cost: Cost, _ a: [Double], _ epsilon: Double, _ f: inout [Double]
  ) -> Double {
    let n = cost.rows
    // e^(−C/ε) is 1 on the diagonal, so no row is lost.
    let kernel = cost.values.map { exp(-$0 / epsilon) }
    var u = f.map { exp($0 / epsilon) }
    for _ in 0..<rounds {
      var change = 0.0
      var next = u
      for i in 0..<n {
        var row = 0.0
        for j in 0..<n { row += a[j] * u[j] * kernel[i * n + j] }
        // The mean of the old and the new potential: alone, the new one swings.
        next[i] = (u[i] / max(row, 1e-300)).squareRoot()
        change = max(change, abs(log(next[i] / u[i])))
      }
      u = next
      if change < tolerance { break }
    }
    for i in 0..<n { f[i] = epsilon * log(u[i]) }
    return 2 * zip(a, f).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// −ε ln mean exp(x/ε), by the largest.
  private static func softMinimum(n: Int, _ epsilon: Double, _ x: (Int) -> Double) -> Double {
    var largest = -Double.infinity
    for j in 0..<n { largest = max(largest, x(j)) }
    var sum = 0.0
    for j in 0..<n { sum += exp((x(j) - largest) / epsilon) }
    return -largest - epsilon * log(sum / Double(n))
  }
}
