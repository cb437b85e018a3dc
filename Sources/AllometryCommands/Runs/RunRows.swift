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
    guard let data = RegularFile.contents(atPath: path), !data.isEmpty else { return }
    let header = String(decoding: data, as: UTF8.self).prefix { $0 != "\n" }
    guard header == Self.columns.joined(separator: ",") else {
      throw CommandFailure(
        .badData, "\(path): the columns are not those of --append-to; name another file")
    }
  }

  /// Adds the row of a run.
  func append(_ record: RunRecord, run: String) throws {
    let values: [String] = [
      quoted(run), "\(record.parameterCount)", "\(record.tokenCount)", "\(record.compute)",
      record.result?.validationLoss.map { "\($0)" } ?? "",
      record.result?.bitsPerByte.map { "\($0)" } ?? "", "\(record.recipe.seed)",
      "\(record.nonEmbeddingParameterCount)", "\(record.model.layers.count)",
      "\(record.model.width)", "\(record.recipe.tokensPerStep)", "\(record.recipe.steps)",
      "\(record.recipe.optimizer.learningRate)", quoted(record.data.name),
    ]
    let isNew = (RegularFile.contents(atPath: path) ?? Data()).isEmpty
    let text =
      (isNew ? Self.columns.joined(separator: ",") + "\n" : "")
      + values.joined(separator: ",") + "\n"
    // One write at the end of the file: runs side by side do not tear each other's rows.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CommandFailure(.cannotCreate, "\(path): the file cannot be written")
    }
    defer { close(descriptor) }
    guard Console.write(text, to: descriptor) else {
      throw CommandFailure(.inputOutput, "\(path): the row cannot be written")
    }
  }

  private func quoted(_ text: String) -> String {
    let text = SpreadsheetText.inert(text)
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
