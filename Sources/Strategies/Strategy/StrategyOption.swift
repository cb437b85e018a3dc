internal import Quantities

/// An option of a strategy: its name, its default, what it may be.
public struct StrategyOption: Sendable, Hashable {
  /// The name on the command line: lower case, words joined by hyphens.
  public var name: String
  /// The value where none is given.
  public var standard: String
  /// What it means, in a few words.
  public var explanation: String
  /// What it may be.
  public var domain: Domain

  /// What an option may be.
  public enum Domain: Sendable, Hashable {
    /// A whole number.
    case whole(ClosedRange<Int>)
    /// A number.
    case number(ClosedRange<Double>)
    /// One of several words; `true` and `false` for a flag.
    case choice([String])
  }

  /// A whole number.
  public static func whole(
    _ name: String, _ standard: Int, in range: ClosedRange<Int>, _ explanation: String
  ) -> StrategyOption {
    StrategyOption(
      name: name, standard: "\(standard)", explanation: explanation, domain: .whole(range))
  }

  /// A number.
  public static func number(
    _ name: String, _ standard: Double, in range: ClosedRange<Double>, _ explanation: String
  ) -> StrategyOption {
    StrategyOption(
      name: name, standard: "\(standard)", explanation: explanation, domain: .number(range))
  }

  /// True or false.
  public static func flag(
    _ name: String, _ standard: Bool, _ explanation: String
  ) -> StrategyOption {
    .choice(name, "\(standard)", of: ["true", "false"], explanation)
  }

  /// One of several words.
  public static func choice(
    _ name: String, _ standard: String, of words: [String], _ explanation: String
  ) -> StrategyOption {
    StrategyOption(
      name: name, standard: standard, explanation: explanation, domain: .choice(words))
  }
}

/// A checked value for every option of a strategy.
public struct StrategyOptions: Hashable, Sendable {
  /// The values by name, defaults included.
  public let values: [String: String]
  /// The options that differ from their defaults, as `name=value` in the order of the card.
  public let changes: [String]

  /// Checks values against the options of a card and fills in the defaults.
  ///
  /// - Parameters:
  ///   - given: values by name.
  ///   - card: the card.
  /// - Throws: ``StrategyError`` naming an unknown option with the nearest known one, or a value of
  ///   the wrong kind or out of range.
  public init(_ given: [String: String], for card: StrategyCard) throws(StrategyError) {
    let known = card.options.map(\.name)
    if let unknown = given.keys.sorted().first(where: { !known.contains($0) }) {
      let hint = NearestName.hint(for: unknown, among: known).map { "; \($0)" } ?? ""
      throw StrategyError("\(card.name) has no option \(unknown)\(hint)")
    }
    var values: [String: String] = [:]
    var changes: [String] = []
    for option in card.options {
      let value = given[option.name] ?? option.standard
      try Self.check(value, option, card)
      values[option.name] = value
      if value != option.standard { changes.append("\(option.name)=\(value)") }
    }
    self.values = values
    self.changes = changes
  }

  private static func check(
    _ value: String, _ option: StrategyOption, _ card: StrategyCard
  ) throws(StrategyError) {
    let expected: String
    switch option.domain {
    case .whole(let range):
      if let whole = Int(value), range.contains(whole) { return }
      expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      if let number = Double(value), range.contains(number) { return }
      expected = "a number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words):
      if words.contains(value) { return }
      expected = "one of \(words.joined(separator: ", "))"
    }
    throw StrategyError(
      "\(card.name), option \(option.name): found \(value), expected \(expected)")
  }

  /// The value of an option of the card, as it was written.
  public func word(_ name: String) -> String {
    guard let value = values[name] else { preconditionFailure("no option is called \(name)") }
    return value
  }

  /// The value of a whole-number option.
  public func whole(_ name: String) -> Int { Int(word(name)) ?? 0 }

  /// The value of a number option.
  public func number(_ name: String) -> Double { Double(word(name)) ?? .nan }

  /// The value of a flag.
  public func flag(_ name: String) -> Bool { word(name) == "true" }
}
