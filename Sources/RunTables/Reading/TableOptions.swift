/// How a table is read.
public struct TableOptions: Sendable {
  /// The format; nil decides by the extension of the file name, then by the content.
  public var format: TableFormat?
  /// The delimiter of delimited text, one ASCII character; nil decides among `,` `;` tab `|`.
  public var delimiter: Character?
  /// The renaming that the user asked for, applied before any convention.
  public var map: ColumnMap?
  /// Columns to compute after renaming and conventions; later ones and `map` may use earlier ones.
  public var computed: [ComputedColumn] = []
  /// Whether columns of well-known exports are given their canonical names.
  public var recognizesConventions: Bool
  /// What a comma in a number is; nil decides column by column, and refuses one that reads both
  /// ways.
  public var decimalMark: DecimalMark?
  /// The bytes, at least 1, that are parsed at a time; it decides nothing but speed.
  public var blockBytes: Int

  /// Makes options; the defaults decide everything from the file.
  public init(
    format: TableFormat? = nil, delimiter: Character? = nil, map: ColumnMap? = nil,
    recognizesConventions: Bool = true, blockBytes: Int = 4 << 20
  ) {
    self.format = format
    self.delimiter = delimiter
    self.map = map
    self.recognizesConventions = recognizesConventions
    self.blockBytes = blockBytes
  }
}
