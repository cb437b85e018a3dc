import Foundation
import TestSupport

extension ScratchFolder {
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(text, to: name) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String { try write(Data(bytes), to: name) }

  /// The paths of what a folder holds, sorted.
  static func files(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { folder + "/" + $0 }
  }

  static func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Replaces a file, so that streams mapped from the old one stay whole.
  static func replace(_ path: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
