/// A multiple-choice question as text.
public struct MultipleChoiceQuestion: Sendable, Hashable {
  /// What comes before the choice.
  public var prompt: String
  /// The choices; they differ.
  public var choices: [String]
  /// The index of the right choice.
  public var answer: Int

  /// Creates a question.
  public init(prompt: String, choices: [String], answer: Int) {
    self.prompt = prompt
    self.choices = choices
    self.answer = answer
  }

  /// The question in tokens. Prompt and choices are encoded apart, so no token straddles the
  /// boundary and a choice has the same tokens after every prompt.
  public func encoded(
    separator: String = " ", by encode: (String) throws -> [Int32]
  ) rethrows -> MultipleChoiceItem {
    MultipleChoiceItem(
      prompt: try encode(prompt),
      choices: try choices.map { try encode(separator + $0) }, answer: answer,
      byteCounts: choices.map { (separator + $0).utf8.count })
  }
}

/// A multiple-choice item in tokens.
public struct MultipleChoiceItem: Sendable, Hashable {
  /// The tokens before the choice.
  public var prompt: [Int32]
  /// The tokens of each choice; none is empty.
  public var choices: [[Int32]]
  /// The index of the right choice.
  public var answer: Int
  /// The UTF-8 bytes of each choice; only the normalisation by bytes needs them.
  public var byteCounts: [Int]?

  /// Creates an item.
  public init(prompt: [Int32], choices: [[Int32]], answer: Int, byteCounts: [Int]? = nil) {
    self.prompt = prompt
    self.choices = choices
    self.answer = answer
    self.byteCounts = byteCounts
  }
}
