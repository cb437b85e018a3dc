/// Linear least squares in which the `nonnegative` coefficients may not be negative, by the
/// active-set method of Lawson and Hanson (1974) on the normal equations; the design has one array
/// of rows a coefficient, and free coefficients are never removed. Nil where the design is
/// singular.
public func nonnegativeLeastSquares(
  columns: [[Double]], target: [Double], nonnegative: [Bool]
) -> [Double]? {
  let order = columns.count
  // Columns are scaled to unit length: amplitudes of laws differ by many orders of magnitude.
  let scales = columns.map { column -> Double in
    let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 && length.isFinite ? 1 / length : 0
  }
  var gram = SymmetricMatrix(order: order)
  var moment = [Double](repeating: 0, count: order)
  for row in 0..<order {
    for column in 0...row {
      var sum = 0.0
      for index in target.indices { sum += columns[row][index] * columns[column][index] }
      gram[row, column] = sum * scales[row] * scales[column]
      gram[column, row] = gram[row, column]
    }
    var sum = 0.0
    for index in target.indices { sum += columns[row][index] * target[index] }
    moment[row] = sum * scales[row]
  }
  guard moment.allSatisfy(\.isFinite), gram.elements.allSatisfy(\.isFinite) else { return nil }

  func solve(on active: [Int]) -> [Double]? {
    var matrix = SymmetricMatrix(order: active.count)
    for (row, i) in active.enumerated() {
      for (column, j) in active.enumerated() { matrix[row, column] = gram[i, j] }
    }
    return matrix.choleskyFactor(tolerance: 1e-13)?.solve(active.map { moment[$0] })
  }

  var active = (0..<order).filter { !nonnegative[$0] }
  var solution = [Double](repeating: 0, count: order)
  if !active.isEmpty {
    guard let values = solve(on: active) else { return nil }
    for (slot, index) in active.enumerated() { solution[index] = values[slot] }
  }
  for _ in 0..<3 * order + 3 {
    var best = -1
    var bestGradient = 1e-12
    for index in 0..<order where nonnegative[index] && !active.contains(index) {
      var gradient = moment[index]
      for other in 0..<order { gradient -= gram[index, other] * solution[other] }
      if gradient > bestGradient {
        bestGradient = gradient
        best = index
      }
    }
    guard best >= 0 else { break }
    active.append(best)
    active.sort()
    while true {
      guard let values = solve(on: active) else {
        active.removeAll { $0 == best }
        break
      }
      var step = 1.0
      for (slot, index) in active.enumerated() where nonnegative[index] && values[slot] <= 0 {
        step = min(step, solution[index] / (solution[index] - values[slot]))
      }
      for (slot, index) in active.enumerated() {
        solution[index] += step * (values[slot] - solution[index])
      }
      if step >= 1 { break }
      active.removeAll { nonnegative[$0] && solution[$0] <= 1e-15 }
      for index in 0..<order where !active.contains(index) { solution[index] = 0 }
      if active.isEmpty { break }
    }
  }
  return (0..<order).map { solution[$0] * scales[$0] }
}
