internal import Optimization
internal import Quantities
internal import RunTables
internal import Statistics

/// Right steps by range of position, with their spread over clusters.
struct PositionTallies: Sendable {
  private let clusters: Int
  private let width: Int
  private let lastStep: Int
  private var sums: [Sums]

  private struct Sums: Sendable {
    var right = 0.0
    var rows = 0.0
    // Over clusters: Σ right², Σ right · rows, Σ rows².
    var rightSquares = 0.0
    var products = 0.0
    var rowSquares = 0.0
    var clusters = 0
  }

  init(_ clusters: [[StepRuns.Run]], _ arm: OutcomeArm, lastStep: Int, threads: Int) {
    self.clusters = clusters.count
    self.lastStep = lastStep
    let width = max((lastStep + 63) / 64, 1)
    self.width = width
    let ranges = (lastStep + width - 1) / width
    let steps = arm.steps ?? []
    // Chunks of clusters, added up in order.
    let chunks = min(64, max(clusters.count, 1))
    let parts = parallelMap(count: chunks, threads: threads) { chunk -> [Sums] in
      var sums = [Sums](repeating: Sums(), count: ranges)
      var right = [Int](repeating: 0, count: ranges)
      var rows = [Int](repeating: 0, count: ranges)
      steps.withUnsafeBufferPointer { steps in
        arm.correct.withUnsafeBufferPointer { correct in
          for cluster in clusters.count * chunk / chunks..<clusters.count * (chunk + 1) / chunks {
            for index in 0..<ranges {
              right[index] = 0
              rows[index] = 0
            }
            for run in clusters[cluster] {
              for row in run.rows {
                let range = width == 1 ? Int(steps[row]) : Int(steps[row]) / width
                right[range] += Int(correct[row])
                rows[range] += 1
              }
            }
            for index in 0..<ranges where rows[index] > 0 {
              let (a, b) = (Double(right[index]), Double(rows[index]))
              sums[index].right += a
              sums[index].rows += b
              sums[index].rightSquares += a * a
              sums[index].products += a * b
              sums[index].rowSquares += b * b
              sums[index].clusters += 1
            }
          }
        }
      }
      return sums
    }
    sums = [Sums](repeating: Sums(), count: ranges)
    for part in parts {
      for index in part.indices {
        sums[index].right += part[index].right
        sums[index].rows += part[index].rows
        sums[index].rightSquares += part[index].rightSquares
        sums[index].products += part[index].products
        sums[index].rowSquares += part[index].rowSquares
        sums[index].clusters += part[index].clusters
      }
    }
  }

  /// The accuracy of each range: Wilson's interval with the sample size that clusters leave.
  func positions(level: Double) -> [HorizonEstimate.Position] {
    sums.indices.filter { sums[$0].rows > 0 }.map { index in
      let sum = sums[index]
      let share = sum.right / sum.rows
      var interval = Estimated(value: share)
      if sum.clusters > 1 {
        let count = Double(sum.clusters)
        // The ratio's linearised variance over clusters.
        let squares =
          sum.rightSquares - 2 * share * sum.products + share * share * sum.rowSquares
        let variance = max(squares, 0) / (sum.rows * sum.rows) * count / (count - 1)
        let size = variance > 0 ? min(share * (1 - share) / variance, sum.rows) : sum.rows
        interval = wilson(
          share: share, size: size,
          deviate: StudentT(degreesOfFreedom: count - 1).quantile((1 + level) / 2))
      }
      return HorizonEstimate.Position(
        first: index * width + 1, last: min((index + 1) * width, lastStep), rows: Int(sum.rows),
        accuracy: interval)
    }
  }
}

/// Wilson's interval for a share of a sample whose size need not be whole.
func wilson(share: Double, size: Double, deviate: Double) -> Estimated {
  let square = deviate * deviate
  let centre = (share * size + square / 2) / (size + square)
  let half =
    deviate / (size + square) * (size * share * (1 - share) + square / 4).squareRoot()
  return Estimated(value: share, low: max(centre - half, 0), high: min(centre + half, 1))
}
