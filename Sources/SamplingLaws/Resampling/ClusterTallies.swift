/// Amounts in cells, cluster by cluster, summed again and again over resampled clusters.
///
/// A statistic of sums, such as a survival curve, is resampled without touching rows again. Streams
/// are those of ``ProblemBootstrap``, so that results pair with other resamples of the same
/// problems.
struct ClusterTallies: Sendable {
  let cellCount: Int
  private var starts = [0]
  private var cells: [Int32] = []
  private var amounts: [Double] = []

  init(cellCount: Int) { self.cellCount = cellCount }

  var clusterCount: Int { starts.count - 1 }

  /// Adds to the cluster that is being put together.
  mutating func add(_ amount: Double, to cell: Int) {
    cells.append(Int32(cell))
    amounts.append(amount)
  }

  mutating func endCluster() { starts.append(cells.count) }

  var totals: [Double] {
    var sums = [Double](repeating: 0, count: cellCount)
    for index in cells.indices { sums[Int(cells[index])] += amounts[index] }
    return sums
  }

  func replicates<Value: Sendable>(
    _ bootstrap: ProblemBootstrap, _ statistic: @Sendable ([Double]) -> Value
  ) -> [Value] {
    let clusters = clusterCount
    return ResampleWeights.map(bootstrap, problems: clusters) { weights in
      var sums = [SIMD8<Double>](repeating: .zero, count: cellCount)
      sums.withUnsafeMutableBufferPointer { sums in
        cells.withUnsafeBufferPointer { cells in
          amounts.withUnsafeBufferPointer { amounts in
            for cluster in 0..<clusters {
              let weight = weights[cluster]
              for index in starts[cluster]..<starts[cluster + 1] {
                sums[Int(cells[index])] += weight * amounts[index]
              }
            }
          }
        }
      }
      return (0..<8).map { lane in statistic(sums.map { $0[lane] }) }
    }
  }
}
