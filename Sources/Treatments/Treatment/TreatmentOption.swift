/// An option of a treatment: its name, its default, what it may be.
public struct TreatmentOption: Sendable {
  /// The name in study files: lower case, words joined by hyphens.
  public var name: String
  /// The value where none is given: the paper's where it has one.
  public var standard: OptionValue
  /// What it means, in a few words.
  public var explanation: String
  /// What it may be.
  public var domain: Domain

  /// What an option may be.
  public enum Domain: Sendable {
    /// A whole number.
    case whole(ClosedRange<Int>)
    /// A number.
    case number(ClosedRange<Double>)
    /// True or false.
    case flag
    /// One of several words.
    case choice([String])
  }

  /// A whole number.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - standard: the value where none is given.
  ///   - range: what it may be.
  ///   - explanation: what it means.
  public static func whole(
    _ name: String, _ standard: Int, in range: ClosedRange<Int>, _ explanation: String
  ) -> TreatmentOption {
    TreatmentOption(
      name: name, standard: .number(Double(standard)), explanation: explanation,
      domain: .whole(range))
  }

  /// A number.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - standard: the value where none is given.
  ///   - range: what it may be.
  ///   - explanation: what it means.
  public static func number(
    _ name: String, _ standard: Double, in range: ClosedRange<Double>, _ explanation: String
  ) -> TreatmentOption {
    TreatmentOption(
      name: name, standard: .number(standard), explanation: explanation, domain: .number(range))
  }

  /// True or false.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - standard: the value where none is given.
  ///   - explanation: what it means.
  public static func flag(
    _ name: String, _ standard: Bool, _ explanation: String
  ) -> TreatmentOption {
    TreatmentOption(
      name: name, standard: .flag(standard), explanation: explanation, domain: .flag)
  }

  /// One of several words.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - standard: the word where none is given.
  ///   - words: what it may be.
  ///   - explanation: what it means.
  public static func choice(
    _ name: String, _ standard: String, of words: [String], _ explanation: String
  ) -> TreatmentOption {
    TreatmentOption(
      name: name, standard: .word(standard), explanation: explanation, domain: .choice(words))
  }
}

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
  /// Reads a number, true or false, or a word.
  ///
  /// - Parameter decoder: where from.
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

  /// Writes a number, true or false, or a word.
  ///
  /// - Parameter encoder: where to.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .word(let word): try container.encode(word)
    }
  }
}
