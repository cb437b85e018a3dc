import Foundation

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

  /// Starts a file; a symbolic link at its path is followed, not replaced.
  public init(_ path: String) throws(CheckpointError) {
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
      throw CheckpointError(
        .inputOutput, file: path, "cannot be written beside (\(systemReason()))")
    }
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
  public mutating func append(_ bytes: [UInt8]) throws(CheckpointError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      done += count
      written += count
    }
  }

  /// Forces the bytes to the disk and puts the file in its place.
  public consuming func commit() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw failure() }
    guard rename(temporary, path) == 0 else { throw failure() }
    isOpen = false
    close(descriptor)
    // The new name is on the disk only once the folder is; a system that cannot do this (some
    // network file systems) still has the whole file.
    let parent = (path as NSString).deletingLastPathComponent
    let folder = open(parent.isEmpty ? "." : parent, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private func failure() -> CheckpointError {
    let number = errno
    let reason =
      number == ENOSPC || number == EDQUOT || number == EFBIG
      ? "the disk is full" : systemReason(number)
    let old =
      access(path, F_OK) == 0 ? "the file that was there is unchanged" : "nothing was left behind"
    return CheckpointError(
      .inputOutput, file: (path as NSString).lastPathComponent,
      "writing failed after \(written) bytes (\(reason)); \(old)")
  }
}
