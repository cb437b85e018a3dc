internal import Files
internal import Foundation
internal import LanguageModels
internal import Verdicts

/// The folders in which jobs keep their checkpoints until their runs are recorded.
///
/// Each is named by everything that decides its content and says so in `content.json`; beside it
/// stands `NAME.lock`, which whoever uses the folder holds. Two studies that share a trunk, or two
/// processes of one study, thus never write into one folder at a time.
struct WorkFolders: Sendable {
  let root: String

  private static let content = "content.json"
  private static let runs = "runs.txt"
  private static let lockEnding = ".lock"

  /// Whether to work beside a folder that another process holds.
  private let takesOver: Bool

  init(_ root: String, takesOver: Bool) {
    self.root = root
    self.takesOver = takesOver
  }

  /// Opens a folder for one process alone; nil if somebody else has it. Everything that decides its
  /// content decides its name; one that holds another content is set aside. It is needed as long as
  /// one of the runs is missing.
  func open(_ name: String, content: String, runs: [RunIdentity]) throws -> WorkFolder? {
    try makeFolder(root)
    guard let lock = try FileLock.take("\(root)/\(name)\(Self.lockEnding)") else {
      guard takesOver, !name.hasSuffix("~~~") else { return nil }
      return try open("\(name)~", content: content, runs: runs)
    }
    let folder = WorkFolder(path: "\(root)/\(name)", aside: "\(root)/aside", lock: lock)
    let file = "\(folder.path)/\(Self.content)"
    if FileManager.default.fileExists(atPath: folder.path) {
      if RegularFile.contents(atPath: file) == Data(content.utf8) {
        folder.isFresh = false
      } else if (try? FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty) != true
      {
        try folder.setAside()
      }
    }
    let path = folder.path
    folder.prepare = {
      try makeFolder(path)
      try write(content, to: file)
      try write(runs.map { "\($0)\n" }.joined(), to: "\(path)/\(Self.runs)")
    }
    if folder.isFresh { try folder.prepare() }
    return folder
  }

  /// Removes what processes that were killed left behind: folders whose runs are all recorded, and
  /// locks of folders that are gone.
  func sweep(_ log: any RunLog) throws {
    let files = FileManager.default
    guard let names = try? files.contentsOfDirectory(atPath: root) else { return }
    for name in names.sorted() where !name.hasSuffix(Self.lockEnding) {
      let path = "\(root)/\(name)"
      guard
        let text = RegularFile.contents(atPath: "\(path)/\(Self.runs)").map({
          String(decoding: $0, as: UTF8.self)
        })
      else { continue }
      let runs = text.split(separator: "\n").compactMap { RunIdentity(String($0)) }
      guard !runs.isEmpty, try Set(runs).isSubset(of: log.outcomes(of: runs).keys),
        let lock = try FileLock.take("\(path)\(Self.lockEnding)")
      else { continue }
      WorkFolder(path: path, aside: "\(root)/aside", lock: lock).remove()
    }
    for name in names where name.hasSuffix(Self.lockEnding) {
      let path = "\(root)/\(name)"
      guard !files.fileExists(atPath: String(path.dropLast(Self.lockEnding.count))) else {
        continue
      }
      try FileLock.take(path)?.remove()
    }
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw StudyError(.inputOutput, "\(path): the folder cannot be made")
    }
  }

  private func write(_ text: String, to path: String) throws {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
      throw StudyError(.inputOutput, "\(path): the file cannot be written")
    }
  }
}

/// A folder that this process alone uses, until it is closed or removed.
final class WorkFolder {
  let path: String
  /// Whether nothing in it is from an earlier process.
  fileprivate(set) var isFresh = true
  fileprivate var prepare: () throws -> Void = {}
  private let aside: String
  private let lock: FileLock

  fileprivate init(path: String, aside: String, lock: FileLock) {
    self.path = path
    self.aside = aside
    self.lock = lock
  }

  /// Moves what is in the folder away, to the path that is returned, and begins anew.
  @discardableResult
  func setAside() throws -> String {
    let name = (path as NSString).lastPathComponent
    let place = "\(aside)/\(name)-\(UInt32.random(in: .min ... .max))"
    do {
      try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
      try FileManager.default.moveItem(atPath: path, toPath: place)
    } catch {
      throw StudyError(.inputOutput, "\(path): the folder holds something else and cannot be moved")
    }
    isFresh = true
    try prepare()
    return place
  }

  /// Removes the folder: what it was for is recorded.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    lock.remove()
  }
}

extension FileLock {
  /// Takes the lock on a file; nil if somebody else has it.
  fileprivate static func take(_ path: String) throws(StudyError) -> FileLock? {
    do { return try FileLock(path) } catch {
      throw StudyError(.inputOutput, "\(path): the file cannot be locked (\(error.systemText))")
    }
  }
}
