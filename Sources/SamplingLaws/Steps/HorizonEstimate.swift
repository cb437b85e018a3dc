internal import Optimization
public import Quantities
internal import RealModule
public import RunTables

/// How many steps attempts go without an error, from recorded steps [29].
///
/// The share of attempts without an error after t steps is estimated by Kaplan and Meier's product, in
/// which attempts that end without an error count as long as they last.
public struct HorizonEstimate: Codable, Sendable, Hashable {
  /// The horizon at one success rate.
  public struct Horizon: Codable, Sendable, Hashable {
    /// The success rate, s.
    public var success: Double
    /// The last step after which at least this share is without an error.
    public var steps: Int
    /// Whether the share falls below s within the recorded steps; if not, `steps` is a lower bound.
    public var isReached: Bool
    /// The horizon interpolated between steps on a logarithmic scale; infinite where not reached.
    public var length: Estimated
    /// ln s / ln p with one step accuracy for all steps.
    public var constantLength: Estimated
  }

  /// The share of attempts without an error after a step.
  public struct Survival: Codable, Sendable, Hashable {
    /// The step, from 1.
    public var step: Int
    /// Attempts that reach it without an error before.
    public var atRisk: Int
    /// First errors at it.
    public var errors: Int
    /// The share without an error up to and including it.
    public var share: Double
  }

  /// The accuracy of steps by position, after errors or not.
  public struct Position: Codable, Sendable, Hashable {
    /// The first step, from 1.
    public var first: Int
    /// The last step.
    public var last: Int
    /// The number of recorded steps.
    public var rows: Int
    /// Their accuracy; the interval is for problems as clusters.
    public var accuracy: Estimated
  }

  /// The number of problems.
  public var problems: Int
  /// The number of attempts.
  public var attempts: Int
  /// Attempts that end without an error.
  public var errorFree: Int
  /// The step accuracy before the first error: 1 − errors/steps at risk.
  public var stepAccuracy: Estimated
  /// The horizon at each success rate.
  public var horizons: [Horizon]
  /// Kaplan and Meier's curve, at the steps with errors; at most about a hundred of them.
  public var survival: [Survival]
  /// Step accuracy by position, in at most 64 ranges.
  public var positions: [Position]
  /// What to beware of.
  public var warnings: [String]

  /// Estimates horizons at success rates, from one row a step. Problems are resampled; attempts
  /// where there is one problem.
  ///
  /// - Throws: without steps, and for success rates that are not between 0 and 1.
  public init(
    _ arm: OutcomeArm, success: [Double] = [0.5, 0.8, 0.9], bootstrap: ProblemBootstrap
  ) throws(PlanningError) {
    for rate in success { try HorizonLaw.check(rate) }
    let runs = try StepRuns(arm, threads: bootstrap.threads)
    let steps = arm.steps ?? []
    problems = arm.problemCount
    attempts = runs.count
    guard attempts > 0 else { throw .tooFew("There is no attempt.") }
    warnings = []
    if runs.incomplete > 0 {
      warnings.append(
        "\(runs.incomplete) of \(attempts) attempts do not record every step from 0; missing steps "
          + "are taken to be right.")
    }
    let clusters =
      problems > 1 ? runs.byProblem : runs.byProblem.joined().map { [$0] }
    if problems == 1 {
      warnings.append("There is one problem: intervals are those of attempts at it.")
    }
    let risks = FirstErrors(clusters)
    let totals = risks.tallies.totals
    let curve = risks.curve(totals)
    errorFree = attempts - Int(curve.errors.reduce(0, +))
    let rates = success
    let draws = risks.tallies.replicates(bootstrap) { sums -> [Double] in
      let drawn = risks.curve(sums)
      let accuracy = drawn.stepAccuracy
      return [accuracy] + rates.map { drawn.length($0) }
        + rates.map { HorizonLaw.steps(stepAccuracy: accuracy, success: $0) }
    }
    func estimated(_ value: Double, _ column: Int) -> Estimated {
      bootstrap.unboundedInterval(
        around: value, draws: draws.map { $0[column] }, problems: clusters.count)
    }
    let accuracy = curve.stepAccuracy
    stepAccuracy = estimated(accuracy, 0)
    horizons = success.enumerated().map { index, rate in
      let last = curve.lastStep(rate)
      return Horizon(
        success: rate, steps: last ?? risks.lastStep, isReached: last != nil,
        length: estimated(curve.length(rate), 1 + index),
        constantLength: estimated(
          HorizonLaw.steps(stepAccuracy: accuracy, success: rate), 1 + success.count + index))
    }
    survival = curve.points(limit: 100)
    positions = PositionTallies(
      clusters, arm, lastStep: runs.lastStep(steps), threads: bootstrap.threads
    ).positions(level: bootstrap.level)
    for horizon in horizons {
      if !horizon.isReached {
        warnings.append(
          "Success stays above \(horizon.success) for all \(risks.lastStep) recorded steps; the "
            + "horizon there is a lower bound.")
      } else if horizon.length.low > horizon.constantLength.high
        || horizon.length.high < horizon.constantLength.low
      {
        warnings.append(
          "One accuracy for all steps gives another horizon at success \(horizon.success): step "
            + "accuracy changes with position.")
      }
    }
  }
}

private struct FirstErrors: Sendable {
  let lastStep: Int
  private(set) var tallies: ClusterTallies

  /// Cells: attempts whose run ends at each step, then those that end there in an error.
  init(_ clusters: [[StepRuns.Run]]) {
    lastStep = Int(clusters.lazy.joined().map(\.steps).max() ?? 0)
    tallies = ClusterTallies(cellCount: 2 * (lastStep + 1))
    for runs in clusters {
      let keys = runs.map { Int($0.steps) * 2 + ($0.failed ? 1 : 0) }.sorted()
      var at = 0
      while at < keys.count {
        var end = at + 1
        while end < keys.count, keys[end] == keys[at] { end += 1 }
        tallies.add(Double(end - at), to: keys[at] / 2)
        if keys[at] % 2 == 1 { tallies.add(Double(end - at), to: lastStep + 1 + keys[at] / 2) }
        at = end
      }
      tallies.endCluster()
    }
  }

  func curve(_ sums: [Double]) -> SurvivalCurve {
    let ends = sums[0...lastStep]
    let errors = Array(sums[(lastStep + 1)...])
    var atRisk = [Double](repeating: 0, count: lastStep + 1)
    var running = 0.0
    for step in stride(from: lastStep, through: 0, by: -1) {
      running += ends[step]
      atRisk[step] = running
    }
    var share = [Double](repeating: 1, count: lastStep + 1)
    for step in 1..<max(lastStep + 1, 1) {
      share[step] = share[step - 1] * (atRisk[step] > 0 ? 1 - errors[step] / atRisk[step] : 1)
    }
    return SurvivalCurve(atRisk: atRisk, errors: errors, share: share)
  }
}

/// Kaplan and Meier's curve; index t holds step t, from 1.
private struct SurvivalCurve {
  let atRisk: [Double]
  let errors: [Double]
  let share: [Double]

  var stepAccuracy: Double {
    1 - errors.reduce(0, +) / atRisk.dropFirst().reduce(0, +)
  }

  /// The last step with at least a share; nil where the curve stays above it.
  func lastStep(_ success: Double) -> Int? {
    share.firstIndex { $0 < success }.map { $0 - 1 }
  }

  func length(_ success: Double) -> Double {
    guard let last = lastStep(success) else { return .infinity }
    let (here, next) = (share[last], share[last + 1])
    // After the last attempt there is nothing to interpolate on a logarithmic scale.
    if next <= 0 { return Double(last) }
    return Double(last) + Double.log(success / here) / Double.log(next / here)
  }

  func points(limit: Int) -> [HorizonEstimate.Survival] {
    let steps = share.indices.dropFirst().filter { errors[$0] > 0 }
    let stride = max((steps.count + limit - 1) / limit, 1)
    return steps.enumerated().filter { $0.offset % stride == 0 || $0.element == steps.last }.map {
      HorizonEstimate.Survival(
        step: $0.element, atRisk: Int(atRisk[$0.element]), errors: Int(errors[$0.element]),
        share: share[$0.element])
    }
  }
}
