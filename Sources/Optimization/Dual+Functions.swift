/// The exponential.
@inlinable
@inline(__always)
public func exp<let count: Int>(_ x: Dual<count>) -> Dual<count> {
  let result = Lanes.exp(x.value)
  return x.chained(value: result, slope: result)
}

/// The natural logarithm; NaN where the value is not positive.
@inlinable
@inline(__always)
public func log<let count: Int>(_ x: Dual<count>) -> Dual<count> {
  x.chained(value: Lanes.log(x.value), slope: 1 / x.value)
}

/// The power of a positive base, exp(exponent · ln base).
@inlinable
@inline(__always)
public func pow<let count: Int>(_ base: Dual<count>, _ exponent: Dual<count>) -> Dual<count> {
  exp(exponent * log(base))
}

/// The power of a positive base with a numeric exponent.
@inlinable
@inline(__always)
public func pow<let count: Int>(_ base: Dual<count>, _ exponent: Double) -> Dual<count> {
  exp(log(base) * exponent)
}

/// The logistic function 1 / (1 + e^−x), without overflow on either side.
@inlinable
@inline(__always)
public func logistic<let count: Int>(_ x: Dual<count>) -> Dual<count> {
  1 / (exp(-x) + 1)
}

/// The smaller of two values in each lane, with the derivative of the one chosen.
@inlinable
@inline(__always)
public func minimum<let count: Int>(_ left: Dual<count>, _ right: Dual<count>) -> Dual<count> {
  .choosing(right, over: left, where: right.value .< left.value)
}

/// The larger of two values in each lane, with the derivative of the one chosen.
@inlinable
@inline(__always)
public func maximum<let count: Int>(_ left: Dual<count>, _ right: Dual<count>) -> Dual<count> {
  .choosing(right, over: left, where: right.value .> left.value)
}
