import Files
import Foundation

/// Reads a whole file into memory, once.
///
/// A read and not a memory map: the cost is a copy (about 20 ms for 100 MB), and a file that
/// another process truncates meanwhile gives an error or a short table instead of a signal.
///
/// What has no end, as a device or a pipe of a program that never stops, is read up to
/// ``longestStream`` bytes; a pipe that nobody writes to is waited for five seconds.
public enum FileBytes {
  /// The most bytes that are read of something that does not tell its length: a gibibyte.
  public static let longestStream = 1 << 30

  /// The bytes of a file, or of standard input for `-`; throws ``TableError``: missing file (66),
  /// more than there is memory for (65), failed read (74).
  public static func read(_ path: String) throws(TableError) -> [UInt8] {
    if path == "-" {
      return try drain(0, source: "standard input", sizeHint: 1 << 16, most: longestStream)
    }
    let name = (path as NSString).lastPathComponent
    let descriptor = try open(path)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failed(name) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      return try drain(descriptor, source: name, sizeHint: 1 << 12, most: longestStream)
    }
    // Text, columns and copies of them take several times the file.
    let most = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
    guard Int(status.st_size) <= most else { throw tooLong(name, most) }
    return try drain(descriptor, source: name, sizeHint: Int(status.st_size), most: most)
  }

  /// The error for a text that is too long to be read.
  static func tooLong(_ source: String, _ most: Int) -> TableError {
    TableError(
      .badData, source: source, found: "more than \(most >> 20) MiB",
      expected: "a text that ends before that")
  }

  /// Opens a file for reading; the caller closes the descriptor.
  static func open(_ path: String) throws(TableError) -> Int32 {
    if let pointer = GitLFSPointer(atPath: path) {
      throw TableError(
        .badData, source: path, found: GitLFSPointer.found, expected: pointer.expected,
        hint: GitLFSPointer.hint)
    }
    // Opening a pipe waits for a writer otherwise, for ever if there is none.
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno
      throw TableError(
        .missingFile, source: path, found: String(cString: strerror(reason)).lowercased(),
        expected: "a readable file")
    }
    var status = stat()
    guard fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw TableError(.missingFile, source: path, found: "a folder", expected: "a file")
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFBLK, kind != S_IFCHR || isatty(descriptor) == 1 || path == "/dev/null" else {
      close(descriptor)
      throw TableError(.missingFile, source: path, found: "a device", expected: "a file")
    }
    if kind == S_IFIFO {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 5_000) != 0 else {
        close(descriptor)
        throw TableError(
          .missingFile, source: path, found: "a pipe that nobody writes to", expected: "a file")
      }
    }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return descriptor
  }

  /// Reads until the end; the hint is right for ordinary files and only a start for pipes.
  private static func drain(
    _ descriptor: Int32, source: String, sizeHint: Int, most: Int
  ) throws(TableError) -> [UInt8] {
    var failure: Int32 = 0
    var whole = piece(descriptor, sizeHint, &failure)
    while failure == 0 {
      // For an ordinary file this second, small read finds the end.
      let more = piece(
        descriptor, max(1 << 12, whole.count < sizeHint ? 0 : whole.count / 4), &failure)
      if more.isEmpty { break }
      whole += more
      guard whole.count <= most else { throw tooLong(source, most) }
    }
    guard failure == 0 else {
      errno = failure
      throw failed(source)
    }
    return whole
  }

  /// Reads up to `count` bytes; fewer only at the end or on failure.
  private static func piece(_ descriptor: Int32, _ count: Int, _ failure: inout Int32) -> [UInt8] {
    var reason: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = Foundation.read(descriptor, base + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { reason = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    failure = reason
    return bytes
  }

  /// The error for a read that failed with the present `errno`.
  static func failed(_ source: String) -> TableError {
    TableError(
      .inputOutput, source: source,
      found: "a failed read (\(String(cString: strerror(errno)).lowercased()))",
      expected: "the file to be readable to its end")
  }
}
