/// How a table of outcomes is read.
public struct OutcomeOptions: Sendable {
  /// The format; nil decides by the extension of the file name, then by the content.
  public var format: TableFormat?
  /// The delimiter of delimited text, one ASCII character; nil decides among `,` `;` tab `|`.
  public var delimiter: Character?
  /// The renaming that the user asked for, applied before any alias.
  public var map: ColumnMap?
  /// Columns that tell arms apart besides ``OutcomeColumn/armColumns``.
  public var by: [String]
  /// Which answers count as the same.
  public var answers: AnswerForm
  /// What stands for an answer that could not be read, besides nothing at all.
  public var noAnswer: [String]
  /// The credit from which on an attempt is right; nil reads 0 and 1 alone.
  public var threshold: Double?
  /// What a comma in a number is; nil decides by the file, and refuses one that reads both ways.
  public var decimalMark: DecimalMark?
  /// Words in the grades that mean right, in any letter case, before the usual ones.
  public var rightWords: [String] = []
  /// Words in the grades that mean wrong, likewise.
  public var wrongWords: [String] = []
  /// Which of the rows counts that claim to be the same attempt and differ; nil refuses them.
  public var repeats: RepeatedAttempts?
  /// The bytes, at least 1, that are parsed at a time; it decides nothing but speed.
  public var blockBytes: Int
  /// How many threads parse and sort; nil takes one a processor. It decides nothing but speed.
  public var threads: Int?

  /// What a widely used harness writes where its pattern finds no answer.
  public static let usualNoAnswer = ["[invalid]"]

  /// Makes options; the defaults decide everything from the file.
  public init(
    format: TableFormat? = nil, delimiter: Character? = nil, map: ColumnMap? = nil,
    by: [String] = [], answers: AnswerForm = .math, noAnswer: [String] = Self.usualNoAnswer,
    threshold: Double? = nil, decimalMark: DecimalMark? = nil, blockBytes: Int = 4 << 20,
    threads: Int? = nil
  ) {
    self.format = format
    self.delimiter = delimiter
    self.map = map
    self.by = by
    self.answers = answers
    self.noAnswer = noAnswer
    self.threshold = threshold
    self.decimalMark = decimalMark
    self.blockBytes = blockBytes
    self.threads = threads
  }
}
