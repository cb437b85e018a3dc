/// A choice between variants of a law.
public struct LawSetting: Sendable, Hashable {
  /// The name in `--set NAME=VALUE`.
  public var name: String
  /// The present value.
  public var value: String
  /// What it chooses.
  public var meaning: String

  /// Creates a setting.
  public init(_ name: String, value: String, meaning: String) {
    self.name = name
    self.value = value
    self.meaning = meaning
  }
}

extension LawSetting {
  /// The setting `x` of a law of one size: the column that it reads.
  static func scale(_ column: String) -> LawSetting {
    LawSetting("x", value: column, meaning: "the column of size: N, D, C or any other")
  }
}

extension Law {
  /// The value of one of the law's settings.
  ///
  /// - Parameter read: nil for a text that is not allowed.
  /// - Throws: `FitError.unknownSetting` for a name that the law does not list, `badSetting` for a
  ///   text that is not allowed.
  func parsed<Value>(
    _ text: String, of name: String, expected: String, _ read: (String) -> Value?
  ) throws(FitError) -> Value {
    guard settings.contains(where: { $0.name == name }) else {
      throw .unknownSetting(law: self.name, name: name, known: settings.map(\.name))
    }
    guard let value = read(text) else {
      throw .badSetting(law: self.name, name: name, value: text, expected: expected)
    }
    return value
  }

  /// A number in a range; nil for any other text.
  func number(_ text: String, in range: Range<Double>) -> Double? {
    Double(text).flatMap { range.contains($0) ? $0 : nil }
  }

  /// The same, where a word stands for no number.
  func number(_ text: String, in range: Range<Double>, or word: String) -> Double?? {
    text == word ? .some(nil) : number(text, in: range).map(Optional.some)
  }

  /// The column that `--set x=NAME` chooses.
  func scaleColumn(_ value: String, of name: String) throws(FitError) -> String {
    try parsed(value, of: name, expected: "the name of a column") { $0.isEmpty ? nil : $0 }
  }
}
