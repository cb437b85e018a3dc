public import Statistics

/// Something that answers the steps of a task: a model, or a planted stand-in for one.
public protocol StepSource<State>: AnyObject {
  /// Where the task stands between two steps.
  associatedtype State: Hashable & Sendable

  /// How replies come about.
  var method: StepMethod { get }

  /// What all replies so far have cost.
  var cost: StepCost { get }

  /// Draws replies.
  ///
  /// What is drawn for a request depends on the request alone, not on the others of the call.
  ///
  /// - Parameter requests: which steps, and how many replies to each.
  /// - Returns: for each request its replies' answers; nil for a red flag.
  func sample(_ requests: [StepRequest<State>]) -> [[Int?]]
}

/// Replies wanted to one step.
public struct StepRequest<State: Hashable & Sendable>: Sendable {
  /// Where the task stands.
  public var state: State
  /// How many replies.
  public var count: Int
  /// Where chance comes from; reply i has the stream `split(i)`.
  public var random: SplittableRandom

  /// A request.
  public init(state: State, count: Int, random: SplittableRandom) {
    self.state = state
    self.count = count
    self.random = random
  }
}

/// How the replies of a step come about.
public enum StepMethod: String, Codable, Hashable, Sendable {
  /// Every reply is decoded by the model, token by token.
  case decoded
  /// The model's probabilities of all answers are computed once a state, and replies are drawn from
  /// them: the same distribution, without decoding every reply.
  case remembered
  /// There is no model; answers are drawn from probabilities that the caller gives.
  case planted
}

/// What replies cost.
public struct StepCost: Codable, Hashable, Sendable {
  /// Replies drawn.
  public var replies = 0
  /// Tokens generated, of all replies.
  public var tokens = 0
  /// Tokens of prompts, of all replies.
  public var promptTokens = 0
  /// Floating-point operations of decoding all replies, each from its own prompt.
  public var operations = 0.0
  /// Sequences that the model really ran: fewer than replies where answers are remembered.
  public var sequencesRun = 0

  /// Nothing yet.
  public init() {}
}

/// The probabilities of a step's answers.
public struct StepOdds: Codable, Hashable, Sendable {
  /// The probability that a reply gives each answer; what they lack to one is red flags.
  public var answers: [Double]

  /// Odds of answers; what they lack to one is red flags.
  public init(answers: [Double]) { self.answers = answers }

  /// The probability that a reply is not discarded, v.
  public var valid: Double { answers.reduce(0, +) }

  /// The probabilities of votes: of answers among replies that are not discarded.
  public var votes: [Double] {
    let valid = valid
    return valid > 0 ? answers.map { $0 / valid } : answers
  }

  /// The most common answer, the lowest of equals.
  public var mode: Int {
    answers.indices.max { (answers[$0], -$0) < (answers[$1], -$1) } ?? 0
  }

  /// Draws an answer; nil for a red flag.
  public func draw(_ random: inout SplittableRandom) -> Int? {
    var remaining = random.nextUniform()
    for (answer, probability) in answers.enumerated() {
      remaining -= probability
      if remaining < 0 { return answer }
    }
    return nil
  }
}
