public import Corpora

/// An attempt at a problem, by its number: what a verifier that plays with chance goes by.
public struct AttemptPlace: Sendable, Hashable {
  /// The problem.
  public var problem: Problem
  /// The number of the attempt or candidate, from 0.
  public var attempt: Int

  /// The place of an attempt or candidate.
  public init(_ problem: Problem, attempt: Int) {
    self.problem = problem
    self.attempt = attempt
  }
}

/// Something that judges solutions step by step while they are written.
public protocol Verifier: AnyObject {
  /// What it is called in tables.
  var name: String { get }

  /// Whether equal solutions to a problem have equal scores, so that one of them is enough to read.
  var goesBySolution: Bool { get }

  /// What it costs to read a prompt once and so many tokens after it, in each of some solutions.
  func cost(prompt: Int, read: Int, solutions: Int) -> StrategyCost

  /// Starts to read solutions side by side, at least one.
  func reading(of places: [AttemptPlace], task: any StepwiseTask) throws -> any StepReading
}

/// Solutions that a verifier reads side by side.
public protocol StepReading: AnyObject {
  /// The score of the next step of every solution: how probable it is that the solution is right so
  /// far, in [0, 1].
  func scores(appending steps: [[Int32]]) -> [Double]

  /// Lets each solution go on from what another one has written.
  ///
  /// - Parameter parents: for each solution, the one that it goes on from.
  func reorder(_ parents: [Int])

  /// Forgets so many last steps of every solution.
  func forget(_ steps: Int) throws
}

extension Verifier {
  /// True.
  public var goesBySolution: Bool { true }

  /// For each solution, all with as many whole steps, a score a step.
  public func stepScores(
    of solutions: [[Int32]], to places: [AttemptPlace], task: any StepwiseTask
  ) throws -> [[Double]] {
    let reading = try reading(of: places, task: task)
    var scores = solutions.map { _ in [Double]() }
    let steps = solutions[0].count / task.stepLength
    for step in 0..<steps {
      let place = step * task.stepLength..<(step + 1) * task.stepLength
      for (row, score) in reading.scores(appending: solutions.map { Array($0[place]) }).enumerated()
      {
        scores[row].append(score)
      }
    }
    return scores
  }
}
