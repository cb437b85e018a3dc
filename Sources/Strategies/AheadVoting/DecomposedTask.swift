/// A long task cut into steps, each asked for by a prompt of its own [81].
///
/// A step's reply depends on the state before it alone, so that a task of a million steps needs a
/// context of one. Prompts of a task all have the same length, and so have replies.
public protocol DecomposedTask<State>: Sendable {
  /// Where the task stands between two steps.
  associatedtype State: Hashable & Sendable

  /// Where it starts.
  var start: State { get }

  /// The steps of a right solution.
  var stepCount: Int { get }

  /// The number of different answers; answers are numbered from 0.
  var answerCount: Int { get }

  /// What the step model is asked.
  func prompt(at state: State) -> [Int32]

  /// The tokens of a reply.
  var replyLength: Int { get }

  /// The answer that a reply gives; nil for a red flag: it cannot be read, or breaks the rules.
  func answer(of reply: [Int32], at state: State) -> Int?

  /// The answers that the rules allow, each with the one reply that gives it.
  func replies(at state: State) -> [(answer: Int, reply: [Int32])]

  /// Where an allowed answer leads.
  func state(after answer: Int, at state: State) -> State

  /// The right answer on the way of the right solution; −1 where there is none.
  func rightAnswer(at state: State) -> Int
}

extension DecomposedTask {
  /// The states of the right solution, each before its step, from the start; all by default.
  public func path(_ count: Int? = nil) -> [State] {
    var states: [State] = []
    var state = start
    for _ in 0..<min(count ?? stepCount, stepCount) {
      states.append(state)
      state = self.state(after: rightAnswer(at: state), at: state)
    }
    return states
  }

  /// The state of the right solution before every so many-th step.
  ///
  /// - Parameter segments: into how many parts of nearly equal length the solution is cut.
  /// - Returns: where each part starts, how many steps it has, and how many come before it.
  public func segments(_ segments: Int) -> [(start: State, steps: Int, offset: Int)] {
    precondition((1...max(stepCount, 1)).contains(segments), "\(segments) of \(stepCount) steps")
    var parts: [(start: State, steps: Int, offset: Int)] = []
    var state = start
    var step = 0
    for part in 0..<segments {
      let end = (part + 1) * stepCount / segments
      parts.append((state, end - step, step))
      while step < end {
        state = self.state(after: rightAnswer(at: state), at: state)
        step += 1
      }
    }
    return parts
  }
}
