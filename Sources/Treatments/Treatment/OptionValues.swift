internal import Quantities
internal import Statistics

/// A checked value for every option of a treatment.
public struct OptionValues: Hashable, Sendable {
  /// The values by name, defaults included.
  public let values: [String: OptionValue]

  /// Checks values against the options of a card and fills in the defaults.
  ///
  /// - Parameters:
  ///   - given: values by name.
  ///   - card: the card.
  /// - Throws: ``TreatmentError`` naming an unknown option with the nearest known one, or a value
  ///   of the wrong kind or out of range.
  public init(_ given: [String: OptionValue], for card: TreatmentCard) throws(TreatmentError) {
    var values: [String: OptionValue] = [:]
    for option in card.options { values[option.name] = option.standard }
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let option = card.options.first(where: { $0.name == name }) else {
        let known = card.options.map(\.name)
        let hint = NearestName.hint(for: name, among: known).map { "; \($0)" } ?? ""
        throw TreatmentError(
          card.name, option: name,
          known.isEmpty
            ? "the treatment has no options"
            : "there is no such option\(hint) (known: \(known.joined(separator: ", ")))")
      }
      try Self.check(value, option, card)
      values[name] = value
    }
    self.values = values
  }

  private static func check(
    _ value: OptionValue, _ option: TreatmentOption, _ card: TreatmentCard
  ) throws(TreatmentError) {
    func refuse(_ expected: String) -> TreatmentError {
      TreatmentError(
        card.name, option: option.name, "found \(value.text), expected \(expected)")
    }
    switch (option.domain, value) {
    case (.whole(let range), .number(let number)):
      guard let whole = Int(exactly: number), range.contains(whole) else {
        throw refuse("a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
    case (.number(let range), .number(let number)):
      guard range.contains(number) else {
        throw refuse("a number from \(range.lowerBound) to \(range.upperBound)")
      }
    case (.flag, .flag): break
    case (.choice(let words), .word(let word)):
      guard words.contains(word) else {
        throw refuse("one of \(words.joined(separator: ", "))")
      }
    case (.whole, _): throw refuse("a whole number")
    case (.number, _): throw refuse("a number")
    case (.flag, _): throw refuse("true or false")
    case (.choice(let words), _): throw refuse("one of \(words.joined(separator: ", "))")
    }
  }

  /// The value of a whole-number option.
  ///
  /// - Parameter name: one of the card's.
  public func whole(_ name: String) -> Int { Int(saturating: number(name)) }

  /// The value of a number option.
  ///
  /// - Parameter name: one of the card's.
  public func number(_ name: String) -> Double {
    guard case .number(let number)? = values[name] else {
      preconditionFailure("the card has no number called \(name)")
    }
    return number
  }

  /// The value of a true-or-false option.
  ///
  /// - Parameter name: one of the card's.
  public func flag(_ name: String) -> Bool {
    guard case .flag(let flag)? = values[name] else {
      preconditionFailure("the card has no flag called \(name)")
    }
    return flag
  }

  /// The value of an option that is one of several words.
  ///
  /// - Parameter name: one of the card's.
  public func word(_ name: String) -> String {
    guard case .word(let word)? = values[name] else {
      preconditionFailure("the card has no word called \(name)")
    }
    return word
  }
}
