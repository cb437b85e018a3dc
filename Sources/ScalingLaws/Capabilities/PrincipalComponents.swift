internal import Optimization

/// Principal components of a table with missing values.
///
/// Columns are centred (and scaled to unit variance where asked). Missing entries are filled by the
/// fit of the first components and the components found again until the filled values stop moving
/// [L13].
public struct PrincipalComponents: Sendable {
  /// The centre of each column.
  public let centre: [Double]
  /// What each column is divided by: 1, or its standard deviation.
  public let scale: [Double]
  /// The loadings of all components, `loadings[component][column]`, of unit length.
  ///
  /// Each is turned so that its loadings add up to a positive number.
  public let loadings: [[Double]]
  /// The variance of each component, descending.
  public let variances: [Double]
  /// The rows in the components, `scores[row][component]`.
  public let scores: [[Double]]
  /// The table with missing entries filled, in the units of the input.
  public let filled: [[Double]]
  /// How many rounds the filling took; 0 where nothing was missing.
  public let rounds: Int

  /// The share of the variance that each component explains.
  public var explained: [Double] {
    let total = variances.reduce(0, +)
    return variances.map { total > 0 ? $0 / total : .nan }
  }

  /// Finds the components; `rows` holds NaN where missing and needs two rows and a column, `rank`
  /// components fill missing entries.
  public init(of rows: [[Double]], rank: Int, standardize: Bool = false) {
    let columns = rows.first?.count ?? 0
    precondition(rows.count >= 2 && columns >= 1, "components need a table")
    var filled = rows
    let missing = rows.map { $0.map(\.isNaN) }
    let hasMissing = missing.contains { $0.contains(true) }
    for column in 0..<columns {
      let known = rows.map { $0[column] }.filter { !$0.isNaN }
      let centre = known.reduce(0, +) / Double(max(known.count, 1))
      for row in rows.indices where missing[row][column] { filled[row][column] = centre }
    }
    var result = Self.decompose(filled, standardize: standardize)
    var rounds = 0
    while hasMissing, rounds < 2000 {
      rounds += 1
      var moved = 0.0
      for row in rows.indices {
        for column in 0..<columns where missing[row][column] {
          var value = 0.0
          for component in 0..<min(rank, columns) {
            value += result.scores[row][component] * result.loadings[component][column]
          }
          let next = result.centre[column] + result.scale[column] * value
          moved = max(moved, abs(next - filled[row][column]) / max(result.scale[column], 1e-300))
          filled[row][column] = next
        }
      }
      result = Self.decompose(filled, standardize: standardize)
      if moved < 1e-9 { break }
    }
    centre = result.centre
    scale = result.scale
    loadings = result.loadings
    variances = result.variances
    scores = result.scores
    self.filled = filled
    self.rounds = rounds
  }

  /// The scores of a row that was not among those decomposed, missing entries left out.
  ///
  /// The first `rank` components are fitted to the entries that are there by least squares.
  public func project(_ row: [Double], rank: Int) -> [Double] {
    let used = row.indices.filter { !row[$0].isNaN }
    let count = min(rank, loadings.count)
    var gram = SymmetricMatrix(order: count)
    var right = [Double](repeating: 0, count: count)
    for column in used {
      let value = (row[column] - centre[column]) / scale[column]
      for a in 0..<count {
        right[a] += loadings[a][column] * value
        for b in 0..<count { gram[a, b] += loadings[a][column] * loadings[b][column] }
      }
    }
    // A hair of ridge decides directions that the entries do not see.
    for a in 0..<count { gram[a, a] += 1e-9 }
    return gram.choleskyFactor()?.solve(right) ?? right
  }

  private static func decompose(
    _ rows: [[Double]], standardize: Bool
  ) -> (
    centre: [Double], scale: [Double], loadings: [[Double]], variances: [Double],
    scores: [[Double]]
  ) {
    let columns = rows[0].count
    let count = Double(rows.count)
    let centre = (0..<columns).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    var covariance = SymmetricMatrix(order: columns)
    for row in rows {
      for a in 0..<columns {
        for b in 0..<columns {
          covariance[a, b] += (row[a] - centre[a]) * (row[b] - centre[b]) / (count - 1)
        }
      }
    }
    let scale = (0..<columns).map { column -> Double in
      let deviation = covariance[column, column].squareRoot()
      return standardize && deviation > 0 ? deviation : 1
    }
    for a in 0..<columns { for b in 0..<columns { covariance[a, b] /= scale[a] * scale[b] } }
    let system = covariance.eigenSystem()
    let order = system.values.indices.reversed()
    let loadings = order.map { index -> [Double] in
      let vector = system.vectors[index]
      return vector.reduce(0, +) < 0 ? vector.map { -$0 } : vector
    }
    let scores = rows.map { row in
      loadings.map { loading in
        var sum = 0.0
        for column in 0..<columns {
          sum += (row[column] - centre[column]) / scale[column] * loading[column]
        }
        return sum
      }
    }
    return (centre, scale, loadings, order.map { max(system.values[$0], 0) }, scores)
  }
}
