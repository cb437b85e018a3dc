internal import ArgumentParser
internal import ScalingLaws

/// A saved fit on the command line.
struct SavedFitArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A fit saved by allometry fit --json; - for standard input.", valueName: "fit.json"))
  var fit: String

  /// Reads the fit.
  func load() throws -> SavedFit { try Self.load(fit) }

  /// Reads the document alone, which may be of a procedure.
  func document() throws -> FitDocument { try Self.document(fit) }

  /// Reads a fit from a path.
  static func load(_ path: String) throws -> SavedFit {
    let document = try document(path)
    guard document.allocation == nil else {
      throw CommandFailure(
        .usage,
        "\(path): a fit of \(document.law) knows how N and D grow with compute and no loss: only allometry plan reads it"
      )
    }
    return try SavedFit(document)
  }

  /// Whether a file holds a saved fit rather than a table.
  static func isSavedFit(_ path: String) -> Bool {
    guard path.hasSuffix(".json"), let data = try? readFile(path) else { return false }
    return (try? FitDocument.decode(data, source: path)) != nil
  }

  private static func document(_ path: String) throws -> FitDocument {
    try FitDocument.decode(
      try readFile(path), source: path == "-" ? "standard input" : path)
  }
}
