import Foundation

/// Files that are on the disk once they are written.
enum DurableFile {
  /// Writes a file and forces it to the disk; an old one is replaced only once the new one is
  /// whole.
  static func write(_ bytes: Data, to path: String) throws(TrainingError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, "cannot be written") }
    do {
      defer { close(descriptor) }
      try append(bytes, to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw failure(path, "writing failed") }
    }
    guard rename(temporary, path) == 0 else { throw failure(path, "writing failed") }
    synchronizeFolder((path as NSString).deletingLastPathComponent)
  }

  static func append(
    _ bytes: Data, to descriptor: Int32, _ path: String
  ) throws(TrainingError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Foundation.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path, "writing failed") }
      done += count
    }
  }

  /// The names in a folder are on the disk once the folder is; a system that cannot do this (some
  /// network file systems) still has whole files.
  static func synchronizeFolder(_ path: String) {
    let folder = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  static func failure(_ path: String, _ what: String) -> TrainingError {
    TrainingError(
      .inputOutput, (path as NSString).lastPathComponent,
      "\(what) (\(String(cString: strerror(errno))))")
  }

  /// FNV-1a over eight bytes at a time, the last ones filled up with zeros, then over the length.
  static func checksum(_ path: String) throws(TrainingError) -> String {
    let name = (path as NSString).lastPathComponent
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    else { throw TrainingError(.badData, name, "the file cannot be read") }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01b3 }
    data.withUnsafeBytes { raw in
      let whole = raw.count / 8 * 8
      for offset in stride(from: 0, to: whole, by: 8) {
        mix(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      }
      var last: UInt64 = 0
      for offset in whole..<raw.count {
        last |= UInt64(raw[offset]) << UInt64(8 * (offset - whole))
      }
      mix(last)
      mix(UInt64(raw.count))
    }
    return String(hash, radix: 16)
  }
}
