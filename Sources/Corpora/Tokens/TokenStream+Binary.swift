internal import Files

/// How the tokens lie in a file; all numbers are little-endian.
public enum TokenFileFormat: Sendable, Hashable, CaseIterable {
  /// As a header says (llm.c's, NumPy's, Megatron's index beside the file); without one, 16 or 32
  /// bits by what is in it.
  case automatic
  /// 16 bits a token and nothing else, as nanoGPT writes.
  case unsigned16
  /// 32 bits a token and nothing else.
  case unsigned32
}

extension TokenStream {
  /// Maps a file of tokens that another tool has made, all checked against a vocabulary if its size
  /// is known. Throws ``TextCorpusError`` if the file cannot be read, its size does not fit its
  /// header, it does not show how its tokens lie, or they do not fit the vocabulary.
  ///
  /// A file without a header has tokens of 32 bits where its vocabulary needs them, where they do
  /// not fit the vocabulary as 16 bits, or where every second number of 16 bits is 0.
  public init(
    binaryFile path: String, format: TokenFileFormat = .automatic, vocabularyCount: Int? = nil
  ) throws(TextCorpusError) {
    let file = try Self.mapped(path)
    guard file.bytes.count > 0 else {
      throw TextCorpusError(source: path, problem: "the file is empty")
    }
    var header: TokenFileHeader?
    var note: String?
    switch format {
    case .unsigned16: header = TokenFileHeader(number: .unsigned16, offset: 0)
    case .unsigned32: header = TokenFileHeader(number: .unsigned32, offset: 0)
    case .automatic:
      header = try TokenFileHeader.read(file.bytes, path: path)
      if header == nil {
        let told = try TokenWidth(
          of: file.bytes, path: path, vocabularyCount: vocabularyCount)
        header = TokenFileHeader(number: told.width == 4 ? .unsigned32 : .unsigned16, offset: 0)
        note = told.note
      }
    }
    let layout = header ?? TokenFileHeader(number: .unsigned16, offset: 0)
    if let vocabularyCount, vocabularyCount > layout.number.capacity {
      throw TextCorpusError(
        source: path,
        problem: "its tokens have \(layout.number.text), which hold the numbers below "
          + "\(layout.number.capacity), but the vocabulary has \(vocabularyCount) tokens: larger "
          + "ones were wrapped when the file was written; write 32 bits a token")
    }
    let room = file.bytes.count - layout.offset
    let width = layout.number.width
    let count = layout.count ?? room / width
    guard count <= room, room == count * width else {
      throw TextCorpusError(
        source: path,
        problem: layout.count == nil
          ? "its \(room) bytes are no whole number of tokens of \(width) bytes"
          : "the header announces \(count) tokens, but \(room / width) follow")
    }
    self.init(
      storage: try Self.storage(file, layout, count: count, path: path), count: count,
      byteCount: nil, name: path.split(separator: "/").last.map(String.init) ?? path, note: note)
    if let vocabularyCount { try check(vocabularyCount: vocabularyCount) }
  }

  static func mapped(_ path: String) throws(TextCorpusError) -> MappedFile {
    let file: MappedFile
    do {
      file = try MappedFile(path)
    } catch {
      let isOther = error.problem == .notRegular || error.problem == .cannotInspect
      throw TextCorpusError(
        source: path, problem: isOther ? "it is not an ordinary file" : "the file \(error.message)")
    }
    if let pointer = GitLFSPointer(file.bytes) {
      throw TextCorpusError(source: path, problem: pointer.problem)
    }
    return file
  }

  /// The tokens where they lie, or a copy of numbers that are not 16 or 32 bits.
  private static func storage(
    _ file: MappedFile, _ layout: TokenFileHeader, count: Int, path: String
  ) throws(TextCorpusError) -> Storage {
    func copied<Number: FixedWidthInteger & BitwiseCopyable>(
      _ type: Number.Type
    ) throws(TextCorpusError) -> Storage {
      var tokens: [Int32] = []
      tokens.reserveCapacity(count)
      for index in 0..<count {
        let place = layout.offset + index * MemoryLayout<Number>.size
        let value = Number(
          littleEndian: file.bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
        guard let token = Int32(exactly: value) else {
          throw TextCorpusError(
            source: path, problem: "token \(index) is \(value), expected a number below 2³¹")
        }
        tokens.append(token)
      }
      return .memory(tokens)
    }
    switch layout.number {
    case .unsigned16: return .narrow(file, layout.offset)
    case .unsigned32, .signed32: return .wide(file, layout.offset)
    case .unsigned8: return try copied(UInt8.self)
    case .signed16: return try copied(Int16.self)
    case .signed64: return try copied(Int64.self)
    }
  }
}
