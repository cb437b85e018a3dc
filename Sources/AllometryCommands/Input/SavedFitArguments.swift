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
  static func load(_ path: String) throws -> SavedFit { try SavedFit(try document(path)) }

  private static func document(_ path: String) throws -> FitDocument {
    try FitDocument.decode(
      try readFile(path), source: path == "-" ? "standard input" : path)
  }
}
