/// An orthonormal basis that grows column by column; columns that it spans already are left out.
struct OrthonormalColumns: Sendable {
  private(set) var columns: [[Double]] = []
  private let count: Int

  init(count: Int) { self.count = count }

  mutating func add(_ new: [[Double]]) {
    for column in new where columns.count < count {
      let size = Self.product(column, column).squareRoot()
      guard size > 0, size.isFinite else { continue }
      // Twice, because once is not enough for columns that are nearly spanned.
      let rest = remainder(of: remainder(of: column))
      let length = Self.product(rest, rest).squareRoot()
      guard length > 1e-7 * size else { continue }
      columns.append(rest.map { $0 / length })
    }
  }

  /// What the basis does not span.
  func remainder(of vector: [Double]) -> [Double] {
    var rest = vector
    for column in columns {
      let product = Self.product(column, rest)
      for index in rest.indices { rest[index] -= product * column[index] }
    }
    return rest
  }

  /// The sum of squares of what the basis does not span.
  func squaredRemainder(of vector: [Double]) -> Double {
    let rest = remainder(of: vector)
    return Self.product(rest, rest)
  }

  static func product(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
