internal import Foundation
internal import LanguageModels
internal import RunTables
internal import Training

/// The columns of a run's tables.
enum LossTable {
  /// Tokens and cross-entropy along a run.
  ///
  /// - Parameters:
  ///   - path: `loss.csv` or `validation.csv`.
  ///   - column: the name of the column of losses.
  /// - Returns: the rows that are numbers; none if the file is not there.
  static func points(_ path: String, column: String) -> [(tokens: Double, loss: Double)] {
    guard let data = RegularFile.contents(atPath: path) else { return [] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let names = lines.first?.split(separator: ",").map(String.init) ?? []
    guard let tokens = names.firstIndex(of: "tokens"), let loss = names.firstIndex(of: column)
    else { return [] }
    return lines.dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == names.count, let x = Double(cells[tokens]), let y = Double(cells[loss]),
        x.isFinite, y.isFinite
      else { return nil }
      return (x, y)
    }
  }
}

/// A table of runs that `allometry fit` reads, a row a run.
struct RunRows {
  /// The file.
  var path: String

  private static let columns = [
    "run", "N", "D", "C", "loss", "bits_per_byte", "seed", "non_embedding", "layers", "width",
    "batch_tokens", "steps", "learning_rate", "data",
  ]

  /// Makes sure that a row can be added, before the work that makes it.
  func check() throws {
    try checkWritable(path)
    try OutputFile.refuseProtected(path)
    try OutputPlaces.take(path, for: "--append-to")
    guard let data = RegularFile.contents(atPath: path) else { return }
    try checkColumns(data)
  }

  private static let header = Data((columns.joined(separator: ",") + "\n").utf8)

  private func checkColumns(_ data: Data) throws {
    // A process that was killed may have left a part of the first line.
    guard data.starts(with: Self.header) || Self.header.starts(with: data) else {
      throw CommandFailure(
        .badData, "\(path): the columns are not those of --append-to; name another file")
    }
  }

  /// Adds the row of a run, unless the table has it: one that was killed after its last step is asked
  /// for its row again.
  func add(_ record: RunRecord, run: String) throws {
    let values: [String] = [
      quoted(run), "\(record.parameterCount)", "\(record.tokenCount)", "\(record.compute)",
      record.result?.validationLoss.map { "\($0)" } ?? "",
      record.result?.bitsPerByte.map { "\($0)" } ?? "", "\(record.recipe.seed)",
      "\(record.nonEmbeddingParameterCount)", "\(record.model.layers.count)",
      "\(record.model.width)", "\(record.recipe.tokensPerStep)", "\(record.recipe.steps)",
      "\(record.recipe.optimizer.learningRate)", quoted(record.data.name),
    ]
    try check()
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CommandFailure(.cannotCreate, "\(path): the file cannot be written")
    }
    // Closing lets go of the lock: runs side by side wait for each other's rows.
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    let data = RegularFile.contents(atPath: path) ?? Data()
    try checkColumns(data)
    let (whole, rest) = Self.split(data)
    guard !has(values, in: whole + rest) else { return }
    let isNew = whole.isEmpty
    let text =
      (isNew ? String(decoding: Self.header, as: UTF8.self) : rest.isEmpty ? "" : "\n")
      + values.joined(separator: ",") + "\n"
    // A line that was torn is cut off; the run that it was of writes its row when it is asked again.
    let size = off_t(whole.count + rest.count)
    guard size == data.count || ftruncate(descriptor, size) == 0,
      Console.write(text, to: descriptor), fsync(descriptor) == 0 || errno == EINVAL
    else {
      ftruncate(descriptor, size)
      throw CommandFailure(.inputOutput, "\(path): the row cannot be written")
    }
  }

  /// The whole lines of a table, and a last line that lacks nothing but its end; what was torn is in
  /// neither.
  private static func split(_ data: Data) -> (whole: Data, rest: Data) {
    let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? data.startIndex
    let last = data[end...]
    var cells = 1
    var isQuoted = false
    for byte in last {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: ","), !isQuoted { cells += 1 }
    }
    let isWhole = cells == columns.count && !isQuoted && last.last != UInt8(ascii: ",")
    return (Data(data[..<end]), end > data.startIndex && isWhole ? Data(last) : Data())
  }

  /// Whether a table has a row, under whatever name of the same folder.
  private func has(_ values: [String], in table: Data) -> Bool {
    let others = "," + values.dropFirst().joined(separator: ",")
    func place(_ cell: String) -> String {
      let isQuoted = cell.count > 1 && cell.hasPrefix("\"")
      let plain =
        isQuoted ? String(cell.dropFirst().dropLast()).replacing("\"\"", with: "\"") : cell
      return OutputPlaces.end(of: plain)
    }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
      line.hasSuffix(others) && place(String(line.dropLast(others.count))) == place(values[0])
    }
  }

  private func quoted(_ text: String) -> String {
    let text = SpreadsheetText.inert(text)
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
