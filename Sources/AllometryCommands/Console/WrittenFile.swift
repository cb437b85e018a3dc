internal import Files
internal import Foundation
internal import RunTables

/// Checks that a file can be made at a path, before the work that would fill it.
func checkCreatable(_ path: String) throws {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw CommandFailure(.cannotCreate, "\(path): found a folder, expected the name of a file")
  }
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  guard FileManager.default.fileExists(atPath: folder) else {
    throw CommandFailure(.cannotCreate, "\(path): the folder \(folder) does not exist")
  }
}

/// Checks that a file can be written at a path, where minutes of work come before it.
func checkWritable(_ path: String) throws {
  guard !path.isEmpty else {
    throw CommandFailure(.usage, "found an empty path, expected the name of a file")
  }
  try checkCreatable(path)
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  let files = FileManager.default
  guard files.fileExists(atPath: path) || files.isWritableFile(atPath: folder) else {
    throw CommandFailure(.cannotCreate, "\(path): the folder \(folder) cannot be written to")
  }
}

/// Writes a file in one go: to a neighbour first, then renamed, so that no half file is left.
///
/// A device or pipe is written to as it is, for a rename would replace it.
func writeFile(_ text: String, to path: String) throws {
  try checkCreatable(path)
  let type =
    (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
  if let type, type != .typeRegular, type != .typeSymbolicLink {
    guard let file = FileHandle(forWritingAtPath: path),
      Console.write(text, to: file.fileDescriptor)
    else { throw CommandFailure(.inputOutput, "\(path): the report cannot be written") }
    return
  }
  do {
    try AtomicFile.write(Array(text.utf8), to: path)
  } catch {
    throw CommandFailure(
      error.problem == .diskFull ? .inputOutput : .cannotCreate,
      "\(path): the file cannot be written; \(error.message)")
  }
}

/// Reads a file, or standard input under the name `-`.
func readFile(_ path: String) throws -> Data {
  InputFiles.note(path)
  return Data(try FileBytes.read(path))
}
