public import Foundation

/// Files that are read whole, and nothing that only looks like one.
public enum RegularFile {
  /// The bytes of a file; nil if it is not there, cannot be read, or is something else.
  ///
  /// Reading a pipe that nobody writes to would wait for ever, and a device has no end: neither is
  /// opened.
  public static func contents(atPath path: String) -> Data? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return FileManager.default.contents(atPath: path)
  }
}
