/// Measures of association between two columns of equal length.
public enum Correlation: String, Sendable, Hashable, CaseIterable {
  /// Pearson's product-moment correlation: linear association.
  case pearson
  /// Spearman's rank correlation with average ranks for ties: monotone association.
  case spearman
  /// Kendall's τ_b: the balance of concordant and discordant pairs, corrected for ties.
  case kendall

  /// The coefficient, from −1 to 1; NaN below two points or where a column is constant.
  ///
  /// Kendall compares all pairs, so its cost grows with the square of the count.
  public func callAsFunction(_ x: [Double], _ y: [Double]) -> Double {
    precondition(x.count == y.count, "columns of \(x.count) and \(y.count) values")
    return switch self {
    case .pearson: Self.pearsonCoefficient(x, y)
    case .spearman: Self.pearsonCoefficient(averageRanks(x), averageRanks(y))
    case .kendall: Self.kendallCoefficient(x, y)
    }
  }

  private static func pearsonCoefficient(_ x: [Double], _ y: [Double]) -> Double {
    guard x.count > 1, let firstX = x.first, let firstY = y.first else { return .nan }
    // Rounding of the mean must not turn a constant column into noise.
    if x.allSatisfy({ $0 == firstX }) || y.allSatisfy({ $0 == firstY }) { return .nan }
    let meanX = mean(x)
    let meanY = mean(y)
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return min(1, max(-1, xy / (xx.squareRoot() * yy.squareRoot())))
  }

  private static func kendallCoefficient(_ x: [Double], _ y: [Double]) -> Double {
    var balance = 0
    var untiedX = 0
    var untiedY = 0
    for i in x.indices {
      if x[i].isNaN || y[i].isNaN { return .nan }
      for j in 0..<i {
        let signX = x[i] > x[j] ? 1 : x[i] < x[j] ? -1 : 0
        let signY = y[i] > y[j] ? 1 : y[i] < y[j] ? -1 : 0
        balance += signX * signY
        untiedX += signX * signX
        untiedY += signY * signY
      }
    }
    guard untiedX > 0, untiedY > 0 else { return .nan }
    return Double(balance) / (Double(untiedX).squareRoot() * Double(untiedY).squareRoot())
  }
}

/// The ranks of values from 1, ties sharing the average of their places.
public func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
    start = end
  }
  return ranks
}

/// The exact two-sided p-value of Kendall's S = concordant − discordant pairs without ties.
///
/// The number of permutations with k inversions is counted by convolution (Kendall, 1938). Ties
/// shrink |S|, so that using this distribution for tied data is conservative.
func kendallExactPValue(score: Int, count: Int) -> Double {
  let pairs = count * (count - 1) / 2
  var probability = [1.0]
  for size in 1..<max(count, 2) {
    // Inserting element size + 1 adds 0...size inversions, each equally likely.
    var next = [Double](repeating: 0, count: probability.count + size)
    for (inversions, p) in probability.enumerated() {
      for added in 0...size { next[inversions + added] += p / Double(size + 1) }
    }
    probability = next
  }
  let inversions = (pairs - abs(score)) / 2
  return min(1, 2 * probability.prefix(inversions + 1).reduce(0, +))
}
