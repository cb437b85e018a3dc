#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Apart from the members called `exp` here.
private func exponential(_ x: Double) -> Double { exp(x) }

/// A memory of one or two matrices: reading it, the gradient of a read, and the derivative of that
/// gradient along a direction of the weights.
///
/// Weights lie as `W₁ [d, h]`, `W₂ [h, d]`, `g [d]`, or as one matrix `[d, d]`.
struct NeuralMemoryModel<Element: TensorElement> {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>

  let work: NeuralMemoryWorkspace<Element>
  private let d: Int
  private let h: Int
  private var second: Int { d * h }
  private var gain: Int { 2 * d * h }
  private static var epsilon: Element { 1e-5 }

  @inline(__always)
  init(_ shape: NeuralMemoryShape, _ scratch: Numbers) {
    (d, h) = (shape.width, shape.hiddenWidth ?? 0)
    work = NeuralMemoryWorkspace(shape, scratch)
  }

  /// M(x), with what its derivatives need.
  @inline(__always)
  func read(_ w: Constants, _ x: Constants) {
    guard h > 0 else { return product(d, d, w, x, work.output) }
    product(d, h, w, x, work.hidden)
    for j in 0..<h {
      let u = Double(work.hidden[j])
      let below = 0.5 * erfc(-u * 0.707_106_781_186_547_6)
      let density = 0.398_942_280_401_432_7 * exponential(-0.5 * u * u)
      work.active[j] = Element(u * below)
      work.slope[j] = Element(below + u * density)
      work.curve[j] = Element(density * (2 - u * u))
    }
    product(h, d, w + second, work.active, work.sum)
    var mean: Element = 0
    for i in 0..<d { mean += work.sum[i] }
    mean /= Element(d)
    var variance: Element = 0
    for i in 0..<d { variance += (work.sum[i] - mean) * (work.sum[i] - mean) }
    let inverse = 1 / (variance / Element(d) + Self.epsilon).squareRoot()
    work.scalars[1] = inverse
    let g = w + gain
    for i in 0..<d {
      work.normalized[i] = (work.sum[i] - mean) * inverse
      work.output[i] = x[i] + (1 + g[i]) * work.normalized[i]
    }
  }

  /// The gradient of ‖M(x) − v‖² with respect to M(x).
  @inline(__always)
  func compare(_ v: Constants) {
    for i in 0..<d { work.outputGradient[i] = 2 * (work.output[i] - v[i]) }
  }

  /// The gradients of what was read, back to those whose outer products are the weights'.
  @inline(__always)
  func reverse(_ w: Constants) {
    guard h > 0 else { return }
    let g = w + gain
    var mean: Element = 0
    var along: Element = 0
    for i in 0..<d {
      work.gainGradient[i] = work.outputGradient[i] * work.normalized[i]
      work.normalizedGradient[i] = (1 + g[i]) * work.outputGradient[i]
      mean += work.normalizedGradient[i]
      along += work.normalizedGradient[i] * work.normalized[i]
    }
    mean /= Element(d)
    along /= Element(d)
    work.scalars[2] = along
    let inverse = work.scalars[1]
    for i in 0..<d {
      work.sumGradient[i] =
        inverse * (work.normalizedGradient[i] - mean - work.normalized[i] * along)
    }
    transposed(h, d, w + second, work.sumGradient, work.activeGradient)
    for j in 0..<h { work.hiddenGradient[j] = work.activeGradient[j] * work.slope[j] }
  }

  /// The gradient with respect to x.
  @inline(__always)
  func inputGradient(_ w: Constants) {
    guard h > 0 else { return transposed(d, d, w, work.outputGradient, work.inputGradient) }
    transposed(d, h, w, work.hiddenGradient, work.inputGradient)
    for i in 0..<d { work.inputGradient[i] += work.outputGradient[i] }
  }

  /// Adds the gradient with respect to the weights.
  @inline(__always)
  func addGradient(_ x: Constants, to target: Numbers) {
    guard h > 0 else { return addOuter(d, d, x, work.outputGradient, 1, target) }
    addOuter(d, h, x, work.hiddenGradient, 1, target)
    addOuter(h, d, work.active, work.sumGradient, 1, target + second)
    addOuter(1, d, work.scalars, work.gainGradient, 1, target + gain)
  }

  /// `S = η S − θ g` and `M = (1 − α) M + S`, with the gradient of the last ``reverse(_:)``.
  @inline(__always)
  func advance(
    _ x: Constants, from weights: Constants, _ momentum: Constants, to newWeights: Numbers,
    _ newMomentum: Numbers, decay: Element, momentumRate: Element, step: Element
  ) {
    func block(_ rows: Int, _ columns: Int, _ x: Constants, _ r: Constants, _ start: Int) {
      for j in 0..<rows {
        let factor = step * x[j]
        let at = start + j * columns
        let (m, s) = (weights + at, momentum + at)
        let (newM, newS) = (newWeights + at, newMomentum + at)
        for i in 0..<columns {
          let moved = momentumRate * s[i] - factor * r[i]
          newS[i] = moved
          newM[i] = (1 - decay) * m[i] + moved
        }
      }
    }
    guard h > 0 else { return block(d, d, x, work.outputGradient, 0) }
    block(d, h, x, work.hiddenGradient, 0)
    block(h, d, work.active, work.sumGradient, second)
    block(1, d, work.scalars, work.gainGradient, gain)
  }

  /// Takes the gradients of weights and momentum back over `M_t = (1 − α) M_{t−1} + S_t`. Returns
  /// the gradients of α and of η.
  @inline(__always)
  func retreat(
    _ ofWeights: Numbers, _ ofMomentum: Numbers, from weights: Constants, _ momentum: Constants,
    decay: Element
  ) -> (decay: Element, momentum: Element) {
    let rows = h > 0 ? 2 * h + 1 : d
    var ofDecay: Element = 0
    var ofRate: Element = 0
    // In rows of d, so that sums stay short.
    for row in 0..<rows {
      let at = row * d
      ofDecay -= dot(d, ofWeights + at, weights + at)
      for i in at..<(at + d) {
        ofMomentum[i] += ofWeights[i]
        ofWeights[i] *= 1 - decay
      }
      ofRate += dot(d, ofMomentum + at, momentum + at)
    }
    return (ofDecay, ofRate)
  }

  /// The derivative of the gradient along a direction of the weights.
  ///
  /// Leaves that of the gradient of x in `inputGradient`; that of v is `-outputGradientDot`.
  /// Returns the inner product of the direction and the gradient.
  @inline(__always)
  func differentiate(_ w: Constants, along dot: Constants, _ x: Constants) -> Element {
    guard h > 0 else {
      product(d, d, dot, x, work.sumDot)
      for i in 0..<d { work.outputGradientDot[i] = 2 * work.sumDot[i] }
      transposed(d, d, dot, work.outputGradient, work.inputGradient)
      addTransposed(d, d, w, work.outputGradientDot, work.inputGradient)
      return self.dot(d, work.outputGradient, work.sumDot)
    }
    let (gDot, g) = (dot + gain, w + gain)
    product(d, h, dot, x, work.hiddenDot)
    for j in 0..<h { work.activeDot[j] = work.slope[j] * work.hiddenDot[j] }
    product(h, d, dot + second, work.active, work.sumDot)
    let along =
      self.dot(h, work.hiddenGradient, work.hiddenDot)
      + self.dot(d, work.sumGradient, work.sumDot) + self.dot(d, work.gainGradient, gDot)
    addProduct(h, d, w + second, work.activeDot, work.sumDot)
    differentiateNorm(g, gDot)
    transposed(h, d, dot + second, work.sumGradient, work.activeGradientDot)
    addTransposed(h, d, w + second, work.sumGradientDot, work.activeGradientDot)
    for j in 0..<h {
      work.hiddenGradientDot[j] =
        work.activeGradientDot[j] * work.slope[j]
        + work.activeGradient[j] * work.curve[j] * work.hiddenDot[j]
    }
    transposed(d, h, dot, work.hiddenGradient, work.inputGradient)
    addTransposed(d, h, w, work.hiddenGradientDot, work.inputGradient)
    for i in 0..<d { work.inputGradient[i] += work.outputGradientDot[i] }
    return along
  }

  /// From the derivative of the sum to those of the output's gradient, the gain's and the sum's.
  @inline(__always)
  private func differentiateNorm(_ g: Constants, _ gDot: Constants) {
    let (inverse, along) = (work.scalars[1], work.scalars[2])
    var mean: Element = 0
    for i in 0..<d { mean += work.sumDot[i] }
    mean /= Element(d)
    let spread = dot(d, work.normalized, work.sumDot) / Element(d)
    var gradientMean: Element = 0
    var alongDot: Element = 0
    for i in 0..<d {
      let n = work.normalized[i]
      let nDot = inverse * (work.sumDot[i] - mean - n * spread)
      let outDot = 2 * (gDot[i] * n + (1 + g[i]) * nDot)
      let gradientDot = gDot[i] * work.outputGradient[i] + (1 + g[i]) * outDot
      work.normalizedDot[i] = nDot
      work.outputGradientDot[i] = outDot
      work.gainGradientDot[i] = outDot * n + work.outputGradient[i] * nDot
      gradientMean += gradientDot
      alongDot += gradientDot * n + work.normalizedGradient[i] * nDot
      work.sumGradientDot[i] = gradientDot
    }
    gradientMean /= Element(d)
    alongDot /= Element(d)
    for i in 0..<d {
      let change =
        work.sumGradientDot[i] - gradientMean - work.normalizedDot[i] * along
        - work.normalized[i] * alongDot
      // The deviation moves by `spread`.
      work.sumGradientDot[i] = inverse * (change - work.sumGradient[i] * spread)
    }
  }

  /// Adds `factor` times the derivative that ``differentiate(_:along:_:)`` took.
  @inline(__always)
  func addTangent(_ x: Constants, times factor: Element, to target: Numbers) {
    guard h > 0 else { return addOuter(d, d, x, work.outputGradientDot, factor, target) }
    addOuter(d, h, x, work.hiddenGradientDot, factor, target)
    addOuter(h, d, work.active, work.sumGradientDot, factor, target + second)
    addOuter(h, d, work.activeDot, work.sumGradient, factor, target + second)
    addOuter(1, d, work.scalars, work.gainGradientDot, factor, target + gain)
  }
}

// Products of matrices `[rows, columns]` and vectors.
extension NeuralMemoryModel {
  /// y = x W.
  @inline(__always)
  private func product(
    _ rows: Int, _ columns: Int, _ w: Constants, _ x: Constants, _ y: Numbers
  ) {
    y.update(repeating: 0, count: columns)
    addProduct(rows, columns, w, x, y)
  }

  @inline(__always)
  private func addProduct(
    _ rows: Int, _ columns: Int, _ w: Constants, _ x: Constants, _ y: Numbers
  ) {
    for j in 0..<rows {
      let (factor, row) = (x[j], w + j * columns)
      for i in 0..<columns { y[i] += factor * row[i] }
    }
  }

  /// y = W r.
  @inline(__always)
  private func transposed(
    _ rows: Int, _ columns: Int, _ w: Constants, _ r: Constants, _ y: Numbers
  ) {
    for j in 0..<rows { y[j] = dot(columns, w + j * columns, r) }
  }

  @inline(__always)
  private func addTransposed(
    _ rows: Int, _ columns: Int, _ w: Constants, _ r: Constants, _ y: Numbers
  ) {
    for j in 0..<rows { y[j] += dot(columns, w + j * columns, r) }
  }

  /// W += factor x rᵀ.
  @inline(__always)
  private func addOuter(
    _ rows: Int, _ columns: Int, _ x: Constants, _ r: Constants, _ factor: Element, _ w: Numbers
  ) {
    for j in 0..<rows {
      let (scaled, row) = (factor * x[j], w + j * columns)
      for i in 0..<columns { row[i] += scaled * r[i] }
    }
  }

  /// Several sums side by side, which the compiler makes vectors of.
  @inline(__always)
  private func dot(_ count: Int, _ a: Constants, _ b: Constants) -> Element {
    var (s0, s1, s2, s3): (Element, Element, Element, Element) = (0, 0, 0, 0)
    var i = 0
    while i + 4 <= count {
      s0 += a[i] * b[i]
      s1 += a[i + 1] * b[i + 1]
      s2 += a[i + 2] * b[i + 2]
      s3 += a[i + 3] * b[i + 3]
      i += 4
    }
    while i < count {
      s0 += a[i] * b[i]
      i += 1
    }
    return (s0 + s2) + (s1 + s3)
  }
}
