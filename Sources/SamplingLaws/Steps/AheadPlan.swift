internal import RealModule

/// What a long task by votes of single steps takes: the lead, the reliability and the samples [81].
public struct AheadPlan: Codable, Sendable, Hashable {
  /// A task and how it is sampled.
  public struct Task: Codable, Sendable, Hashable {
    /// The probability that a sampled step is right, p.
    public var stepAccuracy: Double
    /// The probability of the most common wrong answer; nil for all that is wrong, the worst case.
    public var rivalProbability: Double?
    /// The number of steps, s.
    public var steps: Double
    /// The wanted probability that every step is right, t.
    public var target: Double
    /// Steps that one sample makes, m.
    public var stepsPerSample: Double
    /// The share of samples that are usable, v: neither too long nor unreadable.
    public var validFraction: Double
    /// The cost of a sample of one step, c₀; a sample of m steps costs m times as much.
    public var costPerStep: Double
    /// A lead to use instead of the least that suffices.
    public var lead: Int?

    /// Describes a task.
    public init(
      stepAccuracy: Double, rivalProbability: Double? = nil, steps: Double, target: Double = 0.95,
      stepsPerSample: Double = 1, validFraction: Double = 1, costPerStep: Double = 1,
      lead: Int? = nil
    ) {
      self.stepAccuracy = stepAccuracy
      self.rivalProbability = rivalProbability
      self.steps = steps
      self.target = target
      self.stepsPerSample = stepsPerSample
      self.validFraction = validFraction
      self.costPerStep = costPerStep
      self.lead = lead
    }
  }

  /// The task.
  public let task: Task
  /// The probability that a vote is for the right answer, of those for it and its strongest rival.
  public let voteAccuracy: Double
  /// Whether the target can be reached at all: only if `voteAccuracy` exceeds one half.
  public let isReachable: Bool
  /// The lead k; 0 where no lead reaches the target.
  public let lead: Int
  /// The probability that one vote goes right.
  public let voteSuccess: Double
  /// The probability that every step is right.
  public let taskSuccess: Double
  /// The same with a lead of one vote less.
  public let taskSuccessOneLess: Double
  /// Usable samples of a vote, on average.
  public let samplesPerVote: Double
  /// The standard deviation of that number.
  public let samplesPerVoteDeviation: Double
  /// All samples of the task, unusable ones included, on average.
  public let samples: Double
  /// The standard deviation of the usable ones among them.
  public let samplesDeviation: Double
  /// The cost of the task, on average.
  public let cost: Double
  /// What to beware of.
  public var warnings: [String]

  /// Throws for numbers outside their range.
  public init(_ task: Task) throws(PlanningError) {
    let p = task.stepAccuracy
    try PlanningError.require(p > 0 && p <= 1, "The step accuracy \(p) is not between 0 and 1.")
    if let q = task.rivalProbability {
      try PlanningError.require(
        q >= 0 && p + q <= 1 + 1e-12,
        "The rival's probability \(q) does not lie between 0 and 1 − p = \(1 - p).")
      try PlanningError.require(
        task.stepsPerSample == 1, "A rival's probability is that of one step a sample.")
    }
    try PlanningError.require(
      task.target > 0 && task.target < 1, "The target \(task.target) is not between 0 and 1.")
    try PlanningError.require(
      task.stepsPerSample >= 1 && task.steps >= task.stepsPerSample,
      "A task of \(task.steps) steps cannot be sampled \(task.stepsPerSample) at a time.")
    try PlanningError.require(
      task.validFraction > 0 && task.validFraction <= 1,
      "The usable share \(task.validFraction) does not lie between 0 and 1.")
    try PlanningError.require(task.lead.map { $0 >= 1 } ?? true, "A lead is at least one vote.")
    self.task = task
    let votes = task.steps / task.stepsPerSample
    // Wrong blocks are taken to agree, the worst case.
    let block = Double.pow(p, task.stepsPerSample)
    let accuracy = task.rivalProbability.map { p / (p + $0) } ?? block
    // Votes for further wrong answers are samples without effect on the two that lead.
    let counted = task.rivalProbability.map { p + $0 } ?? 1
    let found = AheadByKLaw.lead(accuracy: accuracy, votes: votes, target: task.target)
    voteAccuracy = accuracy
    isReachable = found != nil
    warnings = []
    guard let lead = task.lead ?? found else {
      self.lead = 0
      voteSuccess = .nan
      taskSuccess = .nan
      taskSuccessOneLess = .nan
      samplesPerVote = .nan
      samplesPerVoteDeviation = .nan
      samples = .nan
      samplesDeviation = .nan
      cost = .nan
      warnings.append(
        "The right answer wins \(accuracy) of the votes between the two strongest answers; unless "
          + "it wins more than half, more samples make the task less reliable.")
      return
    }
    self.lead = lead
    voteSuccess = AheadByKLaw.success(accuracy: accuracy, lead: lead)
    taskSuccess = AheadByKLaw.success(accuracy: accuracy, lead: lead, votes: votes)
    taskSuccessOneLess =
      lead > 1 ? AheadByKLaw.success(accuracy: accuracy, lead: lead - 1, votes: votes) : 0
    let mean = AheadByKLaw.expectedSamples(accuracy: accuracy, lead: lead)
    samplesPerVote = mean / counted
    // Each vote that counts takes a geometric number of samples.
    let variance =
      AheadByKLaw.variance(accuracy: accuracy, lead: lead) / (counted * counted)
      + mean * (1 - counted) / (counted * counted)
    samplesPerVoteDeviation = variance.squareRoot()
    samples = votes * samplesPerVote / task.validFraction
    samplesDeviation = (votes * variance).squareRoot()
    cost = task.costPerStep * task.stepsPerSample * samples
    if let most = task.lead, found.map({ most < $0 }) ?? true {
      warnings.append("A lead of \(most) does not reach the target.")
    }
    if task.stepsPerSample > 1, 2 * block - 1 < 0.2 {
      warnings.append(
        "Samples of \(task.stepsPerSample) steps are right \(block) of the time: near one half the "
          + "number of samples grows without bound.")
    }
  }
}
