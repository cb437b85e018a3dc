import Corpora
import Foundation
import TestSupport
import Testing

/// Whether files of tokens have 16 or 32 bits each, and whether they fit their vocabulary.
struct TokenFileTests {
  private static func bytes<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  private static func tokens(_ stream: TokenStream) -> [Int] {
    (0..<stream.count).map { Int(stream[$0]) }
  }

  /// Numbers below a limit, the same each time.
  private static func numbers(_ count: Int, below limit: Int) -> [Int] {
    var state: UInt64 = 99
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
  }

  private static func refused(
    _ bytes: [UInt8], vocabulary: Int, name: String = "t.bin", format: TokenFileFormat = .automatic
  ) throws -> TextCorpusError {
    let folder = try ScratchFolder()
    let path = try folder.write(name, bytes)
    return try #require(throws: TextCorpusError.self) {
      try TokenStream(binaryFile: path, format: format, vocabularyCount: vocabulary)
    }
  }

  /// With 32 bits every second number of 16 bits is 0, which a vocabulary below 65536 does not rule
  /// out; with 16 bits nearly every number of 32 is far too large.
  @Test(arguments: [300, 1000, 40_000, 50_257, 65_536])
  func widthsAreToldApart(vocabulary: Int) throws {
    let folder = try ScratchFolder()
    let numbers = Self.numbers(1000, below: vocabulary)
    let narrow = try folder.write("n.bin", Self.bytes(numbers.map { UInt16($0) }))
    let wide = try folder.write("w.bin", Self.bytes(numbers.map { UInt32($0) }))
    let first = try TokenStream(binaryFile: narrow, vocabularyCount: vocabulary)
    #expect(Self.tokens(first) == numbers)
    #expect(first.note == nil)
    let second = try TokenStream(binaryFile: wide, vocabularyCount: vocabulary)
    #expect(Self.tokens(second) == numbers)
    #expect(second.note == "32 bits a token, for every second number of 16 bits is 0")
    // Without a vocabulary too.
    #expect(Self.tokens(try TokenStream(binaryFile: wide)) == numbers)
    #expect(Self.tokens(try TokenStream(binaryFile: narrow)) == numbers)
  }

  @Test func largeVocabulariesNeedThirtyTwoBits() throws {
    let folder = try ScratchFolder()
    let numbers = Self.numbers(1000, below: 70_000)
    let wide = try folder.write("w.bin", Self.bytes(numbers.map { UInt32($0) }))
    #expect(Self.tokens(try TokenStream(binaryFile: wide, vocabularyCount: 70_000)) == numbers)
    let wrapped = Self.bytes(numbers.map { UInt16(truncatingIfNeeded: $0) })
    let error = try Self.refused(wrapped, vocabulary: 70_000)
    #expect(
      error.problem.contains("larger ones were wrapped when the file was written"), "\(error)")
    #expect(
      try Self.refused(wrapped, vocabulary: 70_000, format: .unsigned16).problem
        .contains("hold the numbers below 65536, but the vocabulary has 70000 tokens"))
    var header = [UInt32](repeating: 0, count: 256)
    header.replaceSubrange(0..<3, with: [20_240_520, 1, 1000])
    #expect(
      try Self.refused(Self.bytes(header) + wrapped, vocabulary: 70_000).problem
        .contains("larger ones were wrapped"))
    // An odd count of 16-bit numbers is no whole count of 32-bit ones.
    #expect(
      try Self.refused(Array(wrapped.dropLast(2)), vocabulary: 70_000).problem
        .contains("no whole number of 32-bit tokens"))
  }

  @Test func aNumberBeyondTheVocabularyIsNamedForBothWidths() throws {
    let error = try Self.refused(Self.bytes([5, 6, 7, 900] as [UInt16]), vocabulary: 800)
    #expect(
      error.problem
        == "token 3 is 900 as 16 bits, and token 0 is 393221 as 32 bits, but the vocabulary has "
        + "800 tokens")
    let odd = try Self.refused([1, 2, 3], vocabulary: 800)
    #expect(odd.problem == "its 3 bytes are no whole number of tokens of 2 or 4 bytes")
  }

  @Test(arguments: [[UInt16](repeating: 0, count: 400), [7, 0, 8, 0], [1, 0]])
  func whatMayBeEitherIsSaid(words: [UInt16]) throws {
    let error = try Self.refused(Self.bytes(words), vocabulary: 256)
    #expect(error.setting == "token-bits")
    #expect(error.problem.hasSuffix("bytes may be tokens of 16 or of 32 bits; say which"))
    let folder = try ScratchFolder()
    let path = try folder.write("t.bin", Self.bytes(words))
    let narrow = try TokenStream(
      binaryFile: path, format: .unsigned16, vocabularyCount: 256)
    #expect(narrow.count == words.count)
    let wide = try TokenStream(binaryFile: path, format: .unsigned32, vocabularyCount: 256)
    #expect(wide.count == words.count / 2)
  }

  /// NumPy's format 1: the magic word, two bytes of length, a dictionary and a line end.
  private static func numPy(_ type: String, _ shape: String, _ body: [UInt8]) -> [UInt8] {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      + body
  }

  @Test func headersOfNumPyAreRead() throws {
    let folder = try ScratchFolder()
    let numbers = Self.numbers(100, below: 30_000)
    let forms: [(String, [UInt8])] = [
      ("<u2", Self.bytes(numbers.map { UInt16($0) })),
      ("<i2", Self.bytes(numbers.map { Int16($0) })),
      ("<u4", Self.bytes(numbers.map { UInt32($0) })),
      ("<i4", Self.bytes(numbers.map { Int32($0) })),
      ("<i8", Self.bytes(numbers.map { Int64($0) })),
    ]
    for (type, body) in forms {
      for shape in ["(100,)", "(4, 25)"] {
        let path = try folder.write("\(type.last ?? "x").npy", Self.numPy(type, shape, body))
        let stream = try TokenStream(binaryFile: path, vocabularyCount: 30_000)
        #expect(Self.tokens(stream) == numbers, "\(type) \(shape)")
      }
    }
    let bytes = try folder.write("b.npy", Self.numPy("|u1", "(3,)", [1, 255, 3]))
    #expect(Self.tokens(try TokenStream(binaryFile: bytes, vocabularyCount: 256)) == [1, 255, 3])
  }

  @Test(arguments: [
    ("<f4", "(2,)", 8, "NumPy's header says numbers of type <f4"),
    (">u2", "(4,)", 8, "NumPy's header says numbers of type >u2"),
    ("<u2", "(5,)", 8, "the header announces 5 tokens, but 4 follow"),
    ("<u2", "(99999999999, 99999999999)", 8, "NumPy's header has a shape that is none"),
    ("<u2", "(-1,)", 8, "NumPy's header has a shape that is none"),
  ])
  func brokenHeadersOfNumPyAreRefused(
    type: String, shape: String, size: Int, problem: String
  ) throws {
    let file = Self.numPy(type, shape, [UInt8](repeating: 1, count: size))
    let error = try Self.refused(file, vocabulary: 1000, name: "t.npy")
    #expect(error.problem.hasPrefix(problem), "\(error)")
  }

  @Test func theIndexOfMegatronSaysTheType() throws {
    let folder = try ScratchFolder()
    // Too few for the numbers themselves to show that they have 32 bits.
    let path = try folder.write("m.bin", Self.bytes([7, 8] as [Int32]))
    let index = Array("MMIDIDX\0\0".utf8) + Self.bytes([1] as [UInt64])
    try folder.write("m.idx", index + [4])
    #expect(Self.tokens(try TokenStream(binaryFile: path, vocabularyCount: 10)) == [7, 8])
    try folder.write("m.idx", index + [8])
    #expect(Self.tokens(try TokenStream(binaryFile: path, vocabularyCount: 10)) == [7, 0, 8, 0])
    try folder.write("m.idx", index + [6])
    #expect(throws: TextCorpusError.self) {
      try TokenStream(binaryFile: path, vocabularyCount: 10)
    }
  }
}
