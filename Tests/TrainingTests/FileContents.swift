import Foundation

/// The bytes of a file; nothing if there is none.
func bytes(_ path: String) -> Data { FileManager.default.contents(atPath: path) ?? Data() }

/// The lines of a text file.
func lines(_ path: String) -> [Substring] {
  String(decoding: bytes(path), as: UTF8.self).split(separator: "\n")
}
