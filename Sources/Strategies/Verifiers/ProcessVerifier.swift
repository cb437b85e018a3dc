public import Corpora
internal import Foundation
public import LanguageModels
public import Tensors

/// A language model that says after each step whether the solution is right so far.
///
/// Its vocabulary is the task's with two more tokens, `good` and `bad`; a step's score is the
/// probability of `good` among the two after the step's last token. The last step's score makes it a
/// verifier of outcomes.
public final class ProcessVerifier: Verifier {
  /// What it is called in tables.
  public let name: String
  /// The model.
  public let model: LanguageModel<Float>
  /// The token that says that a solution is right so far; the next one says that it is not.
  public let good: Int32

  private let sessions: SessionShelf
  private let costs: ModelCosts

  /// A verifier; the model's vocabulary has at least two tokens more than the task's.
  ///
  /// - Throws: ``StrategyError`` if the model does not fit the task.
  public init(
    _ model: LanguageModel<Float>, task: any StepwiseTask, name: String = "process-verifier",
    pool: ThreadPool
  ) throws(StrategyError) {
    let configuration = model.configuration
    guard configuration.vocabularyCount >= task.vocabularyCount + 2 else {
      throw StrategyError(
        "a verifier needs \(task.vocabularyCount + 2) tokens, the model knows "
          + "\(configuration.vocabularyCount)")
    }
    guard configuration.isCausal, configuration.contextLength >= task.longestExample else {
      throw StrategyError(
        "a verifier has to read \(task.longestExample) tokens from left to right")
    }
    self.name = name
    self.model = model
    good = Int32(task.vocabularyCount)
    sessions = SessionShelf(model, pool: pool)
    costs = ModelCosts(configuration)
  }

  /// The model of a verifier in the shape of another model: with two more tokens, and a context for
  /// all tokens of an example.
  ///
  /// A further layer on top of a policy's can compare a token with what the policy would have
  /// written in its place, which is much easier to learn than to judge anew.
  public static func configuration(
    like configuration: ModelConfiguration, for task: any StepwiseTask, furtherLayers: Int = 1
  ) -> ModelConfiguration {
    var own = configuration
    if let last = own.layers.last {
      own.layers += Array(repeating: last, count: furtherLayers)
    }
    own.vocabularyCount = max(configuration.vocabularyCount, task.vocabularyCount) + 2
    own.contextLength = max(configuration.contextLength, task.longestExample)
    return own
  }

  /// Every token that is read passes the model once, the prompt's for all solutions together.
  public func cost(prompt: Int, read: Int, solutions: Int) -> StrategyCost {
    let reading: Double = costs.forwardOperations(length: prompt)
    let further: Double = costs.forwardOperations(length: prompt + read) - reading
    return StrategyCost(
      verifierTokens: Double(prompt + solutions * read),
      verifierOperations: reading + Double(solutions) * further)
  }

  /// Starts to read solutions in one session.
  public func reading(
    of places: [AttemptPlace], task: any StepwiseTask
  ) throws -> any StepReading {
    SessionReading(
      try sessions.session(reading: places.map(\.problem.prompt)), rows: places.count,
      good: Int(good))
  }
}

/// Solutions that a model reads in a session.
private final class SessionReading: StepReading {
  private let session: DecodingSession<Float>
  private let rows: Int
  private let good: Int
  private var stepLength = 0

  init(_ session: DecodingSession<Float>, rows: Int, good: Int) {
    self.session = session
    self.rows = rows
    self.good = good
  }

  func scores(appending steps: [[Int32]]) -> [Double] {
    stepLength = steps[0].count
    let logits = session.append(
      steps + Array(repeating: steps[0], count: session.batch - rows))
    let width = logits.count / session.batch
    return (0..<rows).map { row in
      let difference = logits[row * width + good] - logits[row * width + good + 1]
      return 1 / (1 + exp(-Double(difference)))
    }
  }

  func reorder(_ parents: [Int]) {
    session.reorder(parents: parents + (rows..<session.batch))
  }

  func forget(_ steps: Int) throws {
    try session.rewind(to: session.length - steps * stepLength)
  }
}
