enum NumberList {
  /// Whole numbers above zero, with units.
  static func counts(_ text: String, option: String) throws -> [Int] {
    try positive(text, option: option).map { number in
      guard let whole = Int(exactly: number) else {
        throw CommandFailure(.usage, "\(option): found \(number), expected whole numbers")
      }
      return whole
    }
  }

  /// Numbers above zero, with units: `1,10,1k`.
  static func positive(_ text: String, option: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map {
      try NameList.positive(String($0.trimmingSpaces), option: option)
    }
  }

  /// Numbers from zero up.
  static func nonnegative(_ text: String, option: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let number = try NameList.number(String(part.trimmingSpaces), option: option)
      try OptionCheck.nonnegative(number, option: option)
      return number
    }
  }
}
