/// The covariance of fixed effects corrected for the estimated variances (Kenward and Roger 1997).
///
/// With `V = Σ σ_k² Z_k Z_kᵀ + σ² I`, `Φ = (XᵀV⁻¹X)⁻¹`, `P_k = −XᵀV⁻¹V_kV⁻¹X` and
/// `Q_kl = XᵀV⁻¹V_kV⁻¹V_lV⁻¹X`, where `V_k = ∂V/∂σ_k²`, the correction is
/// `2Φ{Σ W_kl (Q_kl − P_kΦP_l)}Φ` with W the inverse of the expected information of the variances.
struct SmallSampleCovariance {
  /// Φ.
  let plain: [[Double]]
  /// Φ with the correction.
  let corrected: [[Double]]
  /// ∂Φ/∂σ_k² for each variance, the error's last.
  let gradients: [[[Double]]]
  /// The covariance of the variances, W.
  let information: [[Double]]

  /// - Parameters:
  ///   - predictors: the fixed effects.
  ///   - groups: for each variance above zero the level of each row, from 0.
  ///   - variances: those variances.
  ///   - residual: the variance of an error.
  init(predictors: [[Double]], groups: [[Int]], variances: [Double], residual: Double) {
    let rows = predictors[0].count
    let p = predictors.count
    guard residual > 0 else {
      let none = [[Double]](repeating: Array(repeating: 0, count: p), count: p)
      (plain, corrected, gradients) = (none, none, [none])
      information = [[0]]
      return
    }
    // In units of the residual variance, which keeps all numbers near one.
    var covariance = [[Double]](repeating: Array(repeating: 0, count: rows), count: rows)
    for i in 0..<rows {
      covariance[i][i] = 1
      for (group, variance) in zip(groups, variances) {
        for j in 0..<rows where group[i] == group[j] { covariance[i][j] += variance / residual }
      }
    }
    let inverse = inverted(covariance).inverse
    let weighted = (0..<rows).map { i in
      predictors.map { column in (0..<rows).reduce(0) { $0 + inverse[i][$1] * column[$1] } }
    }
    let gram = (0..<p).map { a in
      (0..<p).map { b in (0..<rows).reduce(0) { $0 + predictors[a][$1] * weighted[$1][b] } }
    }
    let phi = inverted(gram).inverse
    // The error is a factor with a level for each row.
    let all = groups + [Array(0..<rows)]
    let counts = all.map { ($0.max() ?? -1) + 1 }
    let sums = zip(all, counts).map { group, count in
      var sum = [[Double]](repeating: Array(repeating: 0, count: p), count: count)
      for row in 0..<rows { for a in 0..<p { sum[group[row]][a] += weighted[row][a] } }
      return sum
    }
    let ps = sums.map { sum in
      (0..<p).map { a in (0..<p).map { b in -sum.reduce(0) { $0 + $1[a] * $1[b] } } }
    }
    let products = ps.map { multiplied($0, phi) }
    let k = all.count
    var expected = [[Double]](repeating: Array(repeating: 0, count: k), count: k)
    var qs = [[[[Double]]]](repeating: Array(repeating: [], count: k), count: k)
    for i in 0..<k {
      for j in 0...i {
        var between = [[Double]](repeating: Array(repeating: 0, count: counts[j]), count: counts[i])
        for a in 0..<rows {
          for b in 0..<rows { between[all[i][a]][all[j][b]] += inverse[a][b] }
        }
        let trace = between.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
        let q = (0..<p).map { a in
          (0..<p).map { b in
            var sum = 0.0
            for s in 0..<counts[i] {
              for t in 0..<counts[j] { sum += sums[i][s][a] * between[s][t] * sums[j][t][b] }
            }
            return sum
          }
        }
        qs[i][j] = q
        qs[j][i] = (0..<p).map { a in (0..<p).map { q[$0][a] } }
        var middle = 0.0
        for a in 0..<p { for b in 0..<p { middle += phi[a][b] * q[b][a] } }
        let squares = multiplied(products[i], products[j])
        let last = (0..<p).reduce(0) { $0 + squares[$1][$1] }
        expected[i][j] = (trace - 2 * middle + last) / 2
        expected[j][i] = expected[i][j]
      }
    }
    let w = inverted(expected).inverse
    var inner = [[Double]](repeating: Array(repeating: 0, count: p), count: p)
    for i in 0..<k {
      for j in 0..<k {
        let second = multiplied(products[i], ps[j])
        for a in 0..<p {
          for b in 0..<p { inner[a][b] += w[i][j] * (qs[i][j][a][b] - second[a][b]) }
        }
      }
    }
    let correction = multiplied(multiplied(phi, inner), phi)
    plain = phi.map { $0.map { $0 * residual } }
    corrected = (0..<p).map { a in
      (0..<p).map { b in residual * (phi[a][b] + correction[a][b] + correction[b][a]) }
    }
    gradients = ps.map { multiplied(multiplied(phi, $0), phi).map { $0.map { -$0 } } }
    information = w.map { $0.map { $0 * residual * residual } }
  }
}

private func multiplied(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  a.map { row in
    (b.first ?? []).indices.map { column in
      row.indices.reduce(0) { $0 + row[$1] * b[$1][column] }
    }
  }
}
