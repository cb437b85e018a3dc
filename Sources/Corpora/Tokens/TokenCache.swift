internal import Foundation
internal import LanguageModels

/// One cache file of tokens.
///
/// Little-endian: the eight bytes `ALLOTOKN`; then as 64-bit numbers the version, the bytes a token
/// takes (2 or 4), the number of tokens, the number of bytes of text, both halves of the key and a
/// hash of the tokens; then the tokens.
struct TokenCache {
  private static let magic: UInt64 = 0x4E4B_4F54_4F4C_4C41
  private static let version: UInt64 = 1
  private static let headerCount = 64

  let folder: String
  let key: (UInt64, UInt64)
  let name: String

  var path: String {
    func hex(_ word: UInt64) -> String {
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return "\(folder)/\(hex(key.0))\(hex(key.1)).tokens"
  }

  /// The stream in the file; nil if there is none or it is not whole.
  func stream() -> TokenStream? {
    guard let file = try? MappedFile(path), file.bytes.count >= Self.headerCount else { return nil }
    func word(_ index: Int) -> UInt64 {
      UInt64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    let width = word(2)
    guard word(0) == Self.magic, word(1) == Self.version, width == 2 || width == 4,
      word(5) == key.0, word(6) == key.1,
      let count = Int(exactly: word(3)), let byteCount = Int(exactly: word(4)),
      count <= file.bytes.count, file.bytes.count == Self.headerCount + count * Int(width),
      StableHash.hash(UnsafeRawBufferPointer(rebasing: file.bytes[Self.headerCount...]), seed: 0)
        == word(7)
    else { return nil }
    let storage: TokenStream.Storage =
      width == 2 ? .narrow(file, Self.headerCount) : .wide(file, Self.headerCount)
    return TokenStream(storage: storage, count: count, byteCount: byteCount, name: name)
  }

  func write(
    _ tokens: [Int32], byteCount: Int, vocabularyCount: Int
  ) throws(TextCorpusError) {
    let width = vocabularyCount <= 1 << 16 ? 2 : 4
    var body = [UInt8](repeating: 0, count: tokens.count * width)
    body.withUnsafeMutableBytes { body in
      for (index, token) in tokens.enumerated() {
        if width == 2 {
          body.storeBytes(
            of: UInt16(token).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
        } else {
          body.storeBytes(of: token.littleEndian, toByteOffset: 4 * index, as: Int32.self)
        }
      }
    }
    let hash = body.withUnsafeBytes { StableHash.hash($0, seed: 0) }
    let words = [
      Self.magic, Self.version, UInt64(width), UInt64(tokens.count), UInt64(byteCount), key.0,
      key.1, hash,
    ]
    var bytes = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    bytes += body
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw failed(error.localizedDescription)
    }
    removeLeftovers()
    try writeWhole(bytes)
  }

  /// Removes what killed runs have left of this file; an hour is longer than any write takes.
  private func removeLeftovers() {
    let prefix = (path as NSString).lastPathComponent + "."
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(prefix) {
      let leftover = folder + "/" + name
      let attributes = try? FileManager.default.attributesOfItem(atPath: leftover)
      guard let date = attributes?[.modificationDate] as? Date else { continue }
      if date.timeIntervalSinceNow < -3600 { unlink(leftover) }
    }
  }

  /// Writes under a name of this process, to the disk, and only then under the real name.
  private func writeWhole(_ bytes: [UInt8]) throws(TextCorpusError) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failed(String(cString: strerror(errno)).lowercased()) }
    var problem: Int32 = 0
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count, problem == 0, let base = bytes.baseAddress {
        let result = Foundation.write(descriptor, base + written, bytes.count - written)
        if result >= 0 { written += result } else if errno != EINTR { problem = errno }
      }
    }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    close(descriptor)
    if problem == 0, rename(temporary, path) != 0 { problem = errno }
    if problem != 0 {
      unlink(temporary)
      throw failed(String(cString: strerror(problem)).lowercased())
    }
  }

  private func failed(_ reason: String) -> TextCorpusError {
    TextCorpusError(source: path, problem: "the token cache cannot be written (\(reason))")
  }
}
