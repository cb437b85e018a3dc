internal import Optimization
public import Quantities
internal import Statistics

/// A number for each problem and each column, such as pass@k of every problem at every k.
public struct ProblemMatrix: Sendable {
  /// The number of columns.
  public let columnCount: Int
  /// The numbers, problem by problem: `[problems · columns]`.
  public private(set) var values: [Double]

  /// An empty matrix with room for so many rows.
  public init(columnCount: Int, problems: Int = 0) {
    precondition(columnCount > 0, "a matrix of no columns")
    self.columnCount = columnCount
    values = []
    values.reserveCapacity(columnCount * problems)
  }

  /// A matrix of rows computed side by side; the result does not depend on `threads`.
  public init(
    columnCount: Int, problems: Int, threads: Int, row: @Sendable (Int) -> [Double]
  ) {
    self.init(columnCount: columnCount, problems: problems)
    for numbers in parallelMap(count: problems, threads: threads, row) { append(numbers) }
  }

  /// The mean of several matrices of one shape, such as those of several seeds.
  public init(meanOf matrices: [ProblemMatrix]) {
    precondition(
      !matrices.isEmpty
        && matrices.allSatisfy {
          $0.columnCount == matrices[0].columnCount && $0.values.count == matrices[0].values.count
        }, "matrices of different shapes")
    columnCount = matrices[0].columnCount
    values = matrices[0].values.indices.map { index in
      matrices.reduce(0) { $0 + $1.values[index] } / Double(matrices.count)
    }
  }

  /// Adds the row of one more problem.
  public mutating func append(_ row: [Double]) {
    precondition(row.count == columnCount, "\(row.count) numbers for \(columnCount) columns")
    values += row
  }

  /// The number of problems.
  public var problemCount: Int { values.count / columnCount }

  /// One number.
  public subscript(problem: Int, column: Int) -> Double {
    values[problem * columnCount + column]
  }

  /// The mean of each column over problems.
  public var means: [Double] {
    var sums = [Double](repeating: 0, count: columnCount)
    for problem in 0..<problemCount {
      for column in 0..<columnCount { sums[column] += values[problem * columnCount + column] }
    }
    return sums.map { $0 / Double(problemCount) }
  }
}

/// Whole problems are drawn with replacement, because attempts at one share its difficulty.
public struct ProblemBootstrap: Sendable, Hashable {
  /// The number of resamples.
  public var resamples: Int
  /// The coverage of intervals.
  public var level: Double
  /// Resample b has the stream `split(b)`, so that two arms over the same problems pair.
  public var seed: UInt64
  /// How many threads at most; results do not depend on it.
  public var threads: Int

  /// Settings; 1,000 resamples and 90 % by default.
  public init(resamples: Int = 1000, level: Double = 0.9, seed: UInt64 = 0, threads: Int = 2) {
    self.resamples = resamples
    self.level = level
    self.seed = seed
    self.threads = threads
  }

  /// How often each problem is drawn in one resample.
  public func counts(of problems: Int, resample: Int) -> [Double] {
    if let kept = ResampleWeights.of(self, problems: problems) { return kept.resample(resample) }
    var random = SplittableRandom(seed: seed).split(resample)
    return random.resampleCounts(of: problems)
  }

  /// The mean of each column over problems, with its interval.
  public func means(of matrix: ProblemMatrix) -> [Estimated] {
    means(of: matrix, draws: resampledMeans(of: matrix))
  }

  func means(of matrix: ProblemMatrix, draws: [[Double]]) -> [Estimated] {
    let centres = matrix.means
    return centres.indices.map { column in
      interval(
        around: centres[column], draws: draws.map { $0[column] }, problems: matrix.problemCount)
    }
  }

  /// The mean of each column in each resample: `[resamples][columns]`.
  public func resampledMeans(of matrix: ProblemMatrix) -> [[Double]] {
    let problems = matrix.problemCount
    let columns = matrix.columnCount
    // Eight resamples share one pass over the matrix, which is larger than a cache.
    return ResampleWeights.map(self, problems: problems) { weights in
      var sums = [SIMD8<Double>](repeating: .zero, count: columns)
      weights.withUnsafeBufferPointer { weights in
        matrix.values.withUnsafeBufferPointer { values in
          // Pieces of the matrix that stay in a cache; of each, two columns at a time stay in registers.
          let piece = max(16_384 / columns, 64)
          for start in stride(from: 0, to: problems, by: piece) {
            let range = start..<min(start + piece, problems)
            for column in stride(from: 0, to: columns, by: 2) {
              let other = min(column + 1, columns - 1)
              var (first, second) = (sums[column], SIMD8<Double>.zero)
              if other > column { second = sums[other] }
              for problem in range {
                let weight = weights[problem]
                // Not fused products: where the processor is not known those are calls.
                first += weight * values[problem * columns + column]
                second += weight * values[problem * columns + other]
              }
              if other > column { sums[other] = second }
              sums[column] = first
            }
          }
        }
      }
      return (0..<8).map { lane in sums.map { $0[lane] / Double(problems) } }
    }
  }

  /// A statistic of how often each problem is drawn, in each resample.
  public func replicates<Value: Sendable>(
    of problems: Int, _ statistic: @Sendable ([Double]) -> Value
  ) -> [Value] {
    parallelMap(count: resamples, threads: threads) {
      statistic(counts(of: problems, resample: $0))
    }
  }

  /// The percentile interval of resampled values, its tails widened for few problems.
  ///
  /// A mean of P values varies by a factor √(P/(P − 1)) more than its resamples, and its spread is
  /// itself estimated; the tails are Student's with P − 1 degrees of freedom (Hesterberg's expanded
  /// percentile interval). NaN values are left out.
  public func interval(around value: Double, draws: [Double], problems: Int) -> Estimated {
    let sorted = draws.filter { !$0.isNaN }.sorted()
    guard sorted.count > 1, problems > 1 else { return Estimated(value: value) }
    let degrees = Double(problems - 1)
    let deviate =
      StudentT(degreesOfFreedom: degrees).quantile((1 + level) / 2)
      * (Double(problems) / degrees).squareRoot()
    let tail = Normal.standard.survival(deviate)
    return Estimated(
      value: value, low: quantile(sorted: sorted, tail), high: quantile(sorted: sorted, 1 - tail))
  }
}
