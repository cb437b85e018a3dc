internal import ArgumentParser
internal import Foundation
internal import Synchronization

/// The option of every command that writes a file where one may be already.
struct OutputArguments: ParsableArguments {
  @Flag(
    help: "Replace a file that is there, whatever it is, if it is no input, store or part of a run."
  )
  var force = false
}

/// A file that a command was asked to write.
///
/// What is there already is replaced only if an earlier call of a command wrote it, or with
/// `--force`; what the command reads, a store, and the files by which a run is resumed, never are.
struct OutputFile {
  /// What the file will be.
  enum Kind {
    /// A page of ours, which says so at its head.
    case report
    /// The table of a study, whose first columns no other program writes.
    case studyTable
    /// A file that cannot be told from one of the user's own.
    case table
  }

  /// Where it goes.
  let path: String
  private let kind: Kind
  private let force: Bool

  /// Makes sure that the file may be written, before the work that fills it.
  ///
  /// - Parameters:
  ///   - path: where it goes.
  ///   - kind: what it will be.
  ///   - arguments: whether any file may be replaced.
  init(_ path: String, _ kind: Kind, _ arguments: OutputArguments) throws {
    self.path = path
    self.kind = kind
    force = arguments.force
    try check()
  }

  /// Makes sure again, and writes the file in one go.
  func write(_ text: String) throws {
    try check()
    try writeFile(text, to: path)
  }

  /// Makes sure that the file may be written now.
  func check() throws {
    try checkWritable(path)
    try Self.refuseProtected(path)
    guard !force, let head = Self.head(path), !head.isEmpty, !isOurs(head) else { return }
    let expected =
      switch kind {
      case .report: "a report of allometry, or no file"
      case .studyTable: "a table of a study, or no file"
      case .table: "no file"
      }
    throw CommandFailure(
      .cannotCreate,
      "\(path): found a file that is there already, expected \(expected); --force replaces it")
  }

  private func isOurs(_ head: [UInt8]) -> Bool {
    let text = String(decoding: head, as: UTF8.self)
    switch kind {
    case .report: return text.contains("<meta name=\"generator\" content=\"Allometry\">")
    case .studyTable:
      return text.hasPrefix("run,arm,N,active,D,C,loss,seed,rung,")
        || (text.hasPrefix("{\"run\":\"") && text.contains("\"active\":"))
    case .table: return false
    }
  }

  /// Refuses to write over what is read, over a store and over what a run is resumed from.
  static func refuseProtected(_ path: String) throws {
    guard !InputFiles.contains(path) else {
      throw CommandFailure(
        .cannotCreate, "\(path): the file is read by this command; name another for the output")
    }
    let stored = ["", "-wal", "-shm", "-journal"].first { ending in
      path.hasSuffix(ending)
        && head(String(path.dropLast(ending.count)))?.starts(with: "SQLite format 3\0".utf8) == true
    }
    guard stored == nil else {
      throw CommandFailure(
        .cannotCreate, "\(path): the file is a store or a database; name another for the output")
    }
    let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents
    let folder = "/" + parts.dropFirst().dropLast().joined(separator: "/")
    let name = parts.last ?? ""
    func isRun(_ folder: String) -> Bool {
      ["run.json", "recipe.json"].contains {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)")
      }
    }
    let isPart =
      (runFiles.contains(name) && isRun(folder))
      || parts.indices.dropLast().contains {
        parts[$0] == "checkpoints"
          && isRun("/" + parts[1..<$0].joined(separator: "/"))
      }
    guard !isPart else {
      throw CommandFailure(
        .cannotCreate, "\(path): the file is a part of the run in that folder; name another")
    }
  }

  /// What a run is resumed and reported from.
  private static let runFiles: Set<String> = [
    "run.json", "recipe.json", "outcome.json", "loss.csv", "validation.csv", "diagnostics.csv",
    "tokenizer.json", ".lock",
  ]

  /// The first bytes of a regular file; nil where there is none.
  private static func head(_ path: String) -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = FileHandle(forReadingAtPath: path)
    else { return nil }
    return (try? file.read(upToCount: 1024)).map { $0.map { [UInt8]($0) } ?? [] }
  }
}

/// The files that this process has read or will read, so that none of them is written over.
enum InputFiles {
  private struct File: Hashable {
    var device: UInt64
    var number: UInt64
  }

  private static let known = Mutex<Set<File>>([])

  /// Takes down a file, or all in a folder, by what it is, whatever it is called.
  static func note(_ path: String) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      for name in FileManager.default.enumerator(atPath: path) ?? .init() {
        if let name = name as? String { noteFile("\(path)/\(name)") }
      }
    } else {
      noteFile(path)
    }
  }

  private static func noteFile(_ path: String) {
    guard let file = file(path) else { return }
    known.withLock { _ = $0.insert(file) }
  }

  /// Whether a path leads to one of the files.
  static func contains(_ path: String) -> Bool {
    guard let file = file(path) else { return false }
    return known.withLock { $0.contains(file) }
  }

  private static func file(_ path: String) -> File? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return File(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }
}
