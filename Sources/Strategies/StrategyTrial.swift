internal import Foundation
public import RunTables

/// Strategies at budgets, on the same problems with the same streams of chance.
public struct StrategyTrial {
  /// What they run on; each bench is a policy with a verifier.
  public var benches: [Bench]
  /// The strategies.
  public var choices: [StrategyChoice]
  /// The budgets: solutions whose tokens may be generated for each problem.
  public var budgets: [Int]
  /// The problems.
  public var problems: [Problem]

  /// A trial.
  public init(
    benches: [Bench], choices: [StrategyChoice], budgets: [Int], problems: [Problem]
  ) {
    self.benches = benches
    self.choices = choices
    self.budgets = budgets
    self.problems = problems
  }

  /// Runs all strategies on all benches at all budgets; a strategy that needs a verifier is left out
  /// on a bench without one.
  ///
  /// - Parameter report: is told of each arm when it is done.
  /// - Returns: accuracies, costs and tables.
  /// - Throws: ``StrategyError`` if there is nothing to run.
  public func run(report: (StrategyArm) throws -> Void = { _ in }) throws -> StrategyReport {
    guard !problems.isEmpty, budgets.allSatisfy({ $0 > 0 }) else {
      throw StrategyError("a trial needs problems and budgets of at least 1")
    }
    var results = StrategyReport()
    let labels = problems.map { "\($0.index)" }
    for bench in benches {
      for choice in choices where bench.verifier != nil || !choice.card.needsVerifier {
        for budget in budgets {
          let solved = try choice.strategy.solve(problems, budget: budget, on: bench)
          let arm = StrategyArm(choice, bench, budget, solved)
          try report(arm)
          results.arms.append(arm)
          let key = [arm.model, arm.strategy, arm.verifier, "\(budget)"]
          results.attempts.arms.append(
            outcomes(key, labels, choice.card.attempts, solved.map(\.attempts)))
          results.answers.arms.append(
            outcomes(
              key, labels, .answer,
              solved.map { result in
                [
                  OutcomeAttempt(
                    correct: result.isCorrect,
                    tokens: result.cost.generatedTokens + result.cost.verifierTokens,
                    promptTokens: result.cost.promptTokens, answer: result.answer)
                ]
              }))
        }
      }
    }
    guard !results.arms.isEmpty else { throw StrategyError("no strategy can run on these benches") }
    return results
  }

  private func outcomes(
    _ key: [String], _ labels: [String], _ kind: RowKind, _ attempts: [[OutcomeAttempt]]
  ) -> OutcomeArm {
    var arm = OutcomeArm(key: key, problems: labels, attempts: attempts)
    arm.kind = kind
    if problems.contains(where: { $0.stratum != nil }) {
      arm.strata = problems.map { $0.stratum ?? "" }
    }
    return arm
  }
}

/// What a trial found.
public struct StrategyReport: Sendable {
  private static let columns = ["model", "strategy", "verifier", "budget"]

  /// The arms in the order in which they ran.
  public var arms: [StrategyArm] = []
  /// Every whole solution of every arm, with answers, scores, step scores and its own tokens.
  public var attempts = OutcomeTable(source: "trial", armColumns: columns, arms: [])
  /// The answer that each arm gave to each problem; its tokens are all that were generated and all
  /// that the verifier read, its prompt tokens those of the policy.
  public var answers = OutcomeTable(source: "trial", armColumns: columns, arms: [])

  /// Nothing yet.
  public init() {}
}

/// One strategy on one bench at one budget: how often its answers are right, and what they cost.
public struct StrategyArm: Codable, Sendable, Hashable {
  /// The policy's name.
  public var model: String
  /// The strategy with the options that differ from their defaults.
  public var strategy: String
  /// The verifier's name; `none` where there is none or the strategy did not ask it.
  public var verifier: String
  /// The budget, N.
  public var budget: Int
  /// The number of problems.
  public var problems: Int
  /// The share of problems whose answer is right.
  public var accuracy: Double
  /// The standard error of the accuracy over problems.
  public var standardError: Double
  /// The share of problems with a right one among the attempts.
  public var coverage: Double
  /// The share of attempts that are right.
  public var attemptAccuracy: Double
  /// What a problem cost, on average.
  public var meanCost: StrategyCost

  init(_ choice: StrategyChoice, _ bench: Bench, _ budget: Int, _ results: [StrategyResult]) {
    let count = Double(results.count)
    model = bench.policy.name
    strategy = choice.label
    self.budget = budget
    problems = results.count
    let share = Double(results.count { $0.isCorrect }) / count
    accuracy = share
    standardError = (share * (1 - share) / count).squareRoot()
    coverage = Double(results.count { $0.attempts.contains(where: \.correct) }) / count
    let attempts = results.flatMap(\.attempts)
    attemptAccuracy = Double(attempts.count { $0.correct }) / Double(max(attempts.count, 1))
    meanCost = results.reduce(StrategyCost()) { $0 + $1.cost } / count
    let isAsked = attempts.contains { $0.score != nil }
    verifier = isAsked ? bench.verifier?.name ?? "none" : "none"
  }
}
