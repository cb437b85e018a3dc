/// Vectors between the steps of one read of a memory and of its derivatives.
struct NeuralMemoryWorkspace<Element: TensorElement> {
  typealias Numbers = UnsafeMutablePointer<Element>

  // Of the width of queries, keys and values.
  let output, outputGradient, inputGradient: Numbers
  let normalized, normalizedGradient, sum, sumGradient, gainGradient: Numbers
  let sumDot, normalizedDot, outputGradientDot, sumGradientDot, gainGradientDot: Numbers
  // Of the hidden width.
  let hidden, active, slope, curve, activeGradient, hiddenGradient: Numbers
  let hiddenDot, activeDot, activeGradientDot, hiddenGradientDot: Numbers
  /// 1, the inverse deviation, and the mean of the normalised gradient times the normalised.
  let scalars: Numbers

  static func count(_ shape: NeuralMemoryShape) -> Int {
    13 * shape.width + 10 * (shape.hiddenWidth ?? 0) + 8
  }

  @inline(__always)
  init(_ shape: NeuralMemoryShape, _ memory: Numbers) {
    let (d, h) = (shape.width, shape.hiddenWidth ?? 0)
    (output, outputGradient, inputGradient) = (memory, memory + d, memory + 2 * d)
    (normalized, normalizedGradient) = (memory + 3 * d, memory + 4 * d)
    (sum, sumGradient, gainGradient) = (memory + 5 * d, memory + 6 * d, memory + 7 * d)
    (sumDot, normalizedDot) = (memory + 8 * d, memory + 9 * d)
    (outputGradientDot, sumGradientDot) = (memory + 10 * d, memory + 11 * d)
    gainGradientDot = memory + 12 * d
    let wide = memory + 13 * d
    (hidden, active, slope, curve) = (wide, wide + h, wide + 2 * h, wide + 3 * h)
    (activeGradient, hiddenGradient) = (wide + 4 * h, wide + 5 * h)
    (hiddenDot, activeDot) = (wide + 6 * h, wide + 7 * h)
    (activeGradientDot, hiddenGradientDot) = (wide + 8 * h, wide + 9 * h)
    scalars = wide + 10 * h
    scalars[0] = 1
  }
}
