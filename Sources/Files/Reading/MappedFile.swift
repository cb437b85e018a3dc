internal import Foundation

/// A file's bytes, mapped read-only for as long as this object lives.
///
/// Writers that replace a file by renaming, as ``AtomicFile`` does, leave the mapped one whole; a
/// program that shortens the file in place makes reading end in a signal.
public final class MappedFile: Sendable {
  // Safe to share: the mapping is read-only and never changes hands.
  /// The bytes; valid while the object lives.
  public nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  /// Kept open, so that the file is known again whatever its name leads to meanwhile.
  private let descriptor: Int32
  private let stamp: Stamp

  /// What a system changes about a file whenever somebody writes to it.
  private struct Stamp: Equatable {
    var size: Int64
    var written: [Int]
    var changed: [Int]

    init(_ status: stat) {
      size = Int64(status.st_size)
      #if canImport(Darwin)
        written = [status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec]
        changed = [status.st_ctimespec.tv_sec, status.st_ctimespec.tv_nsec]
      #else
        written = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
      #endif
    }
  }

  /// Whether somebody may have written to the file since it was mapped; a new name or other rights
  /// look the same.
  public var mayHaveChanged: Bool {
    var status = stat()
    return fstat(descriptor, &status) != 0 || Stamp(status) != stamp
  }

  /// Maps a file; a symbolic link is followed.
  ///
  /// - Throws: ``FileError``: `cannotOpen`, `cannotInspect`, `notRegular` or `cannotMap`.
  public init(_ path: String) throws(FileError) {
    func failure(_ problem: FileError.Problem, _ what: String) -> FileError {
      let number = errno
      return FileError(
        problem, path, number, "\(what) (\(FileError.systemText(number).lowercased()))")
    }
    // Opening a pipe waits for a writer otherwise, for ever if there is none.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    let isKnown = descriptor >= 0 && fstat(descriptor, &status) == 0
    stamp = Stamp(status)
    let count = Int(status.st_size)
    // A class that throws runs `deinit` only with all its properties set.
    bytes =
      if isKnown, status.st_mode & S_IFMT == S_IFREG, count > 0,
        let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
      {
        UnsafeRawBufferPointer(start: start, count: count)
      } else {
        UnsafeRawBufferPointer(start: nil, count: 0)
      }
    guard descriptor >= 0 else { throw failure(.cannotOpen, "cannot be opened") }
    guard isKnown else { throw failure(.cannotInspect, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(.notRegular, path, 0, "is not a regular file")
    }
    guard count == 0 || bytes.baseAddress != nil else {
      throw failure(.cannotMap, "cannot be mapped")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}
