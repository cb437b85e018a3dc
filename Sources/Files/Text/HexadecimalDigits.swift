extension FixedWidthInteger {
  /// All digits in base 16, lower case, with zeros in front: two for each byte.
  public var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: Self.bitWidth / 4 - digits.count) + digits
  }
}
