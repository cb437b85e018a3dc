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

/// How a parameter starts.
public enum Initialization: Hashable, Sendable {
  /// Every element the same number.
  case constant(Double)
  /// Independent normal numbers around zero.
  case normal(standardDeviation: Double)
}
