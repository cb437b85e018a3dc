/// Finds how far down ranked values a limit of weight reaches, without sorting them all.
enum RankedSelection {
  /// The largest v such that values of at least v weigh more than a limit; nil for none. No NaN;
  /// weights are 1 by default.
  static func firstExceeding(_ values: [Double], weights: [Double]? = nil, limit: Double) -> Double?
  {
    var above = 0.0
    var candidates: [Int32]?
    var prefix: UInt64 = 0
    // Sixteen bits at a time: a histogram of the next digit, from the top, among what is left.
    for shift in [48, 32, 16, 0] as [UInt64] {
      var histogram = [Double](repeating: 0, count: 1 << 16)
      func count(_ index: Int, _ weight: Double) {
        histogram[Int(key(values[index]) >> shift & 0xFFFF)] += weight
      }
      if let candidates {
        for index in candidates { count(Int(index), weights?[Int(index)] ?? 1) }
      } else if let weights {
        for index in values.indices { count(index, weights[index]) }
      } else {
        for index in values.indices { count(index, 1) }
      }
      var digit = histogram.count - 1
      while digit >= 0 {
        if histogram[digit] > 0 {
          if above + histogram[digit] > limit { break }
          above += histogram[digit]
        }
        digit -= 1
      }
      if digit < 0 { return nil }
      prefix = prefix << 16 | UInt64(digit)
      let wanted = prefix
      let isHere: (Int) -> Bool = { key(values[$0]) >> shift == wanted }
      candidates =
        candidates?.filter { isHere(Int($0)) }
        ?? values.indices.filter(isHere).map { Int32($0) }
    }
    return candidates?.first.map { values[Int($0)] }
  }

  /// An unsigned number in the order of the values.
  @inline(__always)
  private static func key(_ value: Double) -> UInt64 {
    // Both zeros are one value.
    let bits = (value == 0 ? 0 : value).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}
