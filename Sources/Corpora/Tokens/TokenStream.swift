internal import Files

/// A long sequence of tokens, in memory or mapped from a file.
///
/// Copies share their storage. A mapped file must not be shortened while a stream uses it.
public struct TokenStream: Sendable {
  enum Storage: Sendable {
    case memory([Int32])
    /// 16-bit tokens from an offset in bytes.
    case narrow(MappedFile, Int)
    /// 32-bit tokens from an offset in bytes.
    case wide(MappedFile, Int)
  }

  /// The number of tokens.
  public let count: Int
  /// The number of bytes of text behind the tokens, special tokens counting nothing; nil if it is
  /// not known.
  public let byteCount: Int?
  /// What the stream is called in messages.
  public let name: String
  /// How the tokens of a file were read, where that is not the usual way.
  public let note: String?
  let storage: Storage

  /// A stream of tokens in memory, which stand for so many bytes of text, if known.
  public init(tokens: [Int32], byteCount: Int? = nil, name: String = "tokens") {
    self.init(storage: .memory(tokens), count: tokens.count, byteCount: byteCount, name: name)
  }

  init(storage: Storage, count: Int, byteCount: Int?, name: String, note: String? = nil) {
    self.storage = storage
    self.count = count
    self.byteCount = byteCount
    self.name = name
    self.note = note
  }

  /// Whether the tokens lie in a file that somebody may have written to since it was mapped; false
  /// for tokens in memory. Only reading them again tells whether they are still the same.
  public var mayHaveChanged: Bool {
    switch storage {
    case .memory: false
    case .narrow(let file, _), .wide(let file, _): file.mayHaveChanged
    }
  }

  /// Whether the tokens lie in a file.
  public var isMapped: Bool {
    if case .memory = storage { false } else { true }
  }

  /// The token at a place, which must exist.
  public subscript(index: Int) -> Int32 {
    precondition(index >= 0 && index < count, "a token's index must lie within the stream")
    switch storage {
    case .memory(let tokens): return tokens[index]
    case .narrow(let file, let offset):
      let value = file.bytes.loadUnaligned(
        fromByteOffset: offset + 2 * index, as: UInt16.self)
      return Int32(UInt16(littleEndian: value))
    case .wide(let file, let offset):
      let value = file.bytes.loadUnaligned(fromByteOffset: offset + 4 * index, as: Int32.self)
      return Int32(littleEndian: value)
    }
  }

  /// Fills a buffer with consecutive tokens, all of which must exist.
  public func copy(from start: Int, into buffer: UnsafeMutableBufferPointer<Int32>) {
    precondition(
      start >= 0 && start + buffer.count <= count, "the tokens copied must lie within the stream")
    switch storage {
    case .memory(let tokens):
      for index in 0..<buffer.count { buffer[index] = tokens[start + index] }
    case .narrow(let file, let offset):
      let bytes = file.bytes
      for index in 0..<buffer.count {
        let value = bytes.loadUnaligned(
          fromByteOffset: offset + 2 * (start + index), as: UInt16.self)
        buffer[index] = Int32(UInt16(littleEndian: value))
      }
    case .wide(let file, let offset):
      let bytes = file.bytes
      for index in 0..<buffer.count {
        let value = bytes.loadUnaligned(
          fromByteOffset: offset + 4 * (start + index), as: Int32.self)
        buffer[index] = Int32(littleEndian: value)
      }
    }
  }

  /// Calls a function with consecutive blocks of the stream, in order.
  public func forEachBlock(_ body: (UnsafeBufferPointer<Int32>) throws -> Void) rethrows {
    try withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1 << 14) { buffer in
      var start = 0
      while start < count {
        let part = UnsafeMutableBufferPointer(rebasing: buffer[..<min(buffer.count, count - start)])
        copy(from: start, into: part)
        try body(UnsafeBufferPointer(part))
        start += part.count
      }
    }
  }

  /// Throws ``TextCorpusError`` naming the first token that is not below the size of a vocabulary.
  public func check(vocabularyCount: Int) throws(TextCorpusError) {
    var place = 0
    var wrong: (place: Int, token: Int32)?
    forEachBlock { block in
      if wrong == nil,
        let index = block.firstIndex(where: { $0 < 0 || Int($0) >= vocabularyCount })
      {
        wrong = (place + index, block[index])
      }
      place += block.count
    }
    if let wrong {
      throw TextCorpusError(
        source: name,
        problem: "token \(wrong.place) is \(wrong.token), but the vocabulary has "
          + "\(vocabularyCount) tokens")
    }
  }
}
