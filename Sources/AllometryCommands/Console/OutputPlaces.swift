internal import Foundation
internal import Synchronization

/// Where a command's outputs go, so that no two of them go to one file.
enum OutputPlaces {
  private struct Place {
    var option: String
    var path: String
    /// What is there already, which may have several names.
    var file: [UInt64]?
  }

  private static let taken = Mutex<[Place]>([])

  /// Takes a file for one output.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - option: what names it; the same option may ask again.
  /// - Throws: `CommandFailure` (usage) if another output goes there, by whatever name or link.
  static func take(_ path: String, for option: String) throws {
    let place = Place(option: option, path: end(of: path), file: file(path))
    let other = taken.withLock { taken -> String? in
      if taken.contains(where: { $0.option == option && $0.path == place.path }) { return nil }
      if let other = taken.first(where: {
        $0.option != option && ($0.path == place.path || place.file != nil && $0.file == place.file)
      }) {
        return other.option
      }
      taken.append(place)
      return nil
    }
    guard let other else { return }
    throw CommandFailure(
      .usage, "\(path): found the file of \(other) for \(option), too; name another for one of them"
    )
  }

  /// Where a path leads, from the root: links are followed, that of a file which is not there yet too.
  static func end(of path: String) -> String {
    var path = path
    for _ in 0..<40 {
      if let resolved = realpath(path, nil) {
        defer { free(resolved) }
        return String(cString: resolved)
      }
      guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
        break
      }
      path =
        link.hasPrefix("/")
        ? link : URL(fileURLWithPath: path).deletingLastPathComponent().path + "/" + link
    }
    // Folders that are not there yet have no links.
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    var rest = ""
    while folder.path != "/" {
      rest = "/\(folder.lastPathComponent)\(rest)"
      folder.deleteLastPathComponent()
      guard let resolved = realpath(folder.path, nil) else { continue }
      defer { free(resolved) }
      let whole = String(cString: resolved)
      return whole == "/" ? rest : whole + rest
    }
    return rest
  }

  /// The device and the number of a file; nil where there is none.
  private static func file(_ path: String) -> [UInt64]? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return [UInt64(status.st_dev), UInt64(status.st_ino)]
  }
}
