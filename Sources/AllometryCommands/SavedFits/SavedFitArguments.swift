internal import ArgumentParser
internal import ScalingLaws

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct SavedFitArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A fit saved by allometry fit --json, or one group of several: fits.json#code; - for standard input.",
      valueName: "fit.json"))
  var fit: String

  func load() throws -> SavedFit { try Self.load(fit) }

  /// Reads the document alone, which may be of a procedure.
  func document() throws -> FitDocument { try Self.document(fit) }

  static func load(_ path: String) throws -> SavedFit {
    let document = try document(path)
    guard document.allocation == nil else {
      throw CommandFailure(
        .usage,
        "\(path): a fit of \(document.law) knows how N and D grow with compute and no loss: only allometry plan reads it"
      )
    }
    return try fit(document, source: path)
  }

  /// Brings a document back to life; what is wrong in the file is bad data, whoever wrote it.
  static func fit(_ document: FitDocument, source: String) throws -> SavedFit {
    let name = source == "-" ? "standard input" : source
    let (level, tail) = (document.interval.level, document.interval.tail)
    guard level > 0, level < 1, tail > 0, tail < 0.5 else {
      throw CommandFailure(
        .badData,
        "\(name): key \"interval\": found level \(level) and tail \(tail), expected a level between 0 and 1 and a tail between 0 and 0.5"
      )
    }
    do { return try SavedFit(document) } catch {
      throw CommandFailure(.badData, "\(name): \(error)")
    }
  }

  /// A saved fit with the alternatives saved beside it; nil where it stands alone.
  static func mixture(of fit: SavedFit, source: String) throws -> LawMixture? {
    do { return try LawMixture(fit) } catch {
      let name = source == "-" ? "standard input" : source
      throw CommandFailure(.badData, "\(name): key \"alternatives\": \(error)")
    }
  }

  /// Whether a file holds a saved fit rather than a table.
  static func isSavedFit(_ path: String) -> Bool {
    let (file, _) = parts(of: path)
    guard file.hasSuffix(".json"), let data = try? readFile(file) else { return false }
    return FitDocument.isSaved(data)
  }

  /// The file and the group that a path names: `fits.json#code`. A file whose own name holds the
  /// whole is taken as it is.
  static func parts(of path: String) -> (file: String, group: String?) {
    guard let mark = path.lastIndex(of: "#"), mark != path.startIndex,
      !FileManager.default.fileExists(atPath: path)
    else { return (path, nil) }
    return (String(path[..<mark]), String(path[path.index(after: mark)...]))
  }

  private static func document(_ path: String) throws -> FitDocument {
    let (file, group) = parts(of: path)
    return try FitDocument.decode(
      try readFile(file), source: file == "-" ? "standard input" : file, group: group)
  }
}
