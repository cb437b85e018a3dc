import Files
import Testing

struct ChecksumTests {
  /// The published test vectors of FNV-1a, 64 bits.
  @Test(
    arguments: [
      ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
    ] as [(String, UInt64)])
  func fnvOfBytes(text: String, value: UInt64) {
    var hash = FNV1a()
    hash.mix(bytes: text.utf8)
    #expect(hash.value == value)
  }

  @Test func theBytesOfAWordAreLittleEndian() {
    var word = FNV1a()
    word.mix(bytesOf: 0x0807_0605_0403_0201)
    var bytes = FNV1a()
    bytes.mix(bytes: 1...8)
    #expect(word == bytes)
  }

  /// Computed by the definition with whole numbers of Python.
  @Test(arguments: [
    ("", "8328807b4eb6fed"), ("a", "89be307b544f397"), ("12345678", "77e3ee6c43644df4"),
    ("foobar, and more!", "1b056b8fd42b4b6e"),
  ])
  func files(text: String, digits: String) throws {
    try withFolder { folder in
      try AtomicFile.write(Array(text.utf8), to: "\(folder)/a")
      #expect(try FileChecksum.of("\(folder)/a") == digits)
    }
  }

  @Test func aFileThatIsMissing() {
    #expect(throws: FileError.self) { try FileChecksum.of("/none/a") }
  }

  @Test func digitsKeepTheirZeros() {
    #expect(UInt64(0xAB).hexadecimal == "00000000000000ab")
    #expect(UInt16(10).hexadecimal == "000a")
    #expect(UInt128.max.hexadecimal == String(repeating: "f", count: 32))
  }
}
