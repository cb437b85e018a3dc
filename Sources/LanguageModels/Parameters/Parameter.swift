public import Tensors

/// A trained tensor of a model: its name, what kind of weight it is and how it starts.
public struct Parameter<Element: TensorElement> {
  /// The name, dotted from the outermost part inwards: `layers.3.attention.qkv.weight`.
  public let name: String
  /// The numbers.
  public let tensor: Tensor<Element>
  /// The kind of weight, which decides its learning rate and weight decay under a parametrisation.
  public let role: ParameterRole
  /// How the numbers start.
  public let initialization: Initialization
  /// The ranges of columns that are matrices of their own, side by side so that they are multiplied
  /// at once; none where the whole is one matrix.
  public var columnBlocks: [Range<Int>] = []
}

/// What a parameter does, as parametrisations and weight decay see it.
public enum ParameterRole: Hashable, Sendable {
  /// One row a token, position or type: its width grows with the model, its other axis does not.
  case embedding
  /// A matrix inside the model, both axes of which grow with the width.
  case hidden(fanIn: Int)
  /// The matrix from the last activations to logits.
  case readout(fanIn: Int)
  /// Gains, biases and scalars.
  case vector

  /// Whether weight decay applies by default: to matrices, not to gains and biases.
  public var decays: Bool { self != .vector }
}

/// How a parameter starts.
public enum Initialization: Hashable, Sendable {
  /// Every element the same number.
  case constant(Double)
  /// Independent normal numbers around zero.
  case normal(standardDeviation: Double)
}
