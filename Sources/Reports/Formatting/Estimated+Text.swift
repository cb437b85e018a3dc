public import Quantities

extension Estimated {
  /// "1.2B [1.0B, 1.4B]"; the value alone where there is no interval.
  public var scaleText: String {
    let text = NumberFormat.scale(value)
    return low.isNaN ? text : "\(text) [\(NumberFormat.scale(low)), \(NumberFormat.scale(high))]"
  }

  /// The value with the decimals that its interval leaves it (without one, so many significant
  /// digits), and the interval.
  public func text(digits: Int) -> String {
    low.isFinite && high.isFinite
      ? NumberFormat.withInterval(value, low, high) : NumberFormat.significant(value, digits)
  }
}
