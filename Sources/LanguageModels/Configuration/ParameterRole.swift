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
