public import Foundation

/// Files that are open for writing, by their descriptors.
public enum OpenFile {
  /// Writes all bytes where the descriptor stands.
  ///
  /// - Returns: nil, or the `errno` and how many bytes were written before it.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32
  ) -> (number: Int32, written: Int)? {
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return (errno, done) }
      done += count
    }
    return nil
  }

  /// Writes all bytes where the descriptor stands; throws ``FileError`` `diskFull` or
  /// `writeFailed`, naming the path.
  public static func write(
    _ bytes: some ContiguousBytes, to descriptor: Int32, path: String
  ) throws(FileError) {
    guard let failure = bytes.withUnsafeBytes({ write($0, to: descriptor) }) else { return }
    throw writeFailed(path, failure.number)
  }

  /// Forces what was written to the disk; throws ``FileError`` `diskFull` or `writeFailed`, naming
  /// the path.
  public static func synchronize(_ descriptor: Int32, path: String) throws(FileError) {
    guard fsync(descriptor) == 0 else { throw writeFailed(path, errno) }
  }

  /// Forces the names in a folder to the disk, which a new name needs besides its file.
  ///
  /// A system that cannot do this (some network file systems) still has whole files.
  public static func synchronizeFolder(_ path: String) {
    let folder = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private static func writeFailed(_ path: String, _ number: Int32) -> FileError {
    FileError(
      FileError.isFull(number) ? .diskFull : .writeFailed, path, number,
      "writing failed (\(FileError.systemText(number).lowercased()))")
  }
}
