public import Foundation

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file in the same folder, which is forced to the disk and then renamed
/// over the old one; a failure in between removes it and leaves the old file as it was.
public struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true
  private var written = 0

  /// Starts a file.
  ///
  /// - Parameter path: where it will be; a symbolic link is followed, not replaced.
  /// - Throws: ``FileError``: `cannotCreate`.
  public init(_ path: String) throws(FileError) {
    var target = path
    if let resolved = realpath(path, nil) {
      target = String(cString: resolved)
      free(resolved)
    }
    self.path = target
    let folder = (target as NSString).deletingLastPathComponent
    let name = (target as NSString).lastPathComponent
    Self.sweep(folder.isEmpty ? "." : folder, name)
    // The number of the process and a random one: two writers never share a temporary file.
    let unique = "\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 16))"
    temporary = (folder as NSString).appendingPathComponent(".\(name).\(unique).tmp")
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      isOpen = false
      let number = errno
      throw FileError(
        .cannotCreate, path, number,
        "cannot be written beside (\(FileError.systemText(number).lowercased()))")
    }
  }

  /// Writes a whole file.
  ///
  /// - Throws: ``FileError``: `cannotCreate`, `diskFull`, `writeFailed` or `cannotReplace`; an old
  ///   file is then unchanged.
  public static func write(_ bytes: some ContiguousBytes, to path: String) throws(FileError) {
    var file = try AtomicFile(path)
    try file.append(bytes)
    try file.commit()
  }

  /// Removes what processes of this machine that were killed while writing the same file left
  /// behind; another machine's process may be writing, so only what is a minute old.
  private static func sweep(_ folder: String, _ name: String) {
    let prefix = ".\(name)."
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for entry in entries where entry.hasPrefix(prefix) && entry.hasSuffix(".tmp") {
      let owner = entry.dropFirst(prefix.count).prefix { $0 != "-" }
      let path = (folder as NSString).appendingPathComponent(entry)
      var status = stat()
      guard let process = Int32(owner), kill(process, 0) != 0, errno == ESRCH,
        stat(path, &status) == 0,
        Date().timeIntervalSince1970 - Self.seconds(status) > 60
      else { continue }
      unlink(path)
    }
  }

  private static func seconds(_ status: stat) -> Double {
    #if canImport(Darwin)
      Double(status.st_mtimespec.tv_sec)
    #else
      Double(status.st_mtim.tv_sec)
    #endif
  }

  deinit {
    if isOpen {
      close(descriptor)
      unlink(temporary)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError``: `diskFull` or `writeFailed`.
  public mutating func append(_ bytes: some ContiguousBytes) throws(FileError) {
    let (count, failed) = bytes.withUnsafeBytes {
      ($0.count, OpenFile.write($0, to: descriptor))
    }
    written += failed?.written ?? count
    if let failed { throw failure(.writeFailed, failed.number) }
  }

  /// Forces the bytes to the disk and puts the file in its place.
  ///
  /// - Throws: ``FileError``: `diskFull`, `writeFailed` or `cannotReplace`.
  public consuming func commit() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw failure(.writeFailed, errno) }
    guard rename(temporary, path) == 0 else { throw failure(.cannotReplace, errno) }
    isOpen = false
    close(descriptor)
    OpenFile.synchronizeFolder((path as NSString).deletingLastPathComponent)
  }

  private func failure(_ problem: FileError.Problem, _ number: Int32) -> FileError {
    let isFull = FileError.isFull(number)
    let reason = isFull ? "the disk is full" : FileError.systemText(number).lowercased()
    let old =
      access(path, F_OK) == 0 ? "the file that was there is unchanged" : "nothing was left behind"
    return FileError(
      isFull ? .diskFull : problem, path, number,
      "writing failed after \(written) bytes (\(reason)); \(old)")
  }
}
