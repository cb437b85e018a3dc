public import Cards
public import Statistics

/// A generator of examples that a sequence model either answers or does not.
///
/// An example is a row of tokens of which some are answers; the loss counts on those alone. Every
/// answer follows from the tokens before it, and an exact verifier recomputes it from the prompt
/// without having seen how the example was made.
public protocol SyntheticTask: Sendable {
  /// The task's name, version, knobs and source.
  static var card: TaskCard { get }

  /// Creates the task; throws `TaskError` for knobs that do not go together.
  init(knobs: OptionValues) throws(TaskError)

  /// The knobs in force, defaults included.
  var knobs: OptionValues { get }

  /// The number of tokens; tokens are `0 ..< vocabularyCount`, and 0 starts every example.
  var vocabularyCount: Int { get }

  /// The length of the longest example.
  var longestExample: Int { get }

  /// The tokens of which answers are made: what a guesser who has read the rules chooses from.
  var answerAlphabet: [Int32] { get }

  /// The probability that answers drawn uniformly from the alphabet are all right.
  var chanceLevel: Double { get }

  /// Returns an example that depends on the generator alone.
  func example(_ random: inout SplittableRandom) -> TaskExample

  /// Every answer that is right, each as long as the prompt has blanks: one, or several where the
  /// task leaves a choice; nothing for a row of tokens that is no prompt of this task. In a prompt
  /// ``TaskExample/blank`` stands for answers.
  func acceptedAnswers(to prompt: [Int32]) -> [[Int32]]
}

extension SyntheticTask {
  /// Creates the task with the default knobs, some of them replaced; throws `TaskError` for an
  /// unknown knob, a value outside its range, or knobs that do not go together.
  public init(_ overrides: [String: Double] = [:]) throws(TaskError) {
    let knobs: OptionValues
    do throws(OptionError) {
      knobs = try OptionValues(overrides.mapValues { .number($0) }, for: Self.card)
    } catch {
      throw .knob(error)
    }
    try self.init(knobs: knobs)
  }

  /// Whether an answer is right.
  public func verify(prompt: [Int32], answer: [Int32]) -> Bool {
    acceptedAnswers(to: prompt).contains(answer)
  }

  /// The probability that one answer token drawn uniformly from the alphabet is the example's.
  public var tokenChanceLevel: Double { 1 / Double(answerAlphabet.count) }

  /// The example with this index in the stream that the seed names; it depends on the two alone, so
  /// a stream resumes anywhere.
  public func example(_ index: Int, of seed: UInt64) -> TaskExample {
    var random = SplittableRandom(seed: seed).split(index)
    return example(&random)
  }
}

/// One example of a synthetic task.
public struct TaskExample: Sendable, Hashable {
  /// What stands for an answer token in a prompt.
  public static let blank: Int32 = -1

  /// All tokens in order, answers in their places.
  public let tokens: [Int32]
  /// The places of the answer tokens, ascending; each is at least 1.
  public let answerPositions: [Int]
  /// The kind of each answer token: an index into the card's ``TaskCard/labels``.
  public let labels: [Int]

  /// Creates an example whose answer tokens are all of one kind.
  public init(tokens: [Int32], answerPositions: [Int], label: Int = 0) {
    self.init(
      tokens: tokens, answerPositions: answerPositions,
      labels: [Int](repeating: label, count: answerPositions.count))
  }

  /// Creates an example whose answer, of one kind, follows its prompt.
  public init(prompt: [Int32], answer: [Int32]) {
    self.init(
      tokens: prompt + answer,
      answerPositions: Array(prompt.count..<prompt.count + answer.count))
  }

  /// Creates an example; `labels` has one element for each answer token.
  public init(tokens: [Int32], answerPositions: [Int], labels: [Int]) {
    precondition(labels.count == answerPositions.count, "every answer token needs a label")
    precondition((answerPositions.first ?? 1) > 0, "the first token cannot be an answer")
    self.tokens = tokens
    self.answerPositions = answerPositions
    self.labels = labels
  }

  /// The answer tokens in order.
  public var answer: [Int32] { answerPositions.map { tokens[$0] } }

  /// The tokens with ``blank`` in the place of answers.
  public var prompt: [Int32] {
    var prompt = tokens
    for position in answerPositions { prompt[position] = Self.blank }
    return prompt
  }

  /// The loss mask: whether each token is an answer; the token at i is predicted at position i − 1.
  public var isAnswer: [Bool] {
    var mask = [Bool](repeating: false, count: tokens.count)
    for position in answerPositions { mask[position] = true }
    return mask
  }
}
