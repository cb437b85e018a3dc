internal import Quantities

/// A value that an option cannot have, or an option that there is not.
public struct OptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the card.
  public var card: String
  /// The option as it was given.
  public var option: String
  /// What is wrong with it.
  public var problem: Problem

  /// What is wrong with an option.
  public enum Problem: Hashable, Sendable {
    /// The card has other options.
    case unknown(known: [String])
    /// The value is of another kind or out of range.
    case value(found: String, expected: String)
  }

  /// What is wrong.
  public init(card: String, option: String, _ problem: Problem) {
    self.card = card
    self.option = option
    self.problem = problem
  }

  /// One sentence, with the nearest option where there is none of that name.
  public var description: String { sentence(calling: "option") }

  /// One sentence that calls the card's options `noun`.
  public func sentence(calling noun: String) -> String {
    switch problem {
    case .unknown(let known): "\(card) has no \(noun) \(option); \(hint(known, noun))"
    case .value: "\(card), \(noun) \(option): \(detail)"
    }
  }

  /// What is wrong, where card and option are named already.
  public var detail: String {
    switch problem {
    case .unknown(let known): "there is no such option; \(hint(known, "option"))"
    case .value(let found, let expected): "found \(found), expected \(expected)"
    }
  }

  private func hint(_ known: [String], _ noun: String) -> String {
    if let hint = NearestName.hint(for: option, among: known) { return hint }
    return known.isEmpty ? "it has none" : "its \(noun)s are \(known.joined(separator: ", "))"
  }
}
