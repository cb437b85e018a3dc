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
  /// The size of the pieces that are parsed in parallel, in bytes, at least 1.
  ///
  /// It decides nothing but speed: the table is the same for every value.
  public var blockBytes: Int
  /// How many threads parse and sort; nil takes one a processor. It decides nothing but speed.
  public var threads: Int?

  /// Makes options; the defaults decide everything from the file.
  public init(
    format: TableFormat? = nil, delimiter: Character? = nil, map: ColumnMap? = nil,
    by: [String] = [], blockBytes: Int = 4 << 20, threads: Int? = nil
  ) {
    self.format = format
    self.delimiter = delimiter
    self.map = map
    self.by = by
    self.blockBytes = blockBytes
    self.threads = threads
  }
}
