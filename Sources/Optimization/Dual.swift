/// Eight rows with the partial derivatives of each with respect to `count` parameters.
///
/// Forward mode: every operation carries value and derivatives together, so the gradient of a
/// formula is exact to rounding. A formula with more parameters than `count` is evaluated in
/// several passes, each of which seeds the next `count` parameters. With `count` zero it is a plain
/// evaluation, so a law writes its formula once. Plain ``Lanes`` are data without derivative.
@frozen
public struct Dual<let count: Int>: Sendable {
  /// The value in each lane.
  public var value: Lanes
  /// The derivatives, one vector of lanes a parameter.
  public var partials: InlineArray<count, Lanes>

  /// Creates a dual number from value and derivatives.
  @inlinable
  @inline(__always)
  public init(value: Lanes, partials: InlineArray<count, Lanes>) {
    self.value = value
    self.partials = partials
  }

  /// Creates a parameter: the same value in all lanes, derivative `slope` in position `index`.
  ///
  /// An index outside `0..<count` gives a constant, which is how a pass skips a parameter.
  @inlinable
  public init(parameter: Double, slope: Double, at index: Int) {
    self.init(number: parameter)
    if index >= 0, index < count { partials[index] = Lanes(repeating: slope) }
  }

  /// How many parameters one pass differentiates.
  @inlinable
  public static var capacity: Int { count }

  /// The derivative with respect to the parameter in position `index` of this pass.
  @inlinable
  @inline(__always)
  public func partial(_ index: Int) -> Lanes { partials[index] }

  /// Data as a dual number with zero derivative.
  @inlinable
  @inline(__always)
  public init(constant: Lanes) {
    self.init(value: constant, partials: InlineArray(repeating: .zero))
  }

  /// A number as a dual number with zero derivative.
  @inlinable
  @inline(__always)
  public init(number: Double) {
    self.init(constant: Lanes(repeating: number))
  }

  /// Applies the chain rule: `value` replaces the value and `slope` multiplies the derivatives.
  @inlinable
  @inline(__always)
  func chained(value newValue: Lanes, slope: Lanes) -> Self {
    var result = self
    result.value = newValue
    for index in 0..<count { result.partials[index] = partials[index] * slope }
    return result
  }

  /// The sum.
  @inlinable
  @inline(__always)
  public static func + (left: Self, right: Self) -> Self {
    var result = left
    result.value = left.value + right.value
    for index in 0..<count { result.partials[index] = left.partials[index] + right.partials[index] }
    return result
  }

  /// The difference.
  @inlinable
  @inline(__always)
  public static func - (left: Self, right: Self) -> Self {
    var result = left
    result.value = left.value - right.value
    for index in 0..<count { result.partials[index] = left.partials[index] - right.partials[index] }
    return result
  }

  /// The product.
  @inlinable
  @inline(__always)
  public static func * (left: Self, right: Self) -> Self {
    var result = left
    result.value = left.value * right.value
    for index in 0..<count {
      result.partials[index] =
        left.partials[index] * right.value + right.partials[index] * left.value
    }
    return result
  }

  /// The quotient.
  @inlinable
  @inline(__always)
  public static func / (left: Self, right: Self) -> Self {
    let reciprocal = 1 / right.value
    let quotient = left.value * reciprocal
    var result = left
    result.value = quotient
    for index in 0..<count {
      result.partials[index] =
        (left.partials[index] - quotient * right.partials[index]) * reciprocal
    }
    return result
  }

  /// The negative.
  @inlinable
  @inline(__always)
  public static prefix func - (value: Self) -> Self {
    value.chained(value: -value.value, slope: Lanes(repeating: -1))
  }

  /// The sum with a number.
  @inlinable
  @inline(__always)
  public static func + (left: Self, right: Double) -> Self {
    var result = left
    result.value = left.value + right
    return result
  }

  /// The difference from a number.
  @inlinable
  @inline(__always)
  public static func - (left: Self, right: Double) -> Self {
    left + (-right)
  }

  /// The product with a number.
  @inlinable
  @inline(__always)
  public static func * (left: Self, right: Double) -> Self {
    left.chained(value: left.value * right, slope: Lanes(repeating: right))
  }

  /// A number plus the value.
  @inlinable
  @inline(__always)
  public static func + (left: Double, right: Self) -> Self { right + left }

  /// A number minus the value.
  @inlinable
  @inline(__always)
  public static func - (left: Double, right: Self) -> Self { -right + left }

  /// A number times the value.
  @inlinable
  @inline(__always)
  public static func * (left: Double, right: Self) -> Self { right * left }

  /// A number divided by the value.
  @inlinable
  @inline(__always)
  public static func / (left: Double, right: Self) -> Self {
    let reciprocal = 1 / right.value
    return right.chained(value: left * reciprocal, slope: -left * reciprocal * reciprocal)
  }

  /// The sum with data.
  @inlinable
  @inline(__always)
  public static func + (left: Self, right: Lanes) -> Self {
    var result = left
    result.value = left.value + right
    return result
  }

  /// The sum of data and the value.
  @inlinable
  @inline(__always)
  public static func + (left: Lanes, right: Self) -> Self { right + left }

  /// The difference from data.
  @inlinable
  @inline(__always)
  public static func - (left: Self, right: Lanes) -> Self {
    var result = left
    result.value = left.value - right
    return result
  }

  /// Data minus the value.
  @inlinable
  @inline(__always)
  public static func - (left: Lanes, right: Self) -> Self { -right + left }

  /// The product with data.
  @inlinable
  @inline(__always)
  public static func * (left: Self, right: Lanes) -> Self {
    left.chained(value: left.value * right, slope: right)
  }

  /// The product of data and the value.
  @inlinable
  @inline(__always)
  public static func * (left: Lanes, right: Self) -> Self { right * left }

  @inlinable
  @inline(__always)
  static func choosing(
    _ chosen: Self, over other: Self, where mask: SIMDMask<SIMD8<Int64>>
  ) -> Self {
    var result = other
    result.value = other.value.replacing(with: chosen.value, where: mask)
    for index in 0..<count {
      result.partials[index] =
        other.partials[index].replacing(with: chosen.partials[index], where: mask)
    }
    return result
  }
}
