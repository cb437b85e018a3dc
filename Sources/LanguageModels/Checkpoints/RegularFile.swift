public import Foundation

/// Files that are read whole, and nothing that only looks like one.
public enum RegularFile {
  /// The bytes of a file.
  ///
  /// Reading a pipe that nobody writes to would wait for ever, and a device has no end: neither is
  /// opened. Returns nil if there is no such file, it cannot be read, or it is something else.
  public static func contents(atPath path: String) -> Data? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return FileManager.default.contents(atPath: path)
  }
}
