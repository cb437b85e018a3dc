internal import Reports

/// Amounts of memory as people write them.
enum ByteCount {
  /// "3.48 MB"; units are powers of ten.
  static func text(_ bytes: Double) -> String {
    var value = bytes
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return "\(NumberFormat.significant(value, 3)) \(units[unit])"
  }
}
