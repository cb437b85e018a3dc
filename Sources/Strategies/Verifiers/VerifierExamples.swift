internal import Corpora
internal import Statistics

/// Where the targets of a process verifier come from.
public enum StepLabels: Sendable, Hashable {
  /// The task's exact verifier of steps.
  case exact
  /// The share of so many continuations from the step that end right [20]; the last step has its
  /// own outcome.
  case rollouts(Int)
  /// The outcome of the whole solution, at its last step alone.
  case outcome
}

/// A policy's own solutions with a target for each step: what a process verifier learns from.
public struct VerifierExamples: Sendable {
  /// One solution.
  public struct Row: Sendable, Hashable {
    /// The prompt and all steps.
    public var tokens: [Int32]
    /// The probability that the solution is right so far, one a step; nil where nothing is asked.
    public var targets: [Double?]

    /// A solution with its targets.
    public init(tokens: [Int32], targets: [Double?]) {
      self.tokens = tokens
      self.targets = targets
    }
  }

  /// The solutions.
  public var rows: [Row]
  /// Tokens of the prompt.
  public var promptLength: Int
  /// Tokens of a step.
  public var stepLength: Int
  /// What it cost to write the solutions and their continuations, all together.
  public var cost: StrategyCost

  /// Lets a policy try problems that nothing else is measured on, with so many solutions to each.
  public init(
    from sampler: Sampler, problems: [Problem], attempts: Int, labels: StepLabels
  ) throws {
    let policy = sampler.policy
    let task = policy.task
    let samples = try sampler.samples(attempts, of: problems)
    promptLength = task.promptLength
    stepLength = task.stepLength
    cost = problems.reduce(StrategyCost()) { sum, problem in
      sum
        + policy.cost(
          prompt: problem.prompt.count, generated: task.solutionLength, solutions: attempts)
    }
    rows = []
    var values: [Prefix: Double] = [:]
    if case .rollouts(let count) = labels {
      values = try Self.values(
        of: samples, to: problems, by: sampler, rollouts: count, cost: &cost)
    }
    for (problem, solutions) in zip(problems, samples) {
      for sample in solutions {
        let targets = (0..<task.stepCount).map { step -> Double? in
          let isLast = step == task.stepCount - 1
          switch labels {
          case .exact:
            return task.isRight(step: step, of: sample.solution, to: problem.prompt) ? 1 : 0
          case .outcome: return isLast ? (sample.isCorrect ? 1 : 0) : nil
          case .rollouts:
            if isLast { return sample.isCorrect ? 1 : 0 }
            return values[Prefix(problem, sample, through: step, of: task)]
          }
        }
        rows.append(Row(tokens: problem.prompt + sample.solution, targets: targets))
      }
    }
  }

  /// The share of right rows at each step, for a look at what there is to learn.
  public var meanTargets: [Double?] {
    (rows.first?.targets.indices ?? 0..<0).map { step in
      let known = rows.compactMap { $0.targets[step] }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  private struct Prefix: Hashable {
    var problem: Int
    var tokens: [Int32]

    init(_ problem: Problem, _ sample: Sample, through step: Int, of task: any StepwiseTask) {
      self.problem = problem.index
      tokens = Array(sample.solution.prefix((step + 1) * task.stepLength))
    }
  }

  /// The share of continuations that end right, of each beginning once.
  private static func values(
    of samples: [[Sample]], to problems: [Problem], by sampler: Sampler, rollouts: Int,
    cost: inout StrategyCost
  ) throws -> [Prefix: Double] {
    let policy = sampler.policy
    let task = policy.task
    var values: [Prefix: Double] = [:]
    for step in 0..<task.stepCount - 1 {
      var beginnings: [(prefix: Prefix, problem: Problem, attempt: Int)] = []
      var seen: Set<Prefix> = []
      for (problem, solutions) in zip(problems, samples) {
        for (attempt, sample) in solutions.enumerated() {
          let prefix = Prefix(problem, sample, through: step, of: task)
          if seen.insert(prefix).inserted { beginnings.append((prefix, problem, attempt)) }
        }
      }
      let left = (task.stepCount - 1 - step) * task.stepLength
      let sequences = beginnings.flatMap { beginning in
        Array(repeating: beginning.problem.prompt + beginning.prefix.tokens, count: rollouts)
      }
      let streams = beginnings.flatMap { beginning in
        (0..<rollouts).map { rollout in
          // The attempt's own steps have the parts below the number of steps.
          sampler.streams.stream(attempt: beginning.attempt, problem: beginning.problem.index)
            .split(task.stepCount + step).split(rollout)
        }
      }
      let endings = try sampler.continuations(of: sequences, by: left, from: streams)
      for (index, beginning) in beginnings.enumerated() {
        let right = endings[index * rollouts..<(index + 1) * rollouts].count {
          task.isCorrect(beginning.prefix.tokens + $0, to: beginning.problem.prompt)
        }
        values[beginning.prefix] = Double(right) / Double(rollouts)
      }
      let each = policy.cost(
        prompt: task.promptLength + (step + 1) * task.stepLength, generated: left,
        solutions: rollouts)
      for _ in beginnings { cost += each }
    }
    return values
  }
}
