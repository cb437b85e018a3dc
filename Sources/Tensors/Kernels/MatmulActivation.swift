internal import CKernels

/// What the result of a linear map passes through before it is stored.
public enum LinearActivation: Hashable, Sendable {
  /// Nothing.
  case identity
  /// `x Φ(x)` with the normal distribution function Φ.
  case gelu
  /// GELU by its approximation with tanh, as GPT-2 has it.
  case geluTanh
  /// `x / (1 + exp(−x))`.
  case silu
  /// `max(x, 0)`.
  case relu
  /// `max(x, 0)²`.
  case reluSquared

  var kernel: akn_activation_t? {
    switch self {
    case .identity: nil
    case .gelu: AKN_GELU
    case .geluTanh: AKN_GELU_TANH
    case .silu: AKN_SILU
    case .relu: AKN_RELU
    case .reluSquared: AKN_RELU_SQUARED
    }
  }
}
