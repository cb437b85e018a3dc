#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The exponential function, by a name that no tape has.
func exponential(_ x: Double) -> Double { exp(x) }

/// The natural logarithm.
func logarithm(_ x: Double) -> Double { log(x) }
