import Foundation

/// Reads a whole file into memory, once.
///
/// A read and not a memory map: the cost is a copy (about 20 ms for 100 MB), and a file that
/// another process truncates meanwhile gives an error or a short table instead of a signal.
enum FileBytes {
  static func read(_ path: String) throws(TableError) -> [UInt8] {
    if path == "-" { return try drain(0, source: "standard input", sizeHint: 1 << 16) }
    let name = (path as NSString).lastPathComponent
    let descriptor = try open(path)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failed(name) }
    return try drain(descriptor, source: name, sizeHint: max(Int(status.st_size), 1 << 12))
  }

  /// Opens a file for reading; the caller closes the descriptor.
  static func open(_ path: String) throws(TableError) -> Int32 {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
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
    return descriptor
  }

  /// Reads until the end; the hint is right for ordinary files and only a start for pipes.
  private static func drain(
    _ descriptor: Int32, source: String, sizeHint: Int
  ) throws(TableError) -> [UInt8] {
    var failure: Int32 = 0
    var whole = piece(descriptor, sizeHint, &failure)
    while failure == 0 {
      // For an ordinary file this second, small read finds the end.
      let more = piece(
        descriptor, max(1 << 12, whole.count < sizeHint ? 0 : whole.count / 4), &failure)
      if more.isEmpty { break }
      whole += more
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
