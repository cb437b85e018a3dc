public import Corpora
internal import Statistics

/// A verifier that knows which steps are right, at no cost: the best that a process verifier can be;
/// or one that errs as often as it is told to.
public final class OracleVerifier: Verifier {
  /// `oracle`, with the share of errors behind it if there are any.
  public let name: String
  private let errors: Double
  private let seed: UInt64

  /// The exact verifier of the task.
  public init(errors: Double = 0, seed: UInt64 = 0) {
    precondition((0...1).contains(errors), "a share of errors of \(errors)")
    name = errors == 0 ? "oracle" : "oracle-\(errors)"
    self.errors = errors
    self.seed = seed
  }

  /// Nothing.
  public func cost(prompt: Int, read: Int, solutions: Int) -> StrategyCost { StrategyCost() }

  /// A reading whose scores are 1 for right steps and 0 for others, but for errors.
  public func reading(of places: [AttemptPlace], task: any StepwiseTask) -> any StepReading {
    let random = SplittableRandom(seed: seed)
    return Reading(
      task, places.map(\.problem.prompt), errors, places.map { random.split($0.problem.index) })
  }

  private final class Reading: StepReading {
    private let task: any StepwiseTask
    private let prompts: [[Int32]]
    private var solutions: [[Int32]]
    private let errors: Double
    private let streams: [SplittableRandom]

    init(
      _ task: any StepwiseTask, _ prompts: [[Int32]], _ errors: Double,
      _ streams: [SplittableRandom]
    ) {
      self.task = task
      self.errors = errors
      self.streams = streams
      self.prompts = prompts
      solutions = prompts.map { _ in [] }
    }

    func scores(appending steps: [[Int32]]) -> [Double] {
      steps.indices.map { row in
        solutions[row] += steps[row]
        let step = solutions[row].count / task.stepLength - 1
        let isRight = task.isRight(step: step, of: solutions[row], to: prompts[row])
        return isRight != errs(in: row) ? 1 : 0
      }
    }

    private func errs(in row: Int) -> Bool {
      guard errors > 0 else { return false }
      var chance = solutions[row].reduce(streams[row]) { $0.split(Int($1)) }
      return chance.nextUniform() < errors
    }

    // A solution goes on from one to the same problem: prompts stay where they are.
    func reorder(_ parents: [Int]) { solutions = parents.map { solutions[$0] } }

    func forget(_ steps: Int) {
      for row in solutions.indices { solutions[row].removeLast(steps * task.stepLength) }
    }
  }
}
