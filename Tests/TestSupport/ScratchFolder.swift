public import Foundation

/// A folder that is gone when the value is.
public final class ScratchFolder: Sendable {
  /// Where it is.
  public let url: URL

  /// Makes a new one among temporary files.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "allometry-tests-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { remove() }

  /// Removes the folder; in a `defer`, it also keeps the folder until the end of a test that uses
  /// nothing but paths.
  public func remove() { try? FileManager.default.removeItem(at: url) }

  /// The path of ``url``.
  public var path: String { url.path }

  /// The path of a file in the folder.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file, making the folders that it lies in, and gives its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }

  /// Writes a file, making the folders that it lies in, and gives its path.
  @discardableResult
  public func write(_ bytes: Data, to name: String) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
    return file.path
  }

  /// The text of a file of the folder.
  public func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
  }
}
