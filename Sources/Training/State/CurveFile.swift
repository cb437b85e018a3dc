import Files
import Foundation

/// A table that grows by a row at a time and can be cut back to what a checkpoint knew. Numbers are
/// written in the shortest form that reads back as the same bits.
final class CurveFile {
  private let path: String
  private let descriptor: Int32
  private(set) var byteCount: Int
  private let keptByteCount: Int

  /// Opens a table. `byteCount` is how much of the old table to keep; nil or 0 starts anew.
  ///
  /// - Throws: ``TrainingError`` if the file cannot be written, or is shorter than it was.
  init(_ path: String, header: String, keeping byteCount: Int?) throws(TrainingError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    let kept = byteCount ?? 0
    self.byteCount = 0
    keptByteCount = kept
    guard descriptor >= 0 else { throw RunFile.failure(path, "cannot be written") }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size >= kept else {
      throw TrainingError(
        .badData, (path as NSString).lastPathComponent,
        "the file has \(size) bytes, but the checkpoint was written after \(kept)")
    }
    guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, off_t(kept), SEEK_SET) >= 0
    else { throw RunFile.failure(path, "cannot be cut back") }
    self.byteCount = kept
    if kept == 0 { try append(header) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends a row. The line's end is added.
  func append(_ row: String) throws(TrainingError) {
    let bytes = Data((row + "\n").utf8)
    do { try OpenFile.write(bytes, to: descriptor, path: path) } catch {
      throw TrainingError(error, path, "writing failed")
    }
    byteCount += bytes.count
  }

  /// The rows, without the header, that an earlier process or another run wrote.
  func keptRows() throws(TrainingError) -> [Substring] {
    var bytes = Data(count: keptByteCount)
    var done = 0
    while done < keptByteCount {
      let count = bytes.withUnsafeMutableBytes { raw in
        pread(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done, off_t(done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw RunFile.failure(path, "cannot be read") }
      done += count
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { $0 }
  }

  func synchronize() throws(TrainingError) {
    do { try OpenFile.synchronize(descriptor, path: path) } catch {
      throw TrainingError(error, path, "writing failed")
    }
  }
}
