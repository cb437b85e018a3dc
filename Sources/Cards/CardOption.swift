internal import Quantities

/// An option of what a card describes: its name, what it may be, and its value where none is given.
public struct CardOption: Hashable, Sendable {
  /// As study files and the command line write it: lower case, words joined by hyphens.
  public var name: String
  /// The value where none is given: the paper's where it has one.
  public var standard: OptionValue
  /// What it means, in a few words.
  public var meaning: String
  /// What it may be.
  public var domain: Domain
  /// Which way it makes a task harder.
  public var harder: Direction

  /// What an option may be.
  public enum Domain: Hashable, Sendable {
    /// A whole number.
    case whole(ClosedRange<Int>)
    /// A number, or the word that stands for none.
    case number(NumberRange, or: String?)
    /// True or false.
    case flag
    /// One of several words.
    case choice([String])
    /// The name of a column.
    case column
    /// Names of different columns, separated by commas.
    case columns
  }

  /// Which way an option makes a task harder.
  public enum Direction: String, Hashable, Sendable {
    /// Larger values are harder.
    case up
    /// Smaller values are harder.
    case down
    /// The option selects or shapes, without an order of difficulty.
    case neither
  }

  /// A whole number.
  public static func whole(
    _ name: String, _ standard: Int, in range: ClosedRange<Int>, harder: Direction = .neither,
    _ meaning: String
  ) -> CardOption {
    CardOption(
      name: name, standard: .number(Double(standard)), meaning: meaning, domain: .whole(range),
      harder: harder)
  }

  /// A number.
  public static func number(
    _ name: String, _ standard: Double, in range: ClosedRange<Double>,
    harder: Direction = .neither, _ meaning: String
  ) -> CardOption {
    CardOption(
      name: name, standard: .number(standard), meaning: meaning,
      domain: .number(NumberRange(range), or: nil), harder: harder)
  }

  /// A number, or the word `none` for no number.
  public static func number(
    _ name: String, _ standard: Double?, in range: NumberRange, or none: String, _ meaning: String
  ) -> CardOption {
    CardOption(
      name: name, standard: standard.map { .number($0) } ?? .word(none), meaning: meaning,
      domain: .number(range, or: none), harder: .neither)
  }

  /// A number of a range that leaves out one of its ends.
  public static func number(
    _ name: String, _ standard: Double, in range: NumberRange, _ meaning: String
  ) -> CardOption {
    CardOption(
      name: name, standard: .number(standard), meaning: meaning, domain: .number(range, or: nil),
      harder: .neither)
  }

  /// True or false.
  public static func flag(_ name: String, _ standard: Bool, _ meaning: String) -> CardOption {
    CardOption(
      name: name, standard: .flag(standard), meaning: meaning, domain: .flag, harder: .neither)
  }

  /// One of several words.
  public static func choice(
    _ name: String, _ standard: String, of words: [String], _ meaning: String
  ) -> CardOption {
    CardOption(
      name: name, standard: .word(standard), meaning: meaning, domain: .choice(words),
      harder: .neither)
  }

  /// The raw value of one of the cases of a type.
  public static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ standard: Choice, _ meaning: String
  ) -> CardOption {
    choice(name, standard.rawValue, of: Choice.allCases.map(\.rawValue), meaning)
  }

  /// The name of a column.
  public static func column(_ name: String, _ standard: String, _ meaning: String) -> CardOption {
    CardOption(
      name: name, standard: .word(standard), meaning: meaning, domain: .column, harder: .neither)
  }

  /// Names of different columns, written with commas between them.
  public static func columns(_ name: String, _ standard: [String], _ meaning: String) -> CardOption
  {
    CardOption(
      name: name, standard: .word(standard.joined(separator: ",")), meaning: meaning,
      domain: .columns, harder: .neither)
  }

  /// The standard value in words; that of a number option has a decimal point.
  public var text: String {
    guard case .number = domain, case .number(let number) = standard else { return standard.text }
    return "\(number)"
  }

  /// The value that a text stands for; nil where it is of another kind.
  func value(of text: String) -> OptionValue? {
    switch domain {
    case .whole: Int(text).map { .number(Double($0)) }
    case .number(_, let none): text == none ? .word(text) : Double(text).map { .number($0) }
    case .flag: Bool(text).map { .flag($0) }
    case .choice, .column, .columns: .word(text)
    }
  }

  /// Whether the option may have a value.
  func accepts(_ value: OptionValue) -> Bool {
    switch (domain, value) {
    case (.whole(let range), .number(let number)): Int(exactly: number).map(range.contains) ?? false
    case (.number(let range, _), .number(let number)): range.contains(number)
    case (.number(_, let none), .word(let word)): word == none
    case (.flag, .flag): true
    case (.choice(let words), .word(let word)): words.contains(word)
    case (.column, .word(let word)): !word.isEmpty
    case (.columns, .word(let word)): OptionValue.areDifferentNames(word)
    default: false
    }
  }
}

extension CardOption.Domain {
  /// What is expected, as a part of a sentence.
  public var expected: String {
    switch self {
    case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range, let none):
      (none.map { "\($0) or " } ?? "") + "a number \(range.expected)"
    case .flag: "true or false"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .column: "the name of a column"
    case .columns: "different column names separated by commas"
    }
  }

  /// What is accepted, as a cell of a table.
  public var accepted: String {
    switch self {
    case .whole(let range): "\(range.lowerBound) … \(range.upperBound)"
    case .number(let range, _):
      "\(NumberFormat.significant(range.lower, 4)) … \(NumberFormat.significant(range.upper, 4))"
    case .flag: "true, false"
    case .choice(let words): words.joined(separator: ", ")
    case .column, .columns: expected
    }
  }
}

/// The numbers from one to another, with or without them.
public struct NumberRange: Hashable, Sendable {
  /// The lower end.
  public let lower: Double
  /// The upper end; infinite for none.
  public let upper: Double
  private let hasLower: Bool
  private let hasUpper: Bool

  /// Both ends.
  public init(_ range: ClosedRange<Double>) {
    (lower, upper, hasLower, hasUpper) = (range.lowerBound, range.upperBound, true, true)
  }

  /// From the lower end to below the upper one.
  public init(_ range: Range<Double>) {
    (lower, upper, hasLower, hasUpper) = (range.lowerBound, range.upperBound, true, false)
  }

  /// Above the lower end, up to the upper one.
  public init(above lower: Double, upTo upper: Double = .infinity) {
    (self.lower, self.upper, hasLower, hasUpper) = (lower, upper, false, upper < .infinity)
  }

  /// Whether a number is one of them.
  public func contains(_ number: Double) -> Bool {
    (hasLower ? number >= lower : number > lower) && (hasUpper ? number <= upper : number < upper)
  }

  var expected: String {
    let (low, high) = (OptionValue.number(lower).text, OptionValue.number(upper).text)
    if upper == .infinity { return hasLower ? "from \(low)" : "above \(low)" }
    return (hasLower ? "from \(low) to " : "above \(low), \(hasUpper ? "up to " : "")")
      + (hasUpper ? high : "below \(high)")
  }
}
