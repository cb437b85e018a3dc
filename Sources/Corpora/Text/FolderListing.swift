internal import Foundation

/// The ordinary files below a folder in an order that does not depend on the machine.
enum FolderListing {
  /// Paths relative to the folder, sorted by their bytes within each folder; hidden entries and
  /// symbolic links are not followed.
  static func files(in folder: String) -> [String] {
    var result: [String] = []
    walk(folder, prefix: "", into: &result)
    return result
  }

  private static func walk(_ folder: String, prefix: String, into result: inout [String]) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let visible = names.filter { !$0.hasPrefix(".") }
    for name in visible.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let path = folder + "/" + name
      let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type]
      switch kind as? FileAttributeType {
      case .typeDirectory: walk(path, prefix: prefix + name + "/", into: &result)
      case .typeRegular: result.append(prefix + name)
      default: break
      }
    }
  }
}
