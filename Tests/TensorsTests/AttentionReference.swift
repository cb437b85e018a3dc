import Tensors

/// Attention written down as it is defined: a matrix of all scores, in double precision.
struct AttentionReference {
  var settings: AttentionSettings<Double>
  var queries: Int
  var keys: Int
  /// Whether the query of row i in head h may see key j.
  var isAllowed: (_ sequence: Int, _ head: Int, _ i: Int, _ j: Int) -> Bool

  /// Output `[rows, H·dv]` and log-sum-exp `[batch, H, queries]` of a fused projection.
  func callAsFunction(_ projected: [Double]) -> (output: [Double], logSumExp: [Double]) {
    let s = settings
    let (heads, width, valueWidth) = (s.headCount, s.headWidth, s.valueWidth)
    let keyColumn = heads * width
    let valueColumn = keyColumn + s.keyValueHeadCount * width
    let columns = valueColumn + s.keyValueHeadCount * valueWidth
    var output = [Double](repeating: 0, count: s.batch * queries * heads * valueWidth)
    var logSumExp = [Double](repeating: -.infinity, count: s.batch * heads * queries)
    for b in 0..<s.batch {
      for h in 0..<heads {
        let group = h / (heads / s.keyValueHeadCount)
        for i in 0..<queries {
          var scores = [Double](repeating: -.infinity, count: keys)
          for j in 0..<keys where isAllowed(b, h, i, j) {
            var product = 0.0
            for c in 0..<width {
              product +=
                projected[(b * queries + i) * columns + h * width + c]
                * projected[(b * keys + j) * columns + keyColumn + group * width + c]
            }
            scores[j] = score(product, b, h, i, j)
          }
          let (weights, lse) = weights(scores, head: h)
          if let lse { logSumExp[(b * heads + h) * queries + i] = lse }
          for j in 0..<keys where weights[j] != 0 {
            for c in 0..<valueWidth {
              output[((b * queries + i) * heads + h) * valueWidth + c] +=
                weights[j]
                * projected[(b * keys + j) * columns + valueColumn + group * valueWidth + c]
            }
          }
        }
      }
    }
    return (output, logSumExp)
  }

  private func score(_ product: Double, _ b: Int, _ h: Int, _ i: Int, _ j: Int) -> Double {
    var z = product * settings.scale
    if let temperature = settings.temperature {
      z *= temperature.values[(b * queries + i) * settings.headCount + h]
    }
    if let cap = settings.scoreCap { z = cap * hyperbolicTangent(z / cap) }
    let distance = settings.offset + Int(settings.offsets?.values[b] ?? 0) + i - j
    if let bias = settings.bias {
      let column = min(max(distance + settings.biasOrigin, 0), bias.columnCount - 1)
      z += bias.values[h * bias.columnCount + column]
    }
    if let slopes = settings.slopes { z -= slopes.values[h] * Double(abs(distance)) }
    return z
  }

  private func weights(_ scores: [Double], head: Int) -> ([Double], Double?) {
    switch settings.normalizer {
    case .softmax:
      let sink = settings.sinkScore.map { $0.values[head] } ?? -.infinity
      let most = max(scores.max() ?? -.infinity, sink)
      guard most > -.infinity else { return (scores.map { _ in 0 }, nil) }
      let sum = scores.reduce(exponential(sink - most)) { $0 + exponential($1 - most) }
      return (scores.map { exponential($0 - most) / sum }, most + logarithm(sum))
    case .sigmoid(let bias):
      return (scores.map { $0 == -.infinity ? 0 : 1 / (1 + exponential(-$0 - bias)) }, nil)
    case .silu(let length):
      return (scores.map { $0 == -.infinity ? 0 : $0 / (1 + exponential(-$0)) / length }, nil)
    }
  }
}
