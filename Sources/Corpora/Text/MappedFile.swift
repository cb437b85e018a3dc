internal import Foundation
internal import RunTables

/// A file in memory as it lies on the disk, read only.
final class MappedFile: Sendable {
  /// The bytes; valid while the object lives. Safe to share: they are mapped without the right to
  /// write and never change hands.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init(_ path: String) throws(TextCorpusError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno)).lowercased()
      throw TextCorpusError(source: path, problem: "the file cannot be opened (\(reason))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
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
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }
}
