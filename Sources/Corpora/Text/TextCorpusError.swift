/// One thing that is wrong with a text, a token file or a request for batches, said in one
/// sentence.
public struct TextCorpusError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, folder or corpus.
  public var source: String
  /// What is wrong and what would be right.
  public var problem: String
  /// The setting that is to blame or that mends it, as options and study files call it; nil where
  /// the file itself is.
  public var setting: String?

  /// An error.
  public init(source: String, problem: String, setting: String? = nil) {
    self.source = source
    self.problem = problem
    self.setting = setting
  }

  /// The whole error as one sentence.
  public var description: String {
    (setting.map { "\($0): " } ?? "") + "\(source): \(problem)"
  }
}
