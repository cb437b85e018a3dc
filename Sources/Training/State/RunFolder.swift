import Files
import Foundation

struct RunFolder {
  let path: String

  var checkpoints: CheckpointFolder { CheckpointFolder(path: "\(path)/checkpoints") }

  private var recipeFile: String { "\(path)/recipe.json" }
  private var outcomeFile: String { "\(path)/outcome.json" }

  /// Makes the folder, or makes sure that its run has the same recipe.
  func prepare(_ recipe: TrainingRecipe) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    // Left by a process that was killed in the middle of a write, ours or Foundation's.
    for name in try files.contentsOfDirectory(atPath: path)
    where name.hasSuffix(".tmp") || name.hasPrefix(".dat.nosync") {
      try files.removeItem(atPath: "\(path)/\(name)")
    }
    if let old = RegularFile.contents(atPath: recipeFile) {
      try Self.refuse(
        recipe, ifDifferentFrom: try TrainingRecipe(json: old, name: "recipe.json"))
    } else {
      try RunFile.write(try recipe.json, to: recipeFile)
    }
    // A run that is resumed has not ended.
    if files.fileExists(atPath: outcomeFile) { try files.removeItem(atPath: outcomeFile) }
  }

  /// A run is resumed with the recipe that it began with, or not at all.
  static func refuse(
    _ recipe: TrainingRecipe, ifDifferentFrom old: TrainingRecipe
  ) throws(TrainingError) {
    guard let difference = try recipe.firstDifference(from: old) else { return }
    throw TrainingError(
      .badSetting, difference.key,
      "the run in this folder began with \(difference.other), found \(difference.value); use the "
        + "same recipe or another folder")
  }

  func write(_ outcome: TrainingOutcome) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try RunFile.write(
      try encoder.encode(outcome) + Data([UInt8(ascii: "\n")]), to: outcomeFile)
  }

  /// Opens tables that begin with the rows that another run had at a checkpoint. Rows of a run
  /// whose checkpoint was moved away from its tables are not there to be taken over.
  func openTables(
    beginningWith checkpoints: CheckpointFolder, _ state: TrainingState
  ) throws -> RunTables {
    let trunk = (checkpoints.path as NSString).deletingLastPathComponent
    var state = state
    func take(_ name: String, _ count: inout Int) throws {
      let rows = RegularFile.contents(atPath: "\(trunk)/\(name)")?.prefix(count)
      guard let rows, rows.count == count else { return count = 0 }
      try RunFile.write(Data(rows), to: "\(path)/\(name)")
    }
    try take("loss.csv", &state.lossBytes)
    try take("validation.csv", &state.validationBytes)
    try take("diagnostics.csv", &state.diagnosticsBytes)
    return try openTables(keeping: state)
  }

  /// Opens the tables, cut back to what a checkpoint knew.
  func openTables(keeping state: TrainingState?) throws(TrainingError) -> RunTables {
    RunTables(
      loss: try CurveFile(
        "\(path)/loss.csv",
        header: "step,tokens,loss,cross_entropy,learning_rate,gradient_norm",
        keeping: state?.lossBytes),
      validation: try CurveFile(
        "\(path)/validation.csv", header: "step,tokens,loss", keeping: state?.validationBytes),
      diagnostics: try CurveFile(
        "\(path)/diagnostics.csv", header: "step,measure,place,value",
        keeping: state?.diagnosticsBytes))
  }
}

struct RunTables {
  let loss: CurveFile
  let validation: CurveFile
  let diagnostics: CurveFile

  /// The curves of the steps that stood in the tables when they were opened.
  ///
  /// - Throws: ``TrainingError`` if a table cannot be read or a row is not a measurement.
  func keptCurves() throws(TrainingError) -> TrainingCurves {
    var curves = TrainingCurves()
    for row in try loss.keptRows() {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count > 4, let step = Int(cells[0]), let loss = Double(cells[3]),
        let rate = Double(cells[4])
      else { continue }
      curves.append(step, crossEntropy: loss, learningRate: rate)
    }
    curves.measured = try DiagnosticSummary.places(
      ofRows: try diagnostics.keptRows(), in: "diagnostics.csv")
    return curves
  }

  func synchronize() throws(TrainingError) {
    try loss.synchronize()
    try validation.synchronize()
    try diagnostics.synchronize()
  }
}
