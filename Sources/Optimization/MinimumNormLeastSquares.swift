/// The least-squares solution of smallest length: directions that the rows do not determine get no
/// weight, so a rank-deficient design has an answer.
public func minimumNormLeastSquares(columns: [[Double]], target: [Double]) -> [Double] {
  let order = columns.count
  var gram = SymmetricMatrix(order: order)
  for i in 0..<order {
    for j in 0...i {
      let dot = zip(columns[i], columns[j]).reduce(0) { $0 + $1.0 * $1.1 }
      gram[i, j] = dot
      gram[j, i] = dot
    }
  }
  let moment = columns.map { zip($0, target).reduce(0) { $0 + $1.0 * $1.1 } }
  let system = gram.eigenSystem()
  let cutoff = 1e-11 * (system.values.last ?? 0)
  var solution = [Double](repeating: 0, count: order)
  for (value, vector) in zip(system.values, system.vectors) where value > cutoff {
    let projection = zip(vector, moment).reduce(0) { $0 + $1.0 * $1.1 } / value
    for index in 0..<order { solution[index] += projection * vector[index] }
  }
  return solution
}
