internal import Optimization
public import Quantities
public import RunTables
internal import Statistics

/// How tokens spread over attempts at the same problem, and whether long attempts are right [9].
///
/// Hard problems take more tokens and are less often right, so that the correlation over all attempts
/// can have the other sign than that within problems.
public struct TokenSpread: Codable, Sendable {
  /// The problems with at least two attempts whose tokens are known.
  public var problems: Int
  /// The correlation of tokens with rightness after each problem's means are taken off.
  public var withinProblemCorrelation: Estimated
  /// The correlation of tokens with rightness over all attempts.
  public var pooledCorrelation: Estimated
  /// The standard deviation of tokens at one problem over their mean, averaged over problems.
  public var dispersion: Estimated
  /// The 95th percentile of tokens at one problem over their median, averaged over problems.
  public var tailRatio: Estimated
  /// What to beware of.
  public var warnings: [String]

  /// Measures the spread; throws without tokens.
  public init(_ arm: OutcomeArm, bootstrap: ProblemBootstrap) throws(SelectionError) {
    guard let tokens = arm.tokens else { throw .missingColumn("tokens") }
    if arm.steps != nil { throw .rowsAreSteps }
    let used = (0..<arm.problemCount).filter { problem in
      arm.rows(ofProblem: problem).count { !tokens[$0].isNaN } > 1
    }
    guard !used.isEmpty else { throw .missingColumn("tokens") }
    let whole = meanPresent(tokens, 0..<arm.attemptCount)
    let matrix = ProblemMatrix(
      columnCount: 11, problems: used.count, threads: bootstrap.threads
    ) { index in
      let rows = arm.rows(ofProblem: used[index]).filter { !tokens[$0].isNaN }
      // Offsets from the mean of the table lose no digits to large numbers of tokens.
      let x = rows.map { Double(tokens[$0]) - whole }
      let y = rows.map { Double(arm.correct[$0]) }
      let count = Double(rows.count)
      let (meanX, meanY) = (mean(x), mean(y))
      var (xx, xy, yy) = (0.0, 0.0, 0.0)
      for (a, b) in zip(x, y) {
        xx += (a - meanX) * (a - meanX)
        xy += (a - meanX) * (b - meanY)
        yy += (b - meanY) * (b - meanY)
      }
      let sorted = x.map { $0 + whole }.sorted()
      return [
        xx, xy, yy, count, count * meanX, count * meanY, count * meanX * meanX,
        count * meanX * meanY, count * meanY * meanY, standardDeviation(sorted) / mean(sorted),
        quantile(sorted: sorted, 0.95) / quantile(sorted: sorted, 0.5),
      ]
    }
    let centres = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(around: value(centres), draws: draws.map(value), problems: used.count)
    }
    problems = used.count
    withinProblemCorrelation = estimated { $0[1] / ($0[0] * $0[2]).squareRoot() }
    pooledCorrelation = estimated { sums in
      let xx = sums[0] + sums[6] - sums[4] * sums[4] / sums[3]
      let xy = sums[1] + sums[7] - sums[4] * sums[5] / sums[3]
      let yy = sums[2] + sums[8] - sums[5] * sums[5] / sums[3]
      return xy / (xx * yy).squareRoot()
    }
    dispersion = estimated { $0[9] }
    tailRatio = estimated { $0[10] }
    warnings = []
    let (within, pooled) = (withinProblemCorrelation, pooledCorrelation)
    if pooled.high < within.low || pooled.low > within.high {
      warnings.append(
        "Over all attempts tokens and rightness correlate by \(inThousandths(pooled.value)), within problems "
          + "by \(inThousandths(within.value)): the former is that of difficulty.")
    }
  }
}
