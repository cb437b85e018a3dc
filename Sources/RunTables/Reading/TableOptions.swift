/// How a table is read.
public struct TableOptions: Sendable {
  /// The format; nil decides by the extension of the file name, then by the content.
  public var format: TableFormat?
  /// The delimiter of delimited text, one ASCII character; nil decides among `,` `;` tab `|`.
  public var delimiter: Character?
  /// The renaming that the user asked for, applied before any convention.
  public var map: ColumnMap?
  /// Columns to compute, in order, after renaming and conventions; later ones may use earlier ones.
  ///
  /// A renaming of `map` may name a computed column as its source.
  public var computed: [ComputedColumn] = []
  /// Whether columns of well-known exports are given their canonical names.
  public var recognizesConventions: Bool
  /// Whether a comma in a number is its decimal mark or separates thousands; nil decides column by
  /// column, and refuses a column that can be read both ways.
  public var decimalMark: DecimalMark?
  /// The size of the pieces that are parsed in parallel, in bytes, at least 1.
  ///
  /// It decides nothing but speed: the table is the same for every value.
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
