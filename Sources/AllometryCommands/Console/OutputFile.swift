internal import ArgumentParser
internal import Foundation
internal import Synchronization

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

  let path: String
  private let kind: Kind
  private let force: Bool
  private let option: String

  /// Makes sure that the file may be written, before the work that fills it. `option` names the
  /// file; nil for `--report` and, of tables, `--out`.
  init(
    _ path: String, _ kind: Kind, _ arguments: OutputArguments, option: String? = nil
  ) throws {
    self.path = path
    self.kind = kind
    self.option = option ?? (kind == .report ? "--report" : "--out")
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
    try OutputPlaces.take(path, for: option)
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
    if let folder = InputFiles.folder(around: path) {
      throw CommandFailure(
        .cannotCreate,
        "\(path): the file would become a part of \(folder), which is read by this command; name "
          + "a place outside of it")
    }
    let stored = ["", "-wal", "-shm", "-journal"].first { ending in
      path.hasSuffix(ending)
        && head(String(path.dropLast(ending.count)))?.starts(with: "SQLite format 3\0".utf8) == true
    }
    guard stored == nil else {
      throw CommandFailure(
        .cannotCreate, "\(path): the file is a store or a database; name another for the output")
    }
    // A link is not what is written to: what it leads to is.
    for place in Set([
      URL(fileURLWithPath: path).standardizedFileURL.path, OutputPlaces.end(of: path),
    ])
    where isPart(place) {
      throw CommandFailure(
        .cannotCreate,
        "\(path): the file is a part of a run or a checkpoint; name another for the output")
    }
  }

  /// Whether a path, from the root, is that of a part of a run or of a checkpoint.
  private static func isPart(_ path: String) -> Bool {
    let parts = (path as NSString).pathComponents
    let folder = "/" + parts.dropFirst().dropLast().joined(separator: "/")
    let name = parts.last ?? ""
    func isRun(_ folder: String) -> Bool {
      ["run.json", "recipe.json"].contains {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)")
      }
    }
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    if name.hasSuffix(".safetensors"), exists(path) { return true }
    if checkpointFiles.contains(name), exists(path),
      ["model.safetensors", "model.safetensors.index.json", "checksums.json"].contains(where: {
        exists("\(folder)/\($0)")
      })
    {
      return true
    }
    return (runFiles.contains(name) && isRun(folder))
      || parts.indices.dropFirst().dropLast().contains {
        parts[$0] == "checkpoints"
          && isRun("/" + parts[1..<$0].joined(separator: "/"))
      }
  }

  /// What a model is read from, in a run or copied out of it: no command writes any of them anew.
  private static let checkpointFiles: Set<String> = [
    "model.safetensors.index.json", "allometry.json", "config.json", "state.json", "checksums.json",
    "tokenizer.json",
  ]

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
  private static let folders = Mutex<Set<String>>([])

  /// Takes down a file, or all in a folder, by what it is, whatever it is called.
  static func note(_ path: String) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      let folder = OutputPlaces.end(of: path)
      folders.withLock { _ = $0.insert(folder) }
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

  /// A folder that is read of which a file at a path would be a part; nil for none. Hidden files are
  /// not read.
  static func folder(around path: String) -> String? {
    let end = OutputPlaces.end(of: path)
    return folders.withLock { folders in
      folders.first { folder in
        guard end.hasPrefix(folder == "/" ? "/" : "\(folder)/") else { return false }
        return !end.dropFirst(folder.count).contains("/.")
      }
    }
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
