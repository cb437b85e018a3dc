#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

extension Tape {
  /// The mean of `ln(1 + exp(s)) − label · s`: how badly σ(s) predicts labels of zero and one.
  /// `labels` are zero or one; negative ones do not count. Returns one number in nats; zero if no
  /// label counts.
  public func binaryCrossEntropy(
    _ scores: Tensor<Element>, labels: IndexTensor
  ) -> Tensor<Element> {
    precondition(labels.count == scores.count, "\(labels.count) labels for \(scores.shape)")
    return record(
      BinaryCrossEntropy(
        scores: scores, labels: labels, output: tensor([1], dependingOn: [scores]))
    ).output
  }
}

private struct BinaryCrossEntropy<Element: TensorElement>: Operation {
  let scores: Tensor<Element>
  let labels: IndexTensor
  let output: Tensor<Element>

  var name: String { "binary cross-entropy" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var counted: Int { labels.buffer.reduce(0) { $1 >= 0 ? $0 + 1 : $0 } }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    var sum = 0.0
    for index in 0..<labels.count where labels.values[index] >= 0 {
      let score = Double(scores.values[index])
      sum += max(score, 0) + log1p(exp(-abs(score))) - (labels.values[index] > 0 ? score : 0)
    }
    output.values[0] = Element(sum / Double(max(counted, 1)))
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = scores.gradientDestination() else { return }
    let factor = Double(gradient[0]) / Double(max(counted, 1))
    for index in 0..<labels.count {
      var share: Element = 0
      if labels.values[index] >= 0 {
        let probability = 1 / (1 + exp(-Double(scores.values[index])))
        share = Element(factor * (probability - (labels.values[index] > 0 ? 1 : 0)))
      }
      target.put(share, at: index)
    }
  }
}
