import Foundation
import TestSupport

/// Gives a folder that is gone after the body.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = try ScratchFolder()
  defer { folder.remove() }
  try body(folder.path)
}

func contents(_ path: String) -> String? {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
}

func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
