extension Int {
  /// A whole number from a real one, cut off towards zero: the largest or smallest integer where it
  /// lies beyond them, and zero for NaN. A plain conversion ends the process for such numbers.
  @inlinable
  public init<Value: BinaryFloatingPoint>(saturating value: Value) {
    if let exact = Int(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }
}
