/// One thing that is wrong with a text, a token file or a request for batches, said in one
/// sentence.
public struct TextCorpusError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, folder or corpus.
  public var source: String
  /// What is wrong and what would be right.
  public var problem: String

  /// Puts an error together from its parts.
  public init(source: String, problem: String) {
    self.source = source
    self.problem = problem
  }

  /// The whole error as one sentence.
  public var description: String { "\(source): \(problem)" }
}
