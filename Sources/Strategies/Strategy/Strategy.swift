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
  init(_ options: StrategyOptions) throws(StrategyError)

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

  /// Puts a result together.
  ///
  /// - Parameters:
  ///   - attempts: the whole solutions.
  ///   - answer: the answer that was settled on.
  ///   - isCorrect: whether it is right.
  ///   - cost: what was spent.
  public init(attempts: [OutcomeAttempt], answer: String?, isCorrect: Bool, cost: StrategyCost) {
    self.attempts = attempts
    self.answer = answer
    self.isCorrect = isCorrect
    self.cost = cost
  }
}
