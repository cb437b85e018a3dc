/// The value of an option.
public enum OptionValue: Hashable, Sendable {
  /// A whole number or another one.
  case number(Double)
  /// True or false.
  case flag(Bool)
  /// A word.
  case word(String)

  /// The value as study files write it.
  public var text: String {
    switch self {
    case .number(let number):
      Int(exactly: number).map(String.init) ?? String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .word(let word): word
    }
  }

  /// The names that a word lists.
  static func names(_ word: String) -> [String] { word.split(separator: ",").map(String.init) }

  static func areDifferentNames(_ word: String) -> Bool {
    let names = names(word)
    return !names.isEmpty && Set(names).count == names.count
  }
}

extension OptionValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral
{
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// True or false.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
  /// A word.
  public init(stringLiteral value: String) { self = .word(value) }
}

extension OptionValue: Codable {
  /// A flag, a number or a word: the first that can be read.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .word(try container.decode(String.self))
    }
  }

  /// The bare value, without its kind.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .word(let word): try container.encode(word)
    }
  }
}
