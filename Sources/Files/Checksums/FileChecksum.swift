/// The hash of a file, which tells a damaged one from a sound one.
public enum FileChecksum {
  /// Hexadecimal digits of ``FNV1a`` over eight bytes at a time, the last ones filled up with zeros,
  /// then over the length.
  ///
  /// - Throws: ``FileError`` if the file cannot be read.
  public static func of(_ path: String) throws(FileError) -> String {
    let file = try MappedFile(path)
    return withExtendedLifetime(file) { String(of(file.bytes), radix: 16) }
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = FNV1a()
    let whole = bytes.count / 8 * 8
    for offset in stride(from: 0, to: whole, by: 8) {
      hash.mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
    var last: UInt64 = 0
    for offset in whole..<bytes.count {
      last |= UInt64(bytes[offset]) << UInt64(8 * (offset - whole))
    }
    hash.mix(last)
    hash.mix(UInt64(bytes.count))
    return hash.value
  }
}
