/// A checked value for every option of a card.
public struct OptionValues: Hashable, Sendable {
  /// The values by name, standard ones included.
  public let values: [String: OptionValue]
  /// The options that differ from their standards, as `name=value` in the order of the card.
  public let changes: [String]

  /// Checks values and fills in the standard ones.
  ///
  /// - Parameters:
  ///   - given: values by name.
  ///   - options: what there is.
  ///   - card: the name that errors call the options' owner.
  /// - Throws: ``OptionError`` for an unknown option, or a value of the wrong kind or out of range.
  public init(
    _ given: [String: OptionValue], for options: [CardOption], of card: String
  ) throws(OptionError) {
    try self.init(given.mapValues { ($0, $0.text) }, options, card)
  }

  /// Reads and checks texts, as a command line gives them, and fills in the standard values.
  ///
  /// - Throws: ``OptionError`` for an unknown option, or a value of the wrong kind or out of range.
  public init(
    texts: [String: String], for options: [CardOption], of card: String
  ) throws(OptionError) {
    try self.init(
      Dictionary(
        uniqueKeysWithValues: texts.map { name, text in
          (name, (options.first { $0.name == name }?.value(of: text), text))
        }), options, card)
  }

  /// Checks values against a card and fills in the standard ones.
  ///
  /// - Throws: ``OptionError`` for an unknown option, or a value of the wrong kind or out of range.
  public init(_ given: [String: OptionValue], for card: some Card) throws(OptionError) {
    try self.init(given, for: card.options, of: card.name)
  }

  /// Reads and checks texts against a card, and fills in the standard values.
  ///
  /// - Throws: ``OptionError`` for an unknown option, or a value of the wrong kind or out of range.
  public init(texts: [String: String], for card: some Card) throws(OptionError) {
    try self.init(texts: texts, for: card.options, of: card.name)
  }

  private init(
    _ given: [String: (value: OptionValue?, text: String)], _ options: [CardOption], _ card: String
  ) throws(OptionError) {
    let known = options.map(\.name)
    if let unknown = given.keys.sorted().first(where: { !known.contains($0) }) {
      throw OptionError(card: card, option: unknown, .unknown(known: known))
    }
    var values: [String: OptionValue] = [:]
    var changes: [String] = []
    for option in options {
      values[option.name] = option.standard
      guard let (value, text) = given[option.name] else { continue }
      guard let value, option.accepts(value) else {
        throw OptionError(
          card: card, option: option.name,
          .value(found: text, expected: option.domain.expected))
      }
      values[option.name] = value
      if value != option.standard { changes.append("\(option.name)=\(text)") }
    }
    self.values = values
    self.changes = changes
  }

  /// The value of a whole-number option of the card.
  public func whole(_ name: String) -> Int { Int(number(name)) }

  /// The value of a number option of the card that has no word for none.
  public func number(_ name: String) -> Double {
    guard let number = optionalNumber(name) else {
      preconditionFailure("the card has no number called \(name)")
    }
    return number
  }

  /// The value of a number option of the card; nil for the word that stands for none.
  public func optionalNumber(_ name: String) -> Double? {
    guard case .number(let number)? = values[name] else { return nil }
    return number
  }

  /// The values that are numbers, by name.
  public var numbers: [String: Double] {
    values.compactMapValues { if case .number(let number) = $0 { number } else { nil } }
  }

  /// The value of a true-or-false option of the card.
  public func flag(_ name: String) -> Bool {
    guard case .flag(let flag)? = values[name] else {
      preconditionFailure("the card has no flag called \(name)")
    }
    return flag
  }

  /// The value of an option of the card that is a word or a name.
  public func word(_ name: String) -> String {
    guard case .word(let word)? = values[name] else {
      preconditionFailure("the card has no word called \(name)")
    }
    return word
  }

  /// The value of an option of the card that is one of a type's cases.
  public func choice<Choice: RawRepresentable<String>>(
    _ name: String, as type: Choice.Type = Choice.self
  ) -> Choice {
    guard let choice = Choice(rawValue: word(name)) else {
      preconditionFailure("\(Choice.self) has no case \(word(name))")
    }
    return choice
  }

  /// The value of an option of the card that lists names.
  public func names(_ name: String) -> [String] { OptionValue.names(word(name)) }
}
