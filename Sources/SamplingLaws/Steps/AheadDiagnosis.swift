internal import Optimization
public import Quantities
internal import RealModule
public import RunTables
internal import Statistics

/// Whether votes of single steps can make a task reliable, from recorded answers [81].
///
/// A step is a problem, or in a table of one row a step each step of each problem. Its attempts must
/// have answers; those without a readable one, and those that are too long, are unusable.
public struct AheadDiagnosis: Codable, Sendable, Hashable {
  /// The accuracy of the steps of one kind.
  public struct Kind: Codable, Sendable, Hashable {
    /// The stratum; `all` for all steps.
    public var name: String
    /// The number of steps.
    public var steps: Int
    /// Usable attempts.
    public var attempts: Int
    /// The share of usable attempts that is right, p, with Wilson's interval.
    public var accuracy: Estimated
    /// The right answer's share of the votes for it and the most common wrong one, p/(p + q).
    public var voteAccuracy: Double
  }

  /// All steps.
  public var overall: Kind
  /// The steps of each stratum; empty without strata.
  public var kinds: [Kind]
  /// p with its interval over problems, which is wider where steps differ.
  public var clusteredAccuracy: Estimated
  /// The share of attempts that are usable, v.
  public var validFraction: Double
  /// The probability that two attempts at a step are both wrong.
  public var bothWrong: Estimated
  /// The same if errors were independent of the step: (1 − p)².
  public var bothWrongIfIndependent: Double
  /// Of two wrong attempts at a step, the probability that they give the same answer.
  public var collisionRate: Estimated
  /// The same if the distinct wrong answers of each step were equally likely.
  public var collisionRateIfEven: Double
  /// The share of steps whose most common answer is wrong: more votes make them fail for certain.
  public var wrongMode: Estimated
  /// The share of steps where the wrong answer leads by more than chance, at 5 %.
  public var surelyWrongMode: Double
  /// The share of steps where the right and a wrong answer are equally common.
  public var tiedMode: Double
  /// The plan at the lower limit of p if all wrong answers agree; nil where p is 0.
  public var plan: AheadPlan?
  /// The plan at the lower limit of p against the most common wrong answer only.
  public var rivalPlan: AheadPlan?
  /// The success of the task if steps with a wrong mode fail and the others follow the plan.
  public var taskSuccessWithWrongModes: Double
  /// What to beware of.
  public var warnings: [String]

  /// Analyses answers and plans a task of `steps`, by default as many as there are, that goes right
  /// with probability `target`. Replies of more tokens than `lengthLimit` are unusable.
  ///
  /// - Throws: without answers, and without usable attempts.
  public init(
    _ arm: OutcomeArm, steps: Double? = nil, target: Double = 0.95, lengthLimit: Double? = nil,
    bootstrap: ProblemBootstrap
  ) throws(PlanningError) {
    guard let answers = arm.answers else { throw .missingColumn("answer") }
    if lengthLimit != nil, arm.tokens == nil { throw .missingColumn("tokens") }
    let tallies = parallelMap(count: arm.problemCount, threads: bootstrap.threads) { problem in
      StepVotes.tally(arm, answers, problem: problem, lengthLimit: lengthLimit)
    }
    var matrix = ProblemMatrix(columnCount: StepVotes.columnCount, problems: tallies.count)
    for tally in tallies { matrix.append(tally.columns) }
    let centres = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(around: value(centres), draws: draws.map(value), problems: tallies.count)
    }
    let all = tallies.reduce(into: StepVotes()) { $0.add($1) }
    guard all.attempts > 0, all.steps > 0 else {
      throw .tooFew("No attempt has a readable answer.")
    }
    let overall = all.kind("all", level: bootstrap.level)
    self.overall = overall
    var kinds: [Kind] = []
    if let strata = arm.strata {
      var order: [String] = []
      var sums: [StepVotes] = []
      for (stratum, tally) in zip(strata, tallies) {
        let place = order.firstIndex(of: stratum) ?? order.count
        if place == order.count {
          order.append(stratum)
          sums.append(StepVotes())
        }
        sums[place].add(tally)
      }
      kinds = zip(order, sums).filter { $1.attempts > 0 }.map { name, sum in
        sum.kind(name, level: bootstrap.level)
      }
    }
    self.kinds = kinds
    let clusteredAccuracy = estimated { $0[0] / $0[1] }
    self.clusteredAccuracy = clusteredAccuracy
    let validFraction = all.attempts / all.rows
    self.validFraction = validFraction
    bothWrong = estimated { $0[2] / $0[3] }
    let wrong = 1 - overall.accuracy.value
    bothWrongIfIndependent = wrong * wrong
    collisionRate = estimated { $0[4] / $0[5] }
    collisionRateIfEven = all.evenCollisions / all.wrongPairs
    wrongMode = estimated { $0[6] / $0[7] }
    surelyWrongMode = all.surelyWrong / all.steps
    tiedMode = all.tied / all.steps
    let length = steps ?? all.steps
    let low = clusteredAccuracy.low
    let least = low.isNaN ? overall.accuracy.low : min(overall.accuracy.low, low)
    let rival = min(all.rivals / all.attempts, 1 - least)
    func plan(rival: Double?) -> AheadPlan? {
      try? AheadPlan(
        .init(
          stepAccuracy: least, rivalProbability: rival, steps: max(length, 1), target: target,
          validFraction: validFraction))
    }
    self.plan = plan(rival: nil)
    rivalPlan = plan(rival: rival)
    taskSuccessWithWrongModes =
      (self.plan?.taskSuccess ?? .nan)
      * Double.exp(length * Double.log(onePlus: -all.wrongModes / all.steps))
    warnings = []
    if all.wrongModes > 0 {
      warnings.append(
        "\(Int(all.wrongModes)) of \(Int(all.steps)) steps have a wrong answer as their most common "
          + "one; no lead mends them, and a task that contains one fails.")
    }
    if bothWrong.low > bothWrongIfIndependent {
      warnings.append(
        "Errors gather on some steps: two attempts are both wrong more often than independent errors "
          + "would be, and the plan at the mean accuracy is too hopeful.")
    }
    if all.attempts / all.steps < 5 {
      warnings.append(
        "There are \(all.attempts / all.steps) usable attempts a step; modes are uncertain, and the "
          + "most common wrong answer looks more common than it is.")
    }
  }
}
