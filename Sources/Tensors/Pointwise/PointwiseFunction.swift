internal import CKernels

/// A function of single elements.
public enum PointwiseFunction: String, CaseIterable, Codable, Hashable, Sendable {
  /// x Φ(x) with the normal distribution function, exactly.
  case gelu
  /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).
  case geluTanh
  /// x / (1 + exp(−x)).
  case silu
  /// max(x, 0).
  case relu
  /// max(x, 0)².
  case reluSquared
  /// 1 / (1 + exp(−x)).
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// ln(1 + exp(x)).
  case softplus
  /// The exponential function.
  case exp
  /// x: the gate of a bilinear unit [210].
  case identity
  /// 1 + elu(x): x + 1 for x ≥ 0 and exp(x) below, the positive features of kernel attention [206].
  case eluPlusOne

  var kernel: akn_activation_t {
    switch self {
    case .gelu: AKN_GELU
    case .geluTanh: AKN_GELU_TANH
    case .silu: AKN_SILU
    case .relu: AKN_RELU
    case .reluSquared: AKN_RELU_SQUARED
    case .sigmoid: AKN_SIGMOID
    case .tanh: AKN_TANH
    case .softplus: AKN_SOFTPLUS
    case .exp: AKN_EXP
    case .identity: AKN_IDENTITY
    case .eluPlusOne: AKN_ELU_PLUS_ONE
    }
  }
}

extension Tape {
  /// A function of every element: `y = f(x)`.
  public func apply(_ function: PointwiseFunction, to x: Tensor<Element>) -> Tensor<Element> {
    record(
      PointwiseApplication(
        function: function, input: x, output: tensor(x.shape, dependingOn: [x]))
    ).output
  }

  /// 1 / (1 + exp(−x)) of every element.
  public func sigmoid(_ x: Tensor<Element>) -> Tensor<Element> { apply(.sigmoid, to: x) }

  /// The hyperbolic tangent of every element.
  public func tanh(_ x: Tensor<Element>) -> Tensor<Element> { apply(.tanh, to: x) }

  /// ln(1 + exp(x)) of every element.
  public func softplus(_ x: Tensor<Element>) -> Tensor<Element> { apply(.softplus, to: x) }

  /// The exponential of every element.
  public func exp(_ x: Tensor<Element>) -> Tensor<Element> { apply(.exp, to: x) }
}

private struct PointwiseApplication<Element: TensorElement>: Operation {
  let function: PointwiseFunction
  let input: Tensor<Element>
  let output: Tensor<Element>

  var name: String { function.rawValue }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    run.forEachPiece(of: input.count) { start, count in
      Element.pointwiseKernels.activationForward(
        function.kernel, count, input.values + start, output.values + start)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    run.forEachPiece(of: input.count) { start, count in
      Element.pointwiseKernels.activationBackward(
        function.kernel, count, input.values + start, gradient + start, target.pointer + start,
        target.flag)
    }
  }
}
