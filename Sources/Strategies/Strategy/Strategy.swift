public import Cards
public import RunTables

/// A way to spend compute on a problem when the model is trained already.
///
/// A strategy gets many problems at once, so that decoding runs in large batches; what it does at
/// one of them depends on that problem, the budget and the seed alone, not on its neighbours.
public protocol Strategy: Sendable {
  /// The strategy's name, options and source.
  static var card: StrategyCard { get }

  /// Creates the strategy with these options.
  ///
  /// - Throws: ``StrategyError`` for options that do not go together.
  init(_ options: OptionValues) throws(StrategyError)

  /// Works on problems.
  ///
  /// - Parameters:
  ///   - problems: what is asked.
  ///   - budget: the number of solutions whose tokens may be generated for each problem, N.
  ///   - bench: the policy, the verifier and where chance comes from.
  /// - Returns: what came out, in the order of the problems.
  /// - Throws: ``StrategyError`` where the bench lacks what the strategy needs.
  func solve(_ problems: [Problem], budget: Int, on bench: Bench) throws -> [StrategyResult]
}

/// What a strategy made of one problem.
public struct StrategyResult: Sendable, Hashable {
  /// The whole solutions that it came to, each with its own tokens.
  public var attempts: [OutcomeAttempt]
  /// The answer that it settled on; nil for none.
  public var answer: String?
  /// Whether that answer is right.
  public var isCorrect: Bool
  /// Everything that was spent on the problem.
  public var cost: StrategyCost

  /// A result.
  public init(attempts: [OutcomeAttempt], answer: String?, isCorrect: Bool, cost: StrategyCost) {
    self.attempts = attempts
    self.answer = answer
    self.isCorrect = isCorrect
    self.cost = cost
  }

  /// A result with the answer of one of the attempts.
  init(_ attempts: [OutcomeAttempt], choosing selection: AnswerSelection, cost: StrategyCost) {
    let chosen = selection.choice(among: attempts).map { attempts[$0] }
    self.init(
      attempts: attempts, answer: chosen?.answer, isCorrect: chosen?.correct ?? false, cost: cost)
  }
}
