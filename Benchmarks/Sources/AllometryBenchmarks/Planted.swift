import Foundation
import RunTables
import Statistics

/// Tables drawn from a known formula with a fixed seed.
enum Planted {
  /// Numbers evenly spaced on a logarithmic scale.
  static func ladder(_ low: Double, _ high: Double, count: Int) -> [Double] {
    (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
  }

  /// Model sizes crossed with amounts of data, and a loss with relative noise of 0.3 %.
  static func surface(
    sizes: Int, tokens: Int, seed: UInt64, loss: (_ n: Double, _ d: Double) -> Double
  ) throws -> RunTable {
    var random = SplittableRandom(seed: seed)
    var columns = [[Double]](repeating: [], count: 3)
    for n in ladder(5e7, 1e10, count: sizes) {
      for d in ladder(1e9, 3e11, count: tokens) {
        columns[0].append(n)
        columns[1].append(d)
        columns[2].append(loss(n, d) * exp(0.003 * random.nextNormal()))
      }
    }
    return try RunTable(
      ["N": .numbers(columns[0]), "D": .numbers(columns[1]), "loss": .numbers(columns[2])],
      source: "planted")
  }

  /// One size on a ladder, and an outcome with relative noise of 0.3 %.
  static func curve(
    _ name: String, low: Double, high: Double, count: Int, seed: UInt64,
    outcome: (Double) -> Double
  ) throws -> RunTable {
    var random = SplittableRandom(seed: seed)
    let x = ladder(low, high, count: count)
    let y = x.map { outcome($0) * exp(0.003 * random.nextNormal()) }
    return try RunTable([name: .numbers(x), "loss": .numbers(y)], source: "planted")
  }
}
