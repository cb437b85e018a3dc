internal import Optimization
public import Quantities
public import RunTables
internal import Statistics

/// Whether a model that has made errors makes more: the slope of the logit of a step's accuracy in the
/// share of earlier errors, beyond position and difficulty [29].
///
/// logit P(step t is right) = course of t + b · e/(t − 1) + effect of the problem, e errors before t.
/// The effects matter: on hard problems both earlier and later steps fail, which a slope without
/// effects takes for self-conditioning.
public struct SelfConditioning: Codable, Sendable, Hashable {
  /// What has an effect of its own.
  public enum Effect: String, Codable, Sendable, Hashable {
    case problem
    /// Then lasting differences between attempts at a problem are no self-conditioning either.
    case attempt
  }

  /// How accuracy may change with position.
  public enum Course: String, Codable, Sendable, Hashable {
    case linear
    /// At up to five steps, so that a curved decline is not taken for self-conditioning.
    case bent
  }

  /// b: the change of the logit from a history without errors to one of errors only.
  public var slope: Estimated
  /// The same without effects: biased downwards wherever problems differ.
  public var slopeWithoutEffects: Estimated
  /// The change of the logit from the first to the last position that a clean history leaves.
  public var decline: Estimated
  /// The standard deviation of the effects, in logits.
  public var effectSpread: Double
  /// What has an effect.
  public var effect: Effect
  /// How accuracy may change with position.
  public var course: Course
  /// Whether the interval of the slope lies below 0.
  public var isSelfConditioning: Bool
  /// The number of problems.
  public var problems: Int
  /// Attempts used.
  public var attempts: Int
  /// Steps used.
  public var steps: Int
  /// What to beware of.
  public var warnings: [String]

  /// Fits the slope from one row a step; intervals allow for dependence within problems. Of more
  /// steps than about `rowLimit`, every k-th attempt is taken.
  ///
  /// - Throws: without steps, and where the slope cannot be told, such as without any error.
  public init(
    _ arm: OutcomeArm, effect: Effect = .problem, course: Course = .bent, level: Double = 0.9,
    rowLimit: Int = 500_000, threads: Int = 2
  ) throws(PlanningError) {
    let runs = try StepRuns(arm, threads: threads)
    let lastStep = runs.lastStep(arm.steps ?? [])
    if lastStep < 2 { throw .tooFew("No attempt has two steps.") }
    var histories = StepHistories(
      runs, arm, byAttempt: effect == .attempt, rowLimit: rowLimit, threads: threads)
    problems = arm.problemCount
    warnings = []
    if problems == 1 {
      // One problem has no spread: its attempts are the clusters.
      histories =
        StepHistories(runs, arm, byAttempt: true, rowLimit: rowLimit, threads: threads)
        .withClusterPerGroup
      warnings.append("There is one problem: intervals are those of attempts at it.")
    } else if problems < 10 {
      warnings.append("With \(problems) problems the intervals are rough.")
    }
    attempts = histories.attempts
    steps = histories.rows
    if histories.stride > 1 {
      warnings.append(
        "The slope uses one in \(histories.stride) attempts, \(attempts) of them.")
    }
    if runs.incomplete > 0 {
      warnings.append("\(runs.incomplete) attempts do not record every step from 0.")
    }
    self.effect = effect
    self.course = course
    let basis = PositionBasis(lastStep: lastStep, knots: course == .linear ? 0 : 5)
    var model = MixedLogit(histories, basis: basis, lastStep: lastStep)
    model.hasEffects = false
    let isVaried = histories.isVariedAfterErrors
    guard isVaried, let plain = model.fit(threads: threads), plain.converged else {
      throw .tooFew("The slope cannot be told: too few steps are wrong, or too few are right.")
    }
    model.hasEffects = problems > 1 || effect == .attempt
    let fit = model.hasEffects ? model.fit(threads: threads) ?? plain : plain
    let clusters = histories.clusters.count
    let deviate =
      clusters > 1
      ? StudentT(degreesOfFreedom: Double(clusters - 1)).quantile((1 + level) / 2) : .nan
    func estimated(_ fit: MixedLogit.Fit, _ direction: [Double]) -> Estimated {
      var value = 0.0
      var variance = 0.0
      for row in direction.indices {
        value += direction[row] * fit.point[row]
        for column in direction.indices {
          variance += direction[row] * direction[column] * fit.covariance[row, column]
        }
      }
      let half = deviate * max(variance, 0).squareRoot()
      return Estimated(value: value, low: value - half, high: value + half)
    }
    let unit = [Double](repeating: 0, count: basis.count) + [1]
    slope = estimated(fit, unit)
    slopeWithoutEffects = estimated(plain, unit)
    decline = estimated(
      fit, zip(basis.values(lastStep), basis.values(1)).map { $0 - $1 } + [0])
    effectSpread = fit.point[basis.count + 1]
    isSelfConditioning = slope.high < 0
    if !fit.converged { warnings.append("The fit did not settle; the slope is uncertain.") }
    if slopeWithoutEffects.high < 0, !isSelfConditioning {
      warnings.append(
        "Without effects the slope is below 0: that is difficulty, which differs by \(effect), and "
          + "no self-conditioning.")
    }
  }
}

extension StepHistories {
  /// Else the slope has no finite estimate: both outcomes follow errors, and right ones a clean
  /// history.
  var isVariedAfterErrors: Bool {
    var (right, wrong, clean) = (false, false, false)
    for cell in groups.lazy.joined() {
      if cell.errorShare == 0 {
        if cell.right > 0 { clean = true }
      } else {
        if cell.right > 0 { right = true }
        if cell.right < cell.count { wrong = true }
      }
    }
    return right && wrong && clean
  }

  var withClusterPerGroup: StepHistories {
    StepHistories(self, clusters: groups.indices.map { $0..<$0 + 1 })
  }

  private init(_ other: StepHistories, clusters: [Range<Int>]) {
    groups = other.groups
    self.clusters = clusters
    rows = other.rows
    attempts = other.attempts
    stride = other.stride
  }
}
