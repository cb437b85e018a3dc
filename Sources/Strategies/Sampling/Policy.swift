public import Corpora
public import LanguageModels
public import Tensors

/// A trained model that writes solutions to a task, step by step.
public final class Policy {
  /// What it is called in tables.
  public let name: String
  /// The model; its parameters must not change while the policy lives.
  public let model: LanguageModel<Float>
  /// What it solves.
  public let task: any StepwiseTask
  /// How tokens are drawn unless a strategy says otherwise.
  public let rule: SamplingRule
  /// The threads.
  public let pool: ThreadPool

  let sessions: SessionShelf
  private let costs: ModelCosts

  /// A policy for a task.
  ///
  /// - Throws: ``StrategyError`` if prompts or solutions do not fit the model.
  public init(
    _ model: LanguageModel<Float>, task: any StepwiseTask, name: String = "policy",
    rule: SamplingRule = SamplingRule(), pool: ThreadPool
  ) throws(StrategyError) {
    let configuration = model.configuration
    guard configuration.vocabularyCount >= task.vocabularyCount else {
      throw StrategyError(
        "the model knows \(configuration.vocabularyCount) tokens, the task has "
          + "\(task.vocabularyCount)")
    }
    guard configuration.contextLength >= task.longestExample - 1 else {
      throw StrategyError(
        "the model's context has \(configuration.contextLength) tokens, an example up to "
          + "\(task.longestExample)")
    }
    guard configuration.isCausal else { throw StrategyError("an encoder writes no solutions") }
    if let problem = rule.problem { throw StrategyError(problem) }
    self.name = name
    self.model = model
    self.task = task
    self.rule = rule
    self.pool = pool
    sessions = SessionShelf(model, pool: pool)
    costs = ModelCosts(configuration)
  }

  /// What it costs to read a prompt once and to generate so many tokens after it, in each of some
  /// solutions.
  public func cost(prompt: Int, generated: Int, solutions: Int) -> StrategyCost {
    let reading: Double = costs.forwardOperations(length: prompt)
    let writing: Double = costs.forwardOperations(length: prompt + generated) - reading
    return StrategyCost(
      generatedTokens: Double(solutions * generated), promptTokens: Double(prompt),
      policyOperations: reading + Double(solutions) * writing)
  }
}

/// Decoding sessions of one model by the number of sequences, each made once and used again.
final class SessionShelf {
  private let model: LanguageModel<Float>
  private let pool: ThreadPool
  private var sessions: [Int: DecodingSession<Float>] = [:]

  init(_ model: LanguageModel<Float>, pool: ThreadPool) {
    self.model = model
    self.pool = pool
  }

  /// A session for at least so many sequences; it is in use until the next one of its size is asked
  /// for.
  func session(rows: Int) throws -> DecodingSession<Float> {
    let size = Self.size(rows: rows)
    if let session = sessions[size] {
      session.clear()
      return session
    }
    let session = try DecodingSession(model, batch: size, pool: pool)
    sessions[size] = session
    return session
  }

  /// A session that has taken in the beginnings of sequences, all of the same length; equal ones are
  /// read once if that makes the batch smaller.
  ///
  /// Sequences beyond those asked for are like the first one.
  func session(reading prefixes: [[Int32]]) throws -> DecodingSession<Float> {
    var places: [[Int32]: Int] = [:]
    var different: [[Int32]] = []
    let parents = prefixes.map { prefix in
      if let place = places[prefix] { return place }
      places[prefix] = different.count
      different.append(prefix)
      return different.count - 1
    }
    let isShared = Self.size(rows: different.count) < Self.size(rows: prefixes.count)
    let first = try session(rows: isShared ? different.count : prefixes.count)
    guard !prefixes[0].isEmpty else { return first }
    let rows = isShared ? different : prefixes
    _ = first.append(rows + Array(repeating: rows[0], count: first.batch - rows.count))
    guard isShared else { return first }
    let all = try session(rows: prefixes.count)
    try all.fork(
      from: first, parents: parents + Array(repeating: 0, count: all.batch - parents.count))
    return all
  }

  /// Few sizes: a recording of each is kept.
  private static func size(rows: Int) -> Int {
    var size = 16
    while size < rows { size *= 4 }
    return size
  }
}
