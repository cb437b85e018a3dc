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
  /// - Parameters:
  ///   - name: the dotted name of the map.
  ///   - inputs: the width of what comes in.
  ///   - outputs: the width of what goes out.
  ///   - deviation: the standard deviation with which the matrix starts.
  ///   - hasBias: whether there is a bias; it starts at zero.
  ///   - normalizesSpectrally: whether the matrix is divided by its spectral norm [176].
  ///   - columnBlocks: the ranges of columns that are matrices of their own; none where the whole
  ///     is one.
  ///   - parameters: where to declare them.
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

  /// Records activation(x W + b), added to a residual if there is one.
  ///
  /// - Parameters:
  ///   - input: `[rows, in]`.
  ///   - activation: what the result passes through.
  ///   - residual: `[rows, out]`.
  ///   - tape: where to record.
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
  ///
  /// - Parameter tape: where to record.
  func record(on tape: Tape<Element>) -> Tensor<Element>
}
