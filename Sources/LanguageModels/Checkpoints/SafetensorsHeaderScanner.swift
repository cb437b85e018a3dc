/// Reads the JSON at the head of a safetensors file.
///
/// The header is one object of objects with known keys, and two of its faults (a name that occurs
/// twice, an offset written as a fraction) pass unseen through a general JSON decoder, so this
/// scanner reads exactly that shape.
struct SafetensorsHeaderScanner {
  /// One tensor as written, before its offsets are checked against the file.
  struct Tensor {
    var name: String
    var type: String
    var shape: [Int]
    var start: Int
    var end: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private let file: String
  private var position = 0

  private(set) var tensors: [Tensor] = []
  private(set) var metadata: [String: String] = [:]

  /// The bytes of the header without its length.
  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
    self.bytes = bytes
    self.file = file
    var seen: Set<String> = []
    try object { (scanner, name) throws(CheckpointError) in
      guard seen.insert(name).inserted else {
        throw CheckpointError(
          .badData, file: file, part: "tensor \(name)", "the header has two tensors of this name")
      }
      if name == "__metadata__" {
        try scanner.readMetadata()
      } else {
        try scanner.readTensor(name)
      }
    }
    skipSpace()
    // Writers pad with spaces so that the numbers are aligned; anything else is not a header.
    guard position == bytes.count else { throw fault("more text after the header's object") }
  }

  private mutating func readMetadata() throws(CheckpointError) {
    try object { (scanner, key) throws(CheckpointError) in
      guard scanner.metadata[key] == nil else {
        throw scanner.fault("two entries called \(key) in __metadata__")
      }
      scanner.metadata[key] = try scanner.string()
    }
  }

  private mutating func readTensor(_ name: String) throws(CheckpointError) {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { (scanner, key) throws(CheckpointError) in
      switch key {
      case "dtype" where type == nil: type = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      default:
        throw CheckpointError(
          .badData, file: scanner.file, part: "tensor \(name)",
          "found the key \(key) in the header, expected dtype, shape and data_offsets once each")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw CheckpointError(
        .badData, file: file, part: "tensor \(name)",
        "the header lacks its dtype, its shape or its two data_offsets")
    }
    tensors.append(
      Tensor(name: name, type: type, shape: shape, start: offsets[0], end: offsets[1]))
  }

  // MARK: JSON

  private func fault(_ what: String) -> CheckpointError {
    CheckpointError(
      .badData, file: file,
      "the header is not the JSON of a safetensors file: \(what) at byte "
        + "\(position + 8)")
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
      position += 1
    }
  }

  /// Skips space and one expected character.
  private mutating func expect(_ character: Unicode.Scalar) throws(CheckpointError) {
    guard take(character) else { throw fault("no \(character)") }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func object(
    _ read: (inout SafetensorsHeaderScanner, String) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try read(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func integers() throws(CheckpointError) -> [Int] {
    try expect("[")
    var result: [Int] = []
    if take("]") { return result }
    repeat {
      skipSpace()
      let start = position
      var value = 0
      while position < bytes.count, case let digit = bytes[position], (0x30...0x39).contains(digit)
      {
        let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tens.addingReportingOverflow(Int(digit) - 0x30)
        guard !overflow, !carry else { throw fault("a number beyond 2⁶³") }
        value = sum
        position += 1
      }
      guard position > start else { throw fault("no whole number from zero") }
      result.append(value)
    } while take(",")
    try expect("]")
    return result
  }

  private mutating func string() throws(CheckpointError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else {
          throw fault("text that is not UTF-8")
        }
        return result
      case UInt8(ascii: "\\"): try text.append(contentsOf: escape())
      case 0..<0x20: throw fault("a control character inside a string")
      default: text.append(byte)
      }
    }
    throw fault("a string without an end")
  }

  private mutating func escape() throws(CheckpointError) -> [UInt8] {
    guard position < bytes.count else { throw fault("a string without an end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var units = [try unit()]
      if UTF16.isLeadSurrogate(units[0]) {
        guard take("\\"), take("u") else { throw fault("half a surrogate pair") }
        units.append(try unit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw fault("half a surrogate pair")
      }
      return Array(text.utf8)
    default: throw fault("an unknown escape")
    }
  }

  private mutating func unit() throws(CheckpointError) -> UInt16 {
    guard position + 4 <= bytes.count,
      let digits = String(validating: bytes[position..<position + 4], as: UTF8.self),
      let value = UInt16(digits, radix: 16)
    else { throw fault("an incomplete \\u escape") }
    position += 4
    return value
  }
}
