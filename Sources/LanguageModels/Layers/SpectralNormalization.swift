public import Tensors

/// σReparam [176]: a matrix divided by its spectral norm and multiplied by a learned scalar γ.
///
/// Ŵ = (γ/σ)·W with σ = uᵀWv, where u and v come from one step of power iteration at each training
/// forward; they count as constants, σ is differentiated through W. γ starts at one.
public final class SpectralNormalization<Element: TensorElement>: WeightTransform {
  /// The trained matrix, `[in, out]`.
  public let weight: Tensor<Element>
  /// The learned scale γ, one number.
  public let scale: Tensor<Element>

  private let left: Tensor<Element>
  private let right: Tensor<Element>

  /// Declares γ and the two vectors of the power iteration, and iterates until they have settled.
  /// The dotted name is that of the map that the matrix belongs to.
  public init(_ name: String, weight: Tensor<Element>, in parameters: ParameterSet<Element>) {
    self.weight = weight
    scale = parameters.declare(
      "\(name).spectralScale", [1], role: .vector, startingAs: .constant(1))
    left = parameters.declareBuffer(
      "\(name).spectralLeft", [weight.shape[0]], startingAs: .normal(standardDeviation: 1))
    right = parameters.declareBuffer(
      "\(name).spectralRight", [weight.shape[1]], startingAs: .normal(standardDeviation: 1))
    let division = SpectralDivision(
      weight: weight, scale: scale, left: left, right: right, iterates: true, output: weight)
    for _ in 0..<15 { division.iterate() }
  }

  /// Records Ŵ; a differentiable tape takes a step of the power iteration at each forward run.
  public func record(on tape: Tape<Element>) -> Tensor<Element> {
    let output = tape.tensor(weight.shape, dependingOn: [weight, scale])
    return tape.record(
      SpectralDivision(
        weight: weight, scale: scale, left: left, right: right, iterates: tape.isDifferentiable,
        output: output)
    ).output
  }
}

private struct SpectralDivision<Element: TensorElement>: Operation {
  var weight: Tensor<Element>
  var scale: Tensor<Element>
  var left: Tensor<Element>
  var right: Tensor<Element>
  var iterates: Bool
  var output: Tensor<Element>

  var name: String { "spectral normalization" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { OperationCost(forward: 6 * Double(weight.count)) }

  /// v ← norm(Wᵀu), u ← norm(Wv).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate() {
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    let (w, u, v) = (weight.values, left.values, right.values)
    for column in 0..<columns { v[column] = 0 }
    for row in 0..<rows {
      let factor = u[row]
      let line = w + row * columns
      for column in 0..<columns { v[column] += factor * line[column] }
    }
    Self.normalize(v, columns)
    for row in 0..<rows { u[row] = Self.dot(w + row * columns, v, columns) }
    Self.normalize(u, rows)
  }

  /// σ = uᵀWv.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func norm() -> Element {
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    var sum: Element = 0
    for row in 0..<rows {
      sum += left.values[row] * Self.dot(weight.values + row * columns, right.values, columns)
    }
    return sum
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    if iterates { iterate() }
    let factor = scale.values[0] / norm()
    for index in 0..<weight.count { output.values[index] = factor * weight.values[index] }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    let sigma = norm()
    let gamma = scale.values[0]
    let inner = Self.dot(gradient, weight.values, weight.count)
    if let target = scale.gradientDestination() {
      target.pointer[0] = (target.accumulates ? target.pointer[0] : 0) + inner / sigma
    }
    guard let target = weight.gradientDestination() else { return }
    let direct = gamma / sigma
    let throughNorm = -gamma * inner / (sigma * sigma)
    for row in 0..<rows {
      let outer = throughNorm * left.values[row]
      for column in 0..<columns {
        let index = row * columns + column
        let share = direct * gradient[index] + outer * right.values[column]
        target.pointer[index] = target.accumulates ? target.pointer[index] + share : share
      }
    }
  }

  @inline(__always)
  private static func dot(
    _ x: UnsafePointer<Element>, _ y: UnsafePointer<Element>, _ count: Int
  ) -> Element {
    var sum: Element = 0
    for index in 0..<count { sum += x[index] * y[index] }
    return sum
  }

  @inline(__always)
  private static func normalize(_ x: UnsafeMutablePointer<Element>, _ count: Int) {
    let length = dot(x, x, count).squareRoot()
    guard length > 0 else { return }
    for index in 0..<count { x[index] /= length }
  }
}
