extension Int {
  /// A whole number from a real one: cut off towards zero, the largest or smallest integer where it
  /// lies beyond them, and zero where it is not a number.
  ///
  /// Numbers of tables, options and laws may be of any size, and a plain conversion ends the process
  /// for those that do not fit.
  ///
  /// - Parameter value: any number.
  @inlinable
  public init<Value: BinaryFloatingPoint>(saturating value: Value) {
    if let exact = Int(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }
}
