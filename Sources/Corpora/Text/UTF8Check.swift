/// Where bytes stop being UTF-8.
enum UTF8Check {
  /// The offset of the first byte that is not part of a well-formed sequence; nil if all are.
  static func firstInvalidByte(of bytes: [UInt8]) -> Int? {
    // The standard library's check is fast but does not say where.
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var offset = 0
    var decoder = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let units): offset += units.count
      case .error: return offset
      case .emptyInput: return nil
      }
    }
  }
}
