import Foundation

/// A file's bytes, mapped read-only for as long as this object lives.
///
/// Writers that replace a file by renaming, as ours does, leave the mapped one whole; a program that
/// shortens the file in place meanwhile makes reading end in a signal.
final class MappedFile: Sendable {
  // Never written after `init`, and the mapping is read-only, so that sharing needs no lock.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init(_ path: String) throws(CheckpointError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw CheckpointError(.missingFile, file: path, "cannot be opened (\(systemReason()))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CheckpointError(.inputOutput, file: path, "cannot be read (\(systemReason()))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(.missingFile, file: path, "is not a regular file")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw CheckpointError(.inputOutput, file: path, "cannot be mapped (\(systemReason()))") }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}

/// Why the last system call failed, in the system's words.
func systemReason(_ number: Int32 = errno) -> String {
  String(cString: strerror(number)).lowercased()
}
