import Foundation
import LanguageModels

/// Fixtures, temporary folders and files put together byte by byte.
enum CheckpointFiles {
  /// A file that a script in `Goldens/parity` wrote.
  static func golden(_ name: String, from file: String = #filePath) -> String {
    URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Goldens/parity/\(name)").path
  }

  /// Runs a closure with a folder of its own, which is removed afterwards.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "allometry-checkpoints-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  /// A file of a header and zeros, with the true length before the header or another one.
  static func safetensors(_ header: String, data: Int, length: UInt64? = nil) -> Data {
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
    bytes.append(Data(header.utf8))
    bytes.append(Data(count: data))
    return bytes
  }

  /// The sentence with which a closure fails, or nil.
  static func sentence(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }
}
