import Foundation

extension OutcomeTable {
  /// Reads a table of outcomes from a file: CSV, TSV, JSON lines or a JSON array of objects.
  ///
  /// Delimited text is read in pieces, so that memory is that of the table and not of the file.
  /// Attempts of a problem are put in the order of their numbers; without a column `attempt`, or
  /// where its entries are not all whole numbers, file order is kept. Arms, and the problems of an
  /// arm, stand in order of first appearance.
  ///
  /// - Throws: ``TableError``: a missing column (64), bad data (65), missing file (66), failed read
  ///   (74).
  public static func read(
    contentsOf path: String, options: OutcomeOptions = OutcomeOptions()
  ) throws(TableError) -> OutcomeTable {
    let isStandardInput = path == "-"
    let descriptor = isStandardInput ? 0 : try FileBytes.open(path)
    defer { if !isStandardInput { close(descriptor) } }
    let source = isStandardInput ? "standard input" : (path as NSString).lastPathComponent
    let head = ByteBuffer()
    return try OutcomeSource(
      head: head, descriptor: descriptor, source: source, options: options
    ).read()
  }

  /// Reads a table of outcomes from text in memory, as from bytes.
  public static func parse(
    _ text: String, source: String = "text", options: OutcomeOptions = OutcomeOptions()
  ) throws(TableError) -> OutcomeTable {
    try parse(Array(text.utf8), source: source, options: options)
  }

  /// Reads a table of outcomes from UTF-8 bytes in memory. The extension of `source`, the name used
  /// in messages, decides the format if the options do not.
  ///
  /// - Throws: ``TableError``: a missing column (64) or bad data (65).
  public static func parse(
    _ bytes: [UInt8], source: String = "bytes", options: OutcomeOptions = OutcomeOptions()
  ) throws(TableError) -> OutcomeTable {
    let head = ByteBuffer(capacity: max(bytes.count, 1))
    bytes.withUnsafeBufferPointer { head.append($0) }
    return try OutcomeSource(head: head, descriptor: nil, source: source, options: options).read()
  }
}

/// The beginning of a table, from which its format follows, and where the rest is.
struct OutcomeSource {
  /// Bytes read already; all of them if there is no descriptor.
  let head: ByteBuffer
  let descriptor: Int32?
  let source: String
  let options: OutcomeOptions

  func read() throws(TableError) -> OutcomeTable {
    var atEnd = try extendHead(to: 1 << 20)
    while !atEnd, head.bytes.dropFirst(3).allSatisfy(ByteText.isBlank) {
      atEnd = try extendHead(to: head.count * 2)
    }
    let text = try ByteText.utf8Body(of: head.bytes, source: source)
    let format = options.format ?? ByteText.format(of: text, name: source)
    switch format {
    case .csv, .tsv: return try readDelimited(tabs: format == .tsv, atEnd)
    case .json, .jsonl:
      while !atEnd { atEnd = try extendHead(to: head.count * 2) }
      return try readJSON(isDocument: format == .json)
    }
  }

  /// Reads on until the head is so long; whether the end was met.
  private func extendHead(to size: Int) throws(TableError) -> Bool {
    guard let descriptor else { return true }
    let wanted = max(size - head.count, 1)
    var stream = ByteStream(
      pending: UnsafeBufferPointer(start: nil, count: 0), descriptor: descriptor, source: source)
    return try stream.read(wanted, into: head) < wanted
  }

  // MARK: Delimited text

  private func readDelimited(tabs: Bool, _ headIsAll: Bool) throws(TableError) -> OutcomeTable {
    var atEnd = headIsAll
    while true {
      let text = try ByteText.utf8Body(of: head.bytes, source: source)
      let options = TableOptions(delimiter: self.options.delimiter ?? (tabs ? "\t" : nil))
      let reader = try DelimitedReader(text: text, source: source, options: options)
      guard let base = text.baseAddress else { preconditionFailure("a text without bytes") }
      var layout = DelimitedLayout(
        bytes: base, source: source, delimiter: reader.delimiter, newline: reader.newline,
        names: [], isCount: [], isText: [])
      var scanner = CellScanner(layout: layout, at: 0, end: text.count)
      var notes: [String] = []
      do throws(TableError) {
        layout.names = try reader.header(&scanner, &notes)
      } catch  where !atEnd {
        atEnd = try extendHead(to: head.count * 2)
        continue
      }
      if scanner.at == text.count, !atEnd {
        atEnd = try extendHead(to: head.count * 2)
        continue
      }
      let headLines = text[..<scanner.at].reduce(0) { $1 == reader.newline ? $0 + 1 : $0 }
      let rest = UnsafeBufferPointer(rebasing: text[scanner.at...])
      return try readRows(layout, notes, rest, headLines)
    }
  }

  private func readRows(
    _ layout: DelimitedLayout, _ notes: [String], _ rest: UnsafeBufferPointer<UInt8>,
    _ headLines: Int
  ) throws(TableError) -> OutcomeTable {
    let empty = TableError(
      .badData, source: source, line: max(headLines, 1), found: "a header and no rows",
      expected: "at least one row of data")
    // A file without rows is told so before its columns are judged, as other tables are.
    if descriptor == nil || rest.count < 1 << 10, rest.allSatisfy(ByteText.isBlank) { throw empty }
    var schema = try OutcomeSchema(names: layout.names, source: source, options: options)
    schema.notes = notes + schema.notes
    // What was answered or asked says nothing of how the file writes numbers.
    let words = schema.uses.indices.filter { index in
      let name = layout.names[index].lowercased()
      return schema.uses[index].contains { $0 == .column(.answer) || $0 == .column(.problem) }
        || ["answer", "answers", "solution"].contains(name)
        || LabelColumn.kind(of: name) == .target || OutcomeColumn.predictions.contains(name)
    }
    schema.marks = NumberMarks.ofHead(rest, layout, except: Set(words))
    schema.marks.isSemicolonFile = layout.delimiter == UInt8(ascii: ";")
    let records = RecordBlocks(
      stream: ByteStream(pending: rest, descriptor: descriptor, source: source),
      newline: layout.newline, hasQuotes: true, blockBytes: options.blockBytes)
    // Safe: every block sets the bytes to those of its own buffer.
    nonisolated(unsafe) let shared = layout
    let result = try OutcomeReading(schema: schema, threads: options.workerCount)
      .run(records, linesBefore: headLines) { buffer, index, worker in
        var layout = shared
        layout.bytes = UnsafePointer(buffer.base)
        return OutcomeBlock.parsing(layout, count: buffer.count, index: index, worker: worker)
      }
    guard result.rowCount > 0 else { throw empty }
    return try OutcomeGrouping(result, schema).table(threads: options.workerCount)
  }

  // MARK: JSON

  private func readJSON(isDocument: Bool) throws(TableError) -> OutcomeTable {
    let text = try ByteText.utf8Body(of: head.bytes, source: source)
    let isArray = isDocument && text.first { !ByteText.isBlank($0) } == UInt8(ascii: "[")
    guard isDocument, !isArray else { return try readRows(text, isArray: isArray) }
    let document = JSONDocument(text: text, source: source, nameColumn: "problem")
    if let found = try document.rows() {
      return try found.text.withUnsafeBufferPointer { (rows) throws(TableError) in
        var table = try readRows(rows, isArray: true)
        table.notes.insert(found.note, at: 0)
        return table
      }
    }
    do throws(TableError) {
      return try readRows(text, isArray: false)
    } catch  where error.code == .usage || error.hint == nil && error.line == 1 {
      var located = error
      located.hint = "outcomes in JSON are one array of objects, or one object a line"
      if error.code == .usage {
        located.hint? +=
          "; jq -c '.NAME[]' \(source) > rows.jsonl takes the list NAME out of a document"
      }
      throw located
    }
  }

  private func readRows(
    _ text: UnsafeBufferPointer<UInt8>, isArray: Bool
  ) throws(TableError) -> OutcomeTable {
    let (schema, result) = try OutcomeJSON(
      text: text, source: source, options: options, isArray: isArray
    ).read()
    return try OutcomeGrouping(result, schema).table(threads: options.workerCount)
  }
}
