/// The tokens that a model's own library puts around a text, which the model was trained to see.
///
/// The `post_processor` of a `tokenizer.json` says which: LLaMA 3 puts its begin-of-text token
/// before every text, RoBERTa one token before and one after.
public struct TextTemplate: Sendable, Hashable {
  /// Tokens before the text.
  public var before: [Int32] = []
  /// Tokens after the text.
  public var after: [Int32] = []

  /// Tokens before and after a text.
  public init(before: [Int32] = [], after: [Int32] = []) {
    self.before = before
    self.after = after
  }

  /// Whether nothing is put around a text.
  public var isEmpty: Bool { before.isEmpty && after.isEmpty }
}
