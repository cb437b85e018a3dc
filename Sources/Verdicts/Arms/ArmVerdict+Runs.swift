internal import Foundation
internal import Quantities
internal import ScalingLaws

extension ArmVerdict {
  /// The verdict on one arm.
  ///
  /// Laws are fitted once all arms are known, because all are drawn up to the same target.
  init(
    _ runs: ComparedRuns, baseline: String, arm: String, settings: VerdictSettings,
    learningRates: LearningRateSummary
  ) {
    let training = TrainingExtent(runs, settings: settings)
    var reach = LadderReach(runs, target: settings.target)
    if let training, training.isTooLittle {
      reach.isRefused = true
      reach.reasons += training.reasons
    }
    let builders = AxisVerdict.Axis.allCases.compactMap {
      AxisBuilder(runs, axis: $0, settings: settings)
    }
    var warnings = runs.warnings
    var axes: [AxisVerdict] = []
    for builder in builders {
      var axis = builder.verdict(refusesForecast: reach.isRefused)
      if settings.refits == 0 {
        axes.append(axis)
        continue
      }
      do throws(FitError) {
        let joint = try JointLaws(runs, along: builder, settings: settings)
        axis.comparison = joint.comparison.summary
        axis.jointLaw = joint.law.name
        axis.jointDifference = joint.comparison.joint?.choice.hypothesis.phrase
      } catch {
        warnings.append("no joint fit at equal \(builder.axis.rawValue): \(error.description)")
      }
      axes.append(axis)
    }
    if builders.isEmpty {
      warnings.append("too few finished runs of the baseline for a curve of its loss")
    }
    let compute = axes.first { $0.axis == .trainingCompute }
    if compute?.test.clusteredBySeed == true {
      warnings.append(
        "what a seed does to a pair is shared by the sizes (\(chanceText(compute?.test.pSeed ?? 1))): more sizes do not average it away, more seeds do"
      )
    }
    if let misfit = compute?.baselineMisfit, misfit.isEstablished {
      warnings.append(
        "sizes of \(baseline) lie off its own law, \(misfit.law), by \(NumberFormat.verdict(100 * misfit.sizeScatter, digits: 2)) % where seeds differ by \(NumberFormat.verdict(100 * (misfit.seedScatter ?? 0), digits: 2)) % (\(chanceText(misfit.pValue ?? 1))): what a difference of loss is worth in compute is uncertain by \(NumberFormat.verdict(100 * (builders.first { $0.axis == .trainingCompute }?.curve.relativeSlopeError ?? 0), digits: 2)) %, which the intervals include"
      )
    }
    let equal =
      training?.isTooLittle == true && compute?.test.accepted != nil
      ? .tooLittleTraining : Self.conclusion(compute, level: settings.level)
    self.arm = arm
    conclusion = equal
    pairing = runs.pairing
    let table = RungTable(
      runs: runs, compute: builders.first { $0.axis == .trainingCompute }, level: settings.level)
    rungs = table.rows
    self.axes = axes
    laws = []
    flags = RungFlags.all(runs, learningRates: learningRates, arms: [baseline, arm])
    self.reach = reach
    self.training = training
    moreRuns = compute?.test.moreRuns.map { $0.sentence(from: runs.rungs.count) }
    unmeasured = Self.unmeasured(runs, reach: reach, learningRates: learningRates, axis: compute)
    sentences =
      ArmSentences(
        arm: arm, baseline: baseline, conclusion: equal, compute: compute,
        parameters: axes.first { $0.axis == .activeParameters }, reach: reach,
        pairing: runs.pairing, training: training, level: settings.level
      ).all
    self.warnings = warnings
  }

  /// The largest factor that runs may have missed and still be said to show no difference.
  private static let largestMissed = 1.5

  /// The class at equal training FLOPs: whether there is a difference by the test, and where by the
  /// regression at the two ends of the ladder.
  static func conclusion(_ axis: AxisVerdict?, level: Double) -> Conclusion {
    guard let axis, let accepted = axis.test.accepted else { return .undecided }
    switch accepted {
    case .noDifference:
      // Runs that could have missed a large difference do not show that there is none.
      return (axis.smallestDetectable ?? .infinity) <= Self.largestMissed
        ? .noDifference : .undecided
    case .differsBySize: return .differsBySize
    case .constant: return (axis.test.logFactor.value ?? 0) > 0 ? .helps : .hurts
    case .changesWithScale: break
    }
    let sure = (1 + level) / 2
    func sign(_ worth: AxisVerdict.Worth?) -> Int {
      guard let probability = worth?.probabilityBetter else { return 0 }
      return probability >= sure ? 1 : probability <= 1 - sure ? -1 : 0
    }
    let slope = axis.test.slope.value ?? 0
    let crossesBeyond = axis.crossing?.place == .beyond
    switch (sign(axis.fitted.first), sign(axis.fitted.last)) {
    case (-1, 1): return .overtakes
    case (1, -1): return .fallsBehind
    case (1, 1): return slope < 0 && crossesBeyond ? .fades : .helps
    case (-1, -1): return slope > 0 && crossesBeyond ? .catchesUp : .hurts
    case (1, 0): return .fades
    case (-1, 0): return .catchesUp
    case (0, 1): return .helps
    case (0, -1): return .hurts
    default: return .undecided
    }
  }

  /// What nobody measured.
  private static func unmeasured(
    _ runs: ComparedRuns, reach: LadderReach, learningRates: LearningRateSummary,
    axis: AxisVerdict?
  ) -> [String] {
    var result: [String] = []
    if reach.seeds == 1 { result.append("more than one seed") }
    if learningRates.sweeps.isEmpty {
      result.append("other learning rates")
    } else if learningRates.mode != .sweptEverywhere {
      result.append("other learning rates at every rung")
    }
    if runs.branches.count < 2 { result.append("other lengths of training at each size") }
    if let axis {
      result.append("any scale above \(NumberFormat.verdict(axis.dataRange[1])) training FLOPs")
    }
    let metrics = Set(runs.pairs.flatMap { ($0.treatment.outcome?.metrics ?? [:]).keys })
    if !metrics.contains(where: { $0.contains("accuracy") }) { result.append("downstream tasks") }
    if !metrics.contains(where: { $0.contains("decod") || $0.contains("latency") }) {
      result.append("speed of decoding")
    }
    return result
  }
}
