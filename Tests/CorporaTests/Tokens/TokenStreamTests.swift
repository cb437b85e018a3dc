import Corpora
import Foundation
import LanguageModels
import TestSupport
import Testing

struct TokenStreamTests {
  private func bytes<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  private func tokens(_ stream: TokenStream) -> [Int32] {
    (0..<stream.count).map { stream[$0] }
  }

  @Test func plainFilesAreMapped() throws {
    let folder = try ScratchFolder()
    let narrow = try folder.write("n.bin", bytes([1, 65_535, 3] as [UInt16]))
    #expect(tokens(try TokenStream(binaryFile: narrow)) == [1, 65_535, 3])
    let wide = try folder.write("w.bin", bytes([1, 128_000, 3] as [UInt32]))
    #expect(tokens(try TokenStream(binaryFile: wide, format: .unsigned32)) == [1, 128_000, 3])
    #expect(try TokenStream(binaryFile: wide, format: .unsigned32).byteCount == nil)
  }

  @Test func headersOfLLMCAreRead() throws {
    let folder = try ScratchFolder()
    var header = [UInt32](repeating: 0, count: 256)
    header.replaceSubrange(0..<3, with: [20_240_520, 1, 3])
    let body = bytes([7, 8, 50_256] as [UInt16])
    let path = try folder.write("a.bin", bytes(header) + body)
    #expect(tokens(try TokenStream(binaryFile: path)) == [7, 8, 50_256])
    // As plain tokens the header counts as tokens.
    #expect(try TokenStream(binaryFile: path, format: .unsigned16).count == 515)

    let short = try folder.write("short.bin", bytes(header) + body.dropLast(2))
    let error = try #require(throws: TextCorpusError.self) {
      try TokenStream(binaryFile: short)
    }
    #expect(error.problem == "the header announces 3 tokens, but 2 follow")
    header[1] = 9
    let version = try folder.write("version.bin", bytes(header) + body)
    #expect(throws: TextCorpusError.self) { try TokenStream(binaryFile: version) }
    header.replaceSubrange(0..<3, with: [20_240_801, 7, 2])
    let wide = try folder.write("wide.bin", bytes(header) + bytes([128_000, 5] as [UInt32]))
    #expect(tokens(try TokenStream(binaryFile: wide)) == [128_000, 5])
  }

  @Test func brokenFilesAreRefused() throws {
    let folder = try ScratchFolder()
    let odd = try folder.write("odd.bin", [1, 2, 3])
    let empty = try folder.write("empty.bin", [])
    for path in [odd, empty, folder.path, folder.path + "/absent.bin"] {
      #expect(throws: TextCorpusError.self) { try TokenStream(binaryFile: path) }
    }
  }

  @Test func tokensBeyondTheVocabularyAreFound() throws {
    let stream = TokenStream(tokens: [0, 1, 2, 9, 2], name: "five")
    try stream.check(vocabularyCount: 10)
    let error = try #require(throws: TextCorpusError.self) {
      try stream.check(vocabularyCount: 9)
    }
    #expect(error.description == "five: token 3 is 9, but the vocabulary has 9 tokens")
  }

  @Test func blocksMakeTheWholeStream() {
    let all = (0..<40_000).map { Int32($0) }
    let stream = TokenStream(tokens: all)
    var seen: [Int32] = []
    stream.forEachBlock { seen += $0 }
    #expect(seen == all)
  }
}

struct TokenCacheTests {
  private let corpus = TextCorpus(
    name: "test",
    documents: (0..<300).map { ("", String(repeating: "document \($0) ", count: 50 + $0)) })

  private func tokens(_ stream: TokenStream) -> [Int32] {
    (0..<stream.count).map { stream[$0] }
  }

  @Test func theCacheHoldsWhatMemoryHolds() throws {
    let folder = try ScratchFolder()
    let cache = folder.path + "/deep/cache"
    let split = try corpus.split(validationFraction: 0.2)
    let tokenizer = try corpus.trainedTokenizer(
      vocabularyCount: 300, documents: split.training)
    let memory = try corpus.tokenized(by: tokenizer, split: split)
    for _ in 0..<2 {
      let mapped = try corpus.tokenized(by: tokenizer, split: split, cacheFolder: cache)
      #expect(tokens(mapped.training) == tokens(memory.training))
      #expect(tokens(mapped.validation) == tokens(memory.validation))
      #expect(mapped.training.byteCount == corpus.byteCount(of: split.training))
    }
    // One document after the other, on one thread, is the same.
    var serial: [Int32] = []
    for document in split.training {
      serial += tokenizer.encode(corpus.text(of: document)) + [tokenizer.endOfText ?? -1]
    }
    #expect(tokens(memory.training) == serial)
    #expect(try ScratchFolder.files(in: cache).count == 2)
    // Another tokenizer has files of its own.
    _ = try corpus.tokenized(by: ByteTokenizer(), split: split, cacheFolder: cache)
    #expect(try ScratchFolder.files(in: cache).count == 4)
  }

  @Test(arguments: [0, 9, 40, 63, 64, 1000])
  func damagedFilesAreMadeAnew(place: Int) throws {
    let folder = try ScratchFolder()
    let split = try corpus.split(validationFraction: 0.2)
    let first = try corpus.tokenized(
      by: ByteTokenizer(), split: split, cacheFolder: folder.path)
    let expected = tokens(first.training)
    for file in try ScratchFolder.files(in: folder.path) {
      var bytes = try ScratchFolder.read(file)
      bytes[place] ^= 0x40
      try ScratchFolder.replace(file, with: bytes)
    }
    let again = try corpus.tokenized(
      by: ByteTokenizer(), split: split, cacheFolder: folder.path)
    #expect(tokens(again.training) == expected)
    for file in try ScratchFolder.files(in: folder.path) {
      let bytes = try ScratchFolder.read(file)
      try ScratchFolder.replace(file, with: Array(bytes.dropLast(place + 1)))
    }
    let third = try corpus.tokenized(
      by: ByteTokenizer(), split: split, cacheFolder: folder.path)
    #expect(tokens(third.training) == expected)
    // Nothing temporary is left.
    #expect(try ScratchFolder.files(in: folder.path).allSatisfy { $0.hasSuffix(".tokens") })
  }

  @Test func wideVocabulariesTakeFourBytes() throws {
    struct Wide: Tokenizer {
      let vocabularyCount = 70_000
      let specialTokens: [SpecialToken] = []
      let endOfText: Int32? = nil
      let fingerprint: UInt64 = 1
      func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, specialTokens: SpecialTokenSpelling,
        appendingTo tokens: inout [Int32]
      ) { tokens += bytes.map { Int32($0) + 69_000 } }
      func appendBytes(of token: Int32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(token - 69_000))
      }
      func byteCount(of token: Int32) -> Int { 1 }
    }
    let folder = try ScratchFolder()
    let split = try corpus.split(validationFraction: 0.2)
    let stream = try corpus.tokenized(by: Wide(), split: split, cacheFolder: folder.path).training
    #expect(stream.count == corpus.byteCount(of: split.training))
    #expect(Wide().decode(tokens(stream).prefix(8)) == "document")
  }

  @Test func aFolderThatCannotBeMadeIsSaid() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("file", "x")
    let split = try corpus.split(validationFraction: 0.2)
    let error = try #require(throws: TextCorpusError.self) {
      try corpus.tokenized(by: ByteTokenizer(), split: split, cacheFolder: file + "/sub")
    }
    #expect(error.problem.hasPrefix("the token cache cannot be written ("))
  }
}
