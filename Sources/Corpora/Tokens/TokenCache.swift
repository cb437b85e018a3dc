internal import Files
internal import Foundation

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
    "\(folder)/\(key.0.hexadecimal)\(key.1.hexadecimal).tokens"
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
    do { try AtomicFile.write(bytes, to: path) } catch { throw failed(error.reason) }
  }

  private func failed(_ reason: String) -> TextCorpusError {
    TextCorpusError(source: path, problem: "the token cache cannot be written (\(reason))")
  }
}
