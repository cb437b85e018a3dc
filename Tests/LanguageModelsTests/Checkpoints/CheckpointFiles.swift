import Foundation
import LanguageModels
import TestSupport

/// Fixtures and files put together byte by byte.
enum CheckpointFiles {
  /// A file that a script in `Goldens/parity` wrote.
  static func golden(_ name: String) -> String {
    PackageRoot.url("Tests/LanguageModelsTests/Goldens/parity/\(name)").path
  }

  /// Runs a closure with a folder of its own, which is removed afterwards.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try ScratchFolder()
    return try withExtendedLifetime(folder) { try body(folder.path) }
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
