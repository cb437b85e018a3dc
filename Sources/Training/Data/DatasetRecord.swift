/// What data were, by their content: what records of runs say about them.
public struct DatasetRecord: Codable, Hashable, Sendable {
  /// text, tokens, language, task or domains.
  public var kind: String
  /// What the data are called.
  public var name: String
  /// A hash of the text, held-out text included, or of what defines the language or task; of tokens
  /// made elsewhere the hashes of those to train on and of those held out, and the vocabulary.
  public var hash: String
  /// bytes, bpe or the name of a file; nil where the data are numbers.
  public var tokenizer: String?
  /// A hash of everything that decides how text is cut.
  public var tokenizerFingerprint: String?
  /// The number of tokens to train on; nil where there is no end of them.
  public var trainingTokens: Int?
  /// The number of documents that the run is judged by.
  public var evaluationDocuments: Int?
  /// What was left out, and how files were read.
  public var notes: [String] = []

  /// The record without what does not change any number that comes out of a run: a file that is left
  /// out may come and go.
  public var withoutNotes: DatasetRecord {
    var record = self
    record.notes = []
    return record
  }
}
