public import LanguageModels

/// One size of a ladder.
public struct Rung: Hashable, Sendable {
  /// The baseline's model at this size.
  public var model: ModelConfiguration
  /// Layers and width as people read them: `4x128`.
  public var size: String
  /// The number of training tokens of the baseline at the longest length.
  public var tokens: Int

  /// A size and its training tokens at the longest length.
  public init(model: ModelConfiguration, tokens: Int) {
    self.model = model
    self.tokens = tokens
    size = "\(model.layers.count)x\(model.width)"
  }
}
