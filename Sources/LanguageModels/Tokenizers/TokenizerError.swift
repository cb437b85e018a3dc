/// One thing that is wrong with a tokenizer file or a request to train one, said in one sentence.
public struct TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, or the activity.
  public var source: String
  /// The field to blame, as a path such as `model.type`.
  public var field: String
  /// What was found.
  public var found: String
  /// What would have been accepted.
  public var expected: String

  /// Puts an error together from its parts.
  public init(source: String, field: String, found: String, expected: String) {
    self.source = source
    self.field = field
    self.found = found
    self.expected = expected
  }

  /// The whole error as one sentence: place, what was found, what was expected.
  public var description: String {
    "\(source): \(field): found \(found), expected \(expected)"
  }
}
