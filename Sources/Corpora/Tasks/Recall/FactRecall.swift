public import Cards
internal import Foundation
public import Statistics

/// Factual recall with counterfactual context: memory against what the prompt says [1].
///
/// A fixed random table gives each entity a value. Statements `e R v ;` repeat the table or
/// contradict it, then `e R` asks. An entity that was not stated must be remembered. One that was
/// stated falsely has two right answers, and training examples show the stated one with
/// probability `context-share`: which of them a model prefers is the measurement.
public struct FactRecall: SyntheticTask {
  /// The task's card.
  public static let card = TaskCard(
    name: "fact-recall",
    summary: "statements about entities, some against the facts, then one entity: answer with its "
      + "value",
    source: "T-FACT of the training catalogue [1]",
    labels: ["not stated", "stated truly", "stated falsely"],
    knobs: [
      .whole("entities", 256, in: 2...16384, harder: .up, "entities with a value to remember"),
      .whole("values", 64, in: 2...16384, harder: .up, "different values"),
      .whole("statements", 4, in: 1...1024, harder: .up, "statements before the question"),
      .number(
        "stated-share", 0.5, in: 0...1, harder: .down, "share of questions on stated entities"),
      .number("truth-share", 0.7, in: 0...1, "share of statements that are true"),
      .number(
        "context-share", 0.5, in: 0...1,
        "share of falsely stated entities whose answer is the stated value"),
      .number("zipf", 1, in: 0...4, harder: .up, "Zipf's exponent of the entities"),
      .whole("table", 0, in: 0...1_000_000, "names the table of facts"),
    ])

  /// What an answer shows.
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// The value that the context states, where it differs from the fact.
    case inContext
    /// The value of the table.
    case memorised
    /// Neither.
    case other
  }

  private static let relation: Int32 = 1
  private static let stop: Int32 = 2

  /// The knobs in force.
  public let knobs: OptionValues
  private let entities: TaskAlphabet
  private let values: TaskAlphabet
  private let statements: Int
  private let facts: [Int32]
  private let popularity: CategoricalDistribution

  /// Creates the task with these knobs.
  public init(knobs: OptionValues) throws(TaskError) {
    self.knobs = knobs
    let entities = TaskAlphabet(after: 3, count: knobs.whole("entities"))
    let values = TaskAlphabet(after: entities.end, count: knobs.whole("values"))
    statements = knobs.whole("statements")
    try Self.require(
      statements < entities.count, "\(statements) statements need more entities than that")
    var random = SplittableRandom(seed: UInt64(knobs.whole("table")))
    facts = entities.tokens.map { _ in values.draw(&random) }
    popularity = CategoricalDistribution(zipf: entities.count, exponent: knobs.number("zipf"))
    self.entities = entities
    self.values = values
  }

  /// The start, two marks, entities and values.
  public var vocabularyCount: Int { values.end }
  /// The length of every example.
  public var longestExample: Int { 4 + 4 * statements }
  /// The values.
  public var answerAlphabet: [Int32] { values.tokens }
  /// One in so many values, and twice that where both answers are right.
  public var chanceLevel: Double {
    let contextShare = knobs.number("context-share")
    let hasTwo = contextShare > 0 && contextShare < 1
    let twoShare = hasTwo ? knobs.number("stated-share") * (1 - knobs.number("truth-share")) : 0
    return tokenChanceLevel * (1 + twoShare)
  }

  /// Returns an example that depends on the generator alone.
  public func example(_ random: inout SplittableRandom) -> TaskExample {
    var stated: [Int32] = []
    while stated.count < statements { stated.append(newEntity(besides: stated, &random)) }
    var tokens: [Int32] = [0]
    var claims: [Int32] = []
    for entity in stated {
      let fact = facts[entities.index(of: entity)]
      let isTrue = random.nextUniform() < knobs.number("truth-share")
      // A value that differs: one of the others, counted on from the fact around the alphabet.
      let shift = isTrue ? 0 : 1 + random.nextIndex(below: values.count - 1)
      claims.append(values[(values.index(of: fact) + shift) % values.count])
      tokens += [entity, Self.relation, claims[claims.count - 1], Self.stop]
    }
    let asksStated = random.nextUniform() < knobs.number("stated-share")
    let question = asksStated ? random.nextIndex(below: statements) : nil
    let entity = question.map { stated[$0] } ?? newEntity(besides: stated, &random)
    let fact = facts[entities.index(of: entity)]
    let claim = question.map { claims[$0] } ?? fact
    let followsContext = random.nextUniform() < knobs.number("context-share")
    tokens += [entity, Self.relation, followsContext ? claim : fact]
    return TaskExample(
      tokens: tokens, answerPositions: [tokens.count - 1],
      label: question == nil ? 0 : claim == fact ? 1 : 2)
  }

  private func newEntity(
    besides taken: [Int32], _ random: inout SplittableRandom
  ) -> Int32 {
    while true {
      let entity = entities[popularity.draw(&random)]
      if !taken.contains(entity) { return entity }
    }
  }

  /// Returns the fact, the stated value, or both.
  public func acceptedAnswers(to prompt: [Int32]) -> [[Int32]] {
    guard let (claim, fact) = claimAndFact(prompt) else { return [] }
    guard let claim, claim != fact else { return [[fact]] }
    switch knobs.number("context-share") {
    case 0: return [[fact]]
    case 1: return [[claim]]
    default: return [[claim], [fact]]
    }
  }

  /// Says whether an answer follows the context or memory.
  public func outcome(of answer: Int32, to prompt: [Int32]) -> Outcome {
    guard let (claim, fact) = claimAndFact(prompt) else { return .other }
    if answer == fact { return .memorised }
    return answer == claim ? .inContext : .other
  }

  private func claimAndFact(_ prompt: [Int32]) -> (claim: Int32?, fact: Int32)? {
    guard prompt.count == longestExample, entities.contains(prompt[prompt.count - 3]) else {
      return nil
    }
    let entity = prompt[prompt.count - 3]
    let mention = prompt.dropLast(3).firstIndex(of: entity)
    return (mention.map { prompt[$0 + 2] }, facts[entities.index(of: entity)])
  }
}
