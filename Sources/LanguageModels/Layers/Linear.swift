public import Tensors

/// A matrix `[in, out]` with an optional bias, whose weight may be a function of its parameters.
public final class Linear<Element: TensorElement> {
  /// The trained matrix, `[in, out]`.
  public let weight: Tensor<Element>
  /// The learned summands, `[out]`.
  public let bias: Tensor<Element>?
  /// What the matrix becomes before it is used; nil for nothing.
  public var transform: (any WeightTransform<Element>)?

  /// Declares the parameters of a linear map.
  ///
  /// A bias starts at zero; σReparam [176] divides the matrix by its spectral norm. `columnBlocks`
  /// are the ranges of columns that are matrices of their own; none where the whole is one.
  public init(
    _ name: String, _ inputs: Int, _ outputs: Int, deviation: Double, hasBias: Bool,
    normalizesSpectrally: Bool = false, columnBlocks: [Range<Int>] = [],
    in parameters: ParameterSet<Element>
  ) {
    weight = parameters.declare(
      "\(name).weight", [inputs, outputs], role: .hidden(fanIn: inputs),
      startingAs: .normal(standardDeviation: deviation), columnBlocks: columnBlocks)
    bias =
      hasBias
      ? parameters.declare("\(name).bias", [outputs], role: .vector, startingAs: .constant(0)) : nil
    if normalizesSpectrally {
      transform = SpectralNormalization(name, weight: weight, in: parameters)
    }
  }

  /// Records activation(x W + b), added to a residual if there is one. `input` is `[rows, in]`.
  /// `residual` is `[rows, out]`.
  public func record(
    _ input: Tensor<Element>, activation: PointwiseFunction = .identity,
    addingTo residual: Tensor<Element>? = nil, on tape: Tape<Element>
  ) -> Tensor<Element> {
    let matrix = transform?.record(on: tape) ?? weight
    return tape.linear(
      input, weight: matrix, bias: bias, activation: activation, residual: residual)
  }
}

/// A function from a trained matrix to the one that is used: reparametrisations, masks, low-rank
/// additions, quantisers.
public protocol WeightTransform<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the matrix to use, of the trained matrix's shape.
  func record(on tape: Tape<Element>) -> Tensor<Element>
}
