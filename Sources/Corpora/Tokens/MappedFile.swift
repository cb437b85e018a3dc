internal import Foundation
internal import RunTables

/// A file in memory as it lies on the disk, read only.
final class MappedFile: Sendable {
  /// The bytes; valid while the object lives. Safe to share: they are mapped without the right to
  /// write and never change hands.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
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
  var mayHaveChanged: Bool {
    var status = stat()
    return fstat(descriptor, &status) != 0 || Stamp(status) != stamp
  }

  init(_ path: String) throws(TextCorpusError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno)).lowercased()
      throw TextCorpusError(source: path, problem: "the file cannot be opened (\(reason))")
    }
    self.descriptor = descriptor
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    stamp = Stamp(status)
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      throw TextCorpusError(source: path, problem: "it is not an ordinary file")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else {
      let reason = String(cString: strerror(errno)).lowercased()
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      throw TextCorpusError(source: path, problem: "the file cannot be mapped (\(reason))")
    }
    let mapped = UnsafeRawBufferPointer(start: base, count: count)
    if let pointer = GitLFSPointer(mapped) {
      munmap(base, count)
      throw TextCorpusError(source: path, problem: pointer.problem)
    }
    bytes = mapped
  }

  deinit {
    close(descriptor)
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }
}
