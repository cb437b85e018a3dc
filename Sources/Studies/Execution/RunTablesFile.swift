internal import Files
internal import Foundation
internal import Training

/// The tables that a training run wrote into its folder.
struct RunTablesFile {
  /// The run's folder.
  let folder: String

  /// The curves of the training loss, without what is added to it, and of the learning rate.
  func curves() throws -> [RunCurve] {
    let rows = rows("loss.csv")
    return [
      curve("loss", rows, column: 3), curve("learning_rate", rows, column: 4),
    ].filter { !$0.steps.isEmpty }
  }

  /// Means over the last tenth of the measured steps.
  func diagnostics() throws -> [String: Double] {
    let path = "\(folder)/diagnostics.csv"
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    return try DiagnosticSummary(reading: path).values
  }

  private func curve(_ name: String, _ rows: [[Substring]], column: Int) -> RunCurve {
    let points = rows.compactMap { cells -> (Int, Double)? in
      guard cells.count > column, let step = Int(cells[0]), let value = Double(cells[column])
      else { return nil }
      return (step, value)
    }
    return RunCurve(name: name, steps: points.map(\.0), values: points.map(\.1))
  }

  /// The cells of each row below the header.
  private func rows(_ file: String) -> [[Substring]] {
    guard let data = RegularFile.contents(atPath: "\(folder)/\(file)") else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }
}
