internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// What all runs of one size, or of one length, have in common beyond the law, such as a shape or a
/// learning rate of their own. Rows then count for less than they seem to.
///
/// The residuals of a least-squares fit are split into means of the values of a column and the
/// rest, and the mean squares are compared; how much of either the fit itself has taken away
/// follows from its Jacobian.
public struct SharedScatter: Sendable, Hashable, Codable {
  /// The column whose values runs share.
  public var column: String
  /// The number of its values.
  public var values: Int
  /// The standard deviation of what a value has of its own, in the objective's residual scale.
  public var deviation: Double
  /// The standard deviation of a run about it.
  public var runDeviation: Double
  /// The probability of means at least as far apart if runs were independent.
  public var pValue: Double

  /// The value of each row, numbered from 0; −1 for rows that were left out.
  var groupOfRow: [Int]
  /// The mean square of the values' means, and what it expects of one unit of their variance.
  var betweenMeanSquare: Double
  var betweenFreedom: Double
  var perVariance: Double
  var withinMeanSquare: Double
  var withinFreedom: Double

  /// Below this probability runs of one value are taken to be off together.
  static let level = 0.01

  /// Compares mean squares; nil where there is nothing to compare. Rows of group −1 are left out;
  /// the Jacobian of the residuals is one array a free parameter.
  init?(column: String, groupOfRow: [Int], residuals: [Double], jacobian: [[Double]]) {
    let rows = groupOfRow.indices.filter { groupOfRow[$0] >= 0 }
    let count = (groupOfRow.max() ?? -1) + 1
    var space = OrthonormalColumns(count: rows.count)
    space.add(jacobian.map { column in rows.map { column[$0] } })
    let basis = space.columns
    let n = Double(rows.count)
    guard count >= 3, rows.count >= count + basis.count + 3, !basis.isEmpty else { return nil }
    var size = [Double](repeating: 0, count: count)
    var sum = [Double](repeating: 0, count: count)
    for row in rows {
      size[groupOfRow[row]] += 1
      sum[groupOfRow[row]] += residuals[row]
    }
    // One run a value has nobody to share with.
    guard size.count(where: { $0 > 1 }) >= 3 else { return nil }
    let all = rows.reduce(0) { $0 + residuals[$1] * residuals[$1] }
    let between = zip(sum, size).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
    // The sums of each basis vector over each group: Qᵀ Z.
    let parts = basis.map { vector in
      var result = [Double](repeating: 0, count: count)
      for (slot, row) in rows.enumerated() { result[groupOfRow[row]] += vector[slot] }
      return result
    }
    let taken = parts.reduce(0) { total, part in
      total + zip(part, size).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
    }
    betweenFreedom = Double(count) - taken
    withinFreedom = n - Double(basis.count) - betweenFreedom
    guard betweenFreedom > 0.5, withinFreedom >= 3 else { return nil }
    // ‖P (I − H) Z‖²: the group means of what the fit leaves of one unit in one group.
    var per = 0.0
    for group in 0..<count {
      for other in 0..<count {
        var mean = group == other ? 1.0 : 0
        for part in parts { mean -= part[group] * part[other] / size[group] }
        per += size[group] * mean * mean
      }
    }
    perVariance = per
    betweenMeanSquare = between / betweenFreedom
    withinMeanSquare = max(all - between, 0) / withinFreedom
    guard per > 0, withinMeanSquare > 0, betweenMeanSquare.isFinite else { return nil }
    pValue = FisherF(numerator: betweenFreedom, denominator: withinFreedom)
      .survival(betweenMeanSquare / withinMeanSquare)
    deviation =
      (max(betweenMeanSquare - withinMeanSquare, 0) * betweenFreedom / per).squareRoot()
    runDeviation = withinMeanSquare.squareRoot()
    self.column = column
    values = count
    self.groupOfRow = groupOfRow
  }

  /// A standard deviation of values that their mean square allows.
  func drawn(_ generator: inout SplittableRandom) -> Double {
    let chi = 2 * generator.nextGamma(shape: betweenFreedom / 2)
    let square = betweenMeanSquare * min(betweenFreedom / chi, 2500)
    return (max(square - withinMeanSquare, 0) * betweenFreedom / perVariance).squareRoot()
  }

  /// What a reader must know; relative residuals are of logarithms.
  func sentence(isRelative: Bool) -> String {
    func size(_ x: Double) -> String {
      isRelative
        ? "\(NumberFormat.sentence(x * 100, digits: 2)) %" : NumberFormat.sentence(x, digits: 2)
    }
    return
      "runs of one \(column) are off together (\(NumberFormat.probability("p", pValue, floor: 1e-12))): by \(size(deviation)), against \(size(runDeviation)) for a run alone; intervals count the \(values) values of \(column) and not the rows, and only more of them would narrow these"
  }
}

extension Fitter {
  /// What runs of one size or of one length have in common; nil where they are independent as far
  /// as the table tells.
  func sharedScatter(of fit: Fit) -> SharedScatter? {
    // Large tables resample their rows, in which a size of hundreds is no hidden cluster.
    guard observations.schedules.isEmpty, observations.clusterCount == observations.count,
      observations.count < 20 * space.free.count
    else { return nil }
    let left = Set(fit.departedRows)
    let used = observations.weights.indices.filter {
      observations.weights[$0] > 0 && !left.contains($0)
    }
    guard used.count >= 6 else { return nil }
    let names = ["N", "D"].filter { name in law.card.columns.contains { $0.name == name } }
    guard !names.isEmpty,
      let jacobian = try? FitJacobian(
        law: law, observations: observations, options: options, at: fit.estimate)
    else { return nil }
    let residuals = leastSquaresResiduals(from: fit.estimate, rows: used)
    let columns = jacobian.columns.keys.sorted().compactMap { jacobian.columns[$0] }
    let found = names.compactMap { name -> SharedScatter? in
      guard let values = observations.columns[name] else { return nil }
      let classes = DesignPoints.classes(of: used.map { values[$0] })
      var groups = [Int](repeating: -1, count: observations.count)
      for (slot, row) in used.enumerated() { groups[row] = classes[slot] }
      return SharedScatter(
        column: name, groupOfRow: groups, residuals: residuals, jacobian: columns)
    }
    // Two columns are tried.
    return found.filter { $0.pValue * Double(names.count) < SharedScatter.level }
      .min { $0.pValue < $1.pValue }
  }
}
