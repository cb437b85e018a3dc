/// Natural numbers of a fixed number of decimal digits, most significant first, as tasks write them.
struct NumberNotation: Sendable, Hashable {
  static let tokens = TaskAlphabet(after: 1, count: 10)
  static let equals: Int32 = 11

  let digits: Int
  /// 10^digits: numbers are below it.
  let limit: Int

  /// The notation of numbers below 10^digits, at most 18 digits.
  init(digits: Int) {
    self.digits = digits
    limit = (0..<digits).reduce(1) { power, _ in 10 * power }
  }

  func written(_ value: Int) -> [Int32] {
    var value = value
    var tokens: [Int32] = []
    for _ in 0..<digits {
      tokens.append(Self.tokens[value % 10])
      value /= 10
    }
    return tokens.reversed()
  }

  /// The number that tokens write; nil where one of them is no digit.
  func number(_ tokens: ArraySlice<Int32>) -> Int? {
    guard tokens.allSatisfy(Self.tokens.contains) else { return nil }
    return tokens.reduce(0) { 10 * $0 + Self.tokens.index(of: $1) }
  }
}
