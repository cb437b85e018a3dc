/// How the tokens lie in a `.bin` file; all numbers are little-endian.
public enum TokenFileFormat: Sendable, Hashable, CaseIterable {
  /// llm.c's header if the file starts with one, otherwise 16 bits a token.
  case automatic
  /// 16 bits a token and nothing else, as nanoGPT writes.
  case unsigned16
  /// 32 bits a token and nothing else.
  case unsigned32
}

extension TokenStream {
  /// Maps a file of tokens that another tool has made.
  ///
  /// llm.c's files start with 256 32-bit numbers: 20240520, version 1, the number of tokens (16
  /// bits each follow); or 20240801, version 7, for tokens of 32 bits.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - format: how the tokens lie in it.
  /// - Throws: ``TextCorpusError`` if the file cannot be read or its size does not fit its header.
  public init(
    binaryFile path: String, format: TokenFileFormat = .automatic
  ) throws(TextCorpusError) {
    let file = try MappedFile(path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard file.bytes.count > 0 else {
      throw TextCorpusError(source: path, problem: "the file is empty")
    }
    func word(_ index: Int) -> UInt32 {
      UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    var width = format == .unsigned32 ? 4 : 2
    var offset = 0
    var announced: Int?
    if format == .automatic, file.bytes.count >= 1024, [20_240_520, 20_240_801].contains(word(0)) {
      let isWide = word(0) == 20_240_801
      guard word(1) == (isWide ? 7 : 1) else {
        throw TextCorpusError(
          source: path,
          problem: "the header has version \(word(1)), but only \(isWide ? 7 : 1) is known")
      }
      width = isWide ? 4 : 2
      offset = 1024
      announced = Int(word(2))
    }
    let room = file.bytes.count - offset
    let count = announced ?? room / width
    guard room == count * width else {
      throw TextCorpusError(
        source: path,
        problem: announced == nil
          ? "its \(room) bytes are no whole number of tokens of \(width) bytes"
          : "the header announces \(count) tokens, but \(room / width) follow")
    }
    self.init(
      storage: width == 4 ? .wide(file, offset) : .narrow(file, offset), count: count,
      byteCount: nil, name: name)
  }
}
