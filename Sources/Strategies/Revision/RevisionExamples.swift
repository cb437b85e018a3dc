public import Corpora
internal import Statistics

/// Problems with right solutions and wrong attempts, from which chains of revisions are made [20].
public struct RevisionExamples: Sendable {
  /// One problem.
  public struct Example: Sendable, Hashable {
    /// The prompt.
    public var prompt: [Int32]
    /// A right solution.
    public var right: [Int32]
    /// Different wrong attempts.
    public var wrong: [[Int32]]

    /// An example.
    public init(prompt: [Int32], right: [Int32], wrong: [[Int32]]) {
      self.prompt = prompt
      self.right = right
      self.wrong = wrong
    }
  }

  /// The problems.
  public var examples: [Example]
  /// How attempts follow each other.
  public var format: RevisionFormat

  /// Examples in a format.
  public init(_ examples: [Example], format: RevisionFormat) {
    self.examples = examples
    self.format = format
  }

  /// Lets a policy attempt problems of a task's stream and keeps what is wrong.
  ///
  /// - Parameters:
  ///   - sampler: the policy, whose task the problems are of.
  ///   - count: the number of problems.
  ///   - attempts: the attempts at each.
  ///   - seed: names the problems; another one than that of problems kept for evaluation.
  ///   - format: how attempts follow each other.
  /// - Throws: an error if the policy cannot be decoded.
  public init(
    from sampler: Sampler, problems count: Int, attempts: Int, seed: UInt64,
    format: RevisionFormat
  ) throws {
    let task = sampler.policy.task
    let problems = Problem.draw(count, from: task, seed: seed)
    let samples = try sampler.samples(attempts, of: problems)
    self.init(
      zip(problems, samples).map { problem, samples in
        let example = task.example(problem.index, of: seed)
        var wrong: [[Int32]] = []
        for sample in samples where !sample.isCorrect && !wrong.contains(sample.solution) {
          wrong.append(sample.solution)
        }
        return Example(
          prompt: problem.prompt, right: Array(example.tokens.dropFirst(task.promptLength)),
          wrong: wrong)
      }, format: format)
  }

  /// Makes wrong attempts by replacing tokens of right solutions by others of the answer alphabet.
  ///
  /// - Parameters:
  ///   - task: the task.
  ///   - count: the number of problems.
  ///   - attempts: the most wrong attempts of each.
  ///   - rate: the probability that a token is replaced.
  ///   - seed: names the problems and the replacements.
  ///   - format: how attempts follow each other.
  public init(
    corrupting task: any StepwiseTask, problems count: Int, attempts: Int, rate: Double,
    seed: UInt64, format: RevisionFormat
  ) {
    let alphabet = task.answerAlphabet
    self.init(
      (0..<count).map { index in
        let example = task.example(index, of: seed)
        let prompt = task.prompt(of: example)
        let right = Array(example.tokens.dropFirst(task.promptLength))
        var wrong: [[Int32]] = []
        for attempt in 0..<attempts {
          var random = SplittableRandom(seed: ~seed).split(index).split(attempt)
          let tokens = right.map {
            random.nextUniform() < rate ? alphabet[random.nextIndex(below: alphabet.count)] : $0
          }
          if !task.isCorrect(tokens, to: prompt), !wrong.contains(tokens) { wrong.append(tokens) }
        }
        return Example(prompt: prompt, right: right, wrong: wrong)
      }, format: format)
  }
}
