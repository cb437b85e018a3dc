internal import Files
internal import Foundation
internal import LanguageModels
internal import Training

enum LossTable {
  /// Tokens and cross-entropy along a run.
  ///
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
  /// for its row again. A last line that lacks its end is mended first.
  func add(_ record: RunRecord, run: String) throws {
    try check()
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CommandFailure(.cannotCreate, "\(path): the file cannot be written")
    }
    // Closing lets go of the lock: runs side by side wait for each other's rows.
    defer { close(descriptor) }
    FileLock.wait(descriptor)
    let data = RegularFile.contents(atPath: path) ?? Data()
    try checkColumns(data)
    let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? data.startIndex
    let (whole, rest) = (Data(data[..<end]), Data(data[end...]))
    var text = whole.isEmpty ? String(decoding: Self.header, as: UTF8.self) : mended(rest)
    let row = row(of: record, run: run)
    if !has(row, in: String(decoding: whole, as: UTF8.self) + text) { text += row + "\n" }
    // What is there already is not written again, so that a full disk takes nothing away.
    let isKept = Data(text.utf8).starts(with: rest)
    guard isKept || ftruncate(descriptor, off_t(whole.count)) == 0,
      Console.write(
        isKept ? String(decoding: text.utf8.dropFirst(rest.count), as: UTF8.self) : text,
        to: descriptor),
      fsync(descriptor) == 0 || errno == EINVAL
    else {
      ftruncate(descriptor, off_t(isKept ? data.count : whole.count))
      throw CommandFailure(.inputOutput, "\(path): the row cannot be written")
    }
  }

  private func row(of record: RunRecord, run: String) -> String {
    [
      quoted(run), "\(record.parameterCount)", "\(record.tokenCount)", "\(record.compute)",
      record.result?.validationLoss.map { "\($0)" } ?? "",
      record.result?.bitsPerByte.map { "\($0)" } ?? "", "\(record.recipe.seed)",
      "\(record.nonEmbeddingParameterCount)", "\(record.model.layers.count)",
      "\(record.model.width)", "\(record.recipe.tokensPerStep)", "\(record.recipe.steps)",
      "\(record.recipe.optimizer.learningRate)", quoted(record.data.name),
    ].joined(separator: ",")
  }

  /// A last line without its end as it was to be: that of its run where that is still there, the line
  /// itself where no cell is missing, else nothing, for half a number is another number.
  private func mended(_ rest: Data) -> String {
    guard !rest.isEmpty else { return "" }
    let text = String(decoding: rest, as: UTF8.self)
    let cells = Self.cells(text)
    let run = Self.plain(cells[0])
    if cells.count > 1, let record = try? RunRecord.read(run), record.result != nil {
      let whole = row(of: record, run: run)
      if whole.hasPrefix(text) { return whole + "\n" }
    }
    let isWhole = cells.count == Self.columns.count && cells.last?.isEmpty == false
    return isWhole ? text + "\n" : ""
  }

  /// Whether a table has a row, under whatever name of the same folder.
  private func has(_ row: String, in table: String) -> Bool {
    let cells = Self.cells(row)
    let place = OutputPlaces.end(of: Self.plain(cells[0]))
    return table.split(separator: "\n").contains { line in
      let others = Self.cells(String(line))
      return others.dropFirst() == cells.dropFirst()
        && OutputPlaces.end(of: Self.plain(others[0])) == place
    }
  }

  /// The cells of a line as they are written, at least one.
  private static func cells(_ line: String) -> [String] {
    var cells = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
    }
    return cells
  }

  private static func plain(_ cell: String) -> String {
    guard cell.count > 1, cell.hasPrefix("\"") else { return cell }
    return String(cell.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  private func quoted(_ text: String) -> String {
    CSVText.cell(SpreadsheetText.inert(text), quoting: .necessary)
  }
}
