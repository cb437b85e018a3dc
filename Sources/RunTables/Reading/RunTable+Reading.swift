import Foundation

extension RunTable {
  /// Reads a table from a file; `-` is standard input.
  ///
  /// - Throws: ``TableError``: missing file (66), bad data (65), failed read (74).
  public static func read(
    contentsOf path: String, options: TableOptions = TableOptions()
  ) throws(TableError) -> RunTable {
    let bytes = try FileBytes.read(path)
    let name = path == "-" ? "standard input" : (path as NSString).lastPathComponent
    return try parse(bytes, source: name, options: options)
  }

  /// Reads a table from text in memory, as from bytes.
  public static func parse(
    _ text: String, source: String = "text", options: TableOptions = TableOptions()
  ) throws(TableError) -> RunTable {
    try parse(Array(text.utf8), source: source, options: options)
  }

  /// Reads a table from UTF-8 bytes in memory. The extension of `source`, the name used in
  /// messages, decides the format if the options do not.
  ///
  /// - Throws: ``TableError`` (bad data).
  public static func parse(
    _ bytes: [UInt8], source: String = "bytes", options: TableOptions = TableOptions()
  ) throws(TableError) -> RunTable {
    let result: Result<RunTable, TableError> = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(TableError) in
        try parse(buffer: buffer, source: source, options: options)
      }
    }
    // Twice: a column's own name or the one it is given may tell what its commas mean.
    var table = try result.get().decidingCommas()
    if options.recognizesConventions { table = table.unfoldingPanels() }
    let (now, later) = table.splitting(
      options.map ?? ColumnMap(entries: []), before: options.computed)
    if !now.entries.isEmpty { table = try table.applyingWithExpressions(now) }
    if options.recognizesConventions { table = table.recognizingConventions() }
    return try table.decidingCommas().computing(options.computed, renaming: later)
  }

  private static func parse(
    buffer: UnsafeBufferPointer<UInt8>, source: String, options: TableOptions
  ) throws(TableError) -> RunTable {
    let text = try ByteText.utf8Body(of: buffer, source: source)
    switch options.format ?? ByteText.format(of: text, name: source) {
    case .csv:
      return try DelimitedReader(text: text, source: source, options: options).read()
    case .tsv:
      var options = options
      options.delimiter = options.delimiter ?? "\t"
      return try DelimitedReader(text: text, source: source, options: options).read()
    case .jsonl:
      return try JSONTableReader(text: text, source: source, decimalMark: options.decimalMark)
        .readLines()
    case .json:
      return try JSONTableReader(text: text, source: source, decimalMark: options.decimalMark)
        .readDocument()
    }
  }
}
