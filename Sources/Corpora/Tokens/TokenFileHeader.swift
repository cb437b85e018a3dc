internal import Files
internal import Foundation

/// What a file of tokens says of itself: llm.c's header, NumPy's header, or the index that Megatron
/// writes beside it.
struct TokenFileHeader {
  /// All little-endian.
  enum Number: Hashable {
    case unsigned8, unsigned16, unsigned32
    case signed16, signed32, signed64

    var width: Int {
      switch self {
      case .unsigned8: 1
      case .unsigned16, .signed16: 2
      case .unsigned32, .signed32: 4
      case .signed64: 8
      }
    }

    /// How many different tokens the numbers can tell apart.
    var capacity: Int {
      switch self {
      case .unsigned8: 1 << 8
      case .signed16: 1 << 15
      case .unsigned16: 1 << 16
      case .unsigned32, .signed32, .signed64: 1 << 31
      }
    }

    var text: String {
      switch self {
      case .unsigned8, .unsigned16, .unsigned32: "\(8 * width) bits"
      case .signed16, .signed32, .signed64: "\(8 * width) bits with a sign"
      }
    }
  }

  var number: Number
  /// Where the tokens begin, in bytes.
  var offset: Int
  /// How many there should be; nil for all that follow.
  var count: Int?

  /// Nil for a file of tokens and nothing else.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(TextCorpusError) -> TokenFileHeader? {
    if let header = try llmC(bytes, path) { return header }
    if let header = try numPy(bytes, path) { return header }
    return try megatron(path)
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
  }

  /// 256 32-bit numbers: 20240520, version 1, the number of tokens of 16 bits; or 20240801, version
  /// 7, of 32 bits.
  private static func llmC(
    _ bytes: UnsafeRawBufferPointer, _ path: String
  ) throws(TextCorpusError) -> TokenFileHeader? {
    guard bytes.count >= 1024, [20_240_520, 20_240_801].contains(word(bytes, 0)) else { return nil }
    let isWide = word(bytes, 0) == 20_240_801
    let version = word(bytes, 1)
    guard version == (isWide ? 7 : 1) else {
      throw TextCorpusError(
        source: path,
        problem: "the header has version \(version), but only \(isWide ? 7 : 1) is known")
    }
    return TokenFileHeader(
      number: isWide ? .unsigned32 : .unsigned16, offset: 1024, count: Int(word(bytes, 2)))
  }

  /// NumPy's format 1 to 3: a magic word, the length of a header, and the header as a Python
  /// dictionary.
  private static func numPy(
    _ bytes: UnsafeRawBufferPointer, _ path: String
  ) throws(TextCorpusError) -> TokenFileHeader? {
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { return nil }
    func fault(_ problem: String) -> TextCorpusError {
      TextCorpusError(source: path, problem: "NumPy's header \(problem)")
    }
    let isLong = bytes[6] > 1
    let start = isLong ? 12 : 10
    let length =
      isLong ? Int(word(bytes, 2)) : Int(bytes[8]) | Int(bytes[9]) << 8
    guard length <= bytes.count - start else { throw fault("is cut short") }
    let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let type = text.firstMatch(of: /'descr'\s*:\s*'([^']*)'/)?.1,
      let shape = text.firstMatch(of: /'shape'\s*:\s*\(([^)]*)\)/)?.1
    else { throw fault("has no type and shape of numbers") }
    let types: [Substring: Number] = [
      "|u1": .unsigned8, "<u2": .unsigned16, "<u4": .unsigned32, "<i2": .signed16,
      "<i4": .signed32, "<i8": .signed64, "<u8": .signed64,
    ]
    guard let number = types[type] else {
      throw fault(
        "says numbers of type \(type), expected little-endian integers such as <u2 or <u4")
    }
    let axes = shape.split(separator: ",").map {
      Int($0.trimmingCharacters(in: .whitespaces)) ?? -1
    }
    guard axes.count < 2 || !text.contains(/'fortran_order'\s*:\s*True/) else {
      throw fault("says columns one after the other, expected rows")
    }
    var count = 1
    for axis in axes {
      let (product, overflows) = count.multipliedReportingOverflow(by: axis)
      guard axis >= 0, !overflows else { throw fault("has a shape that is none: (\(shape))") }
      count = product
    }
    return TokenFileHeader(number: number, offset: start + length, count: count)
  }

  /// Megatron's `.idx` beside a `.bin`: `MMIDIDX`, version 1, a number for the type.
  private static func megatron(_ path: String) throws(TextCorpusError) -> TokenFileHeader? {
    guard path.hasSuffix(".bin") else { return nil }
    let index = String(path.dropLast(3)) + "idx"
    guard FileManager.default.fileExists(atPath: index) else { return nil }
    let file = try TokenStream.mapped(index)
    let code = withExtendedLifetime(file) { () -> UInt8? in
      guard file.bytes.count >= 18, file.bytes.starts(with: Array("MMIDIDX\0\0".utf8)) else {
        return nil
      }
      return file.bytes[17]
    }
    guard let code else { return nil }
    let types: [UInt8: Number] = [
      1: .unsigned8, 3: .signed16, 4: .signed32, 5: .signed64, 8: .unsigned16,
    ]
    guard let number = types[code] else {
      throw TextCorpusError(
        source: index, problem: "found type \(code) of tokens, expected that of integers")
    }
    return TokenFileHeader(number: number, offset: 0, count: nil)
  }
}
