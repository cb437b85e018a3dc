internal import Quantities
internal import ScalingLaws

extension StudyVerdict {
  /// Reaches a verdict on each treated arm of a study.
  ///
  /// Runs that have not ended, failed or diverged are named and left out; whatever they leave
  /// unanswered is said, never thrown. Sweeps of learning rates are among the rows. What sampling
  /// brings is added by ``add(samplesOf:curves:)``.
  ///
  /// - Throws: ``VerdictError`` where there is nothing to compare or a setting is out of range.
  public init(
    of rows: [StudyRow], baseline: String, settings: VerdictSettings = VerdictSettings()
  ) throws(VerdictError) {
    try settings.check()
    var arms: [String] = []
    for row in rows where row.purpose == .comparison && !arms.contains(row.arm) {
      arms.append(row.arm)
    }
    guard arms.contains(baseline) else { throw .noBaseline(name: baseline, arms: arms) }
    let treated = arms.filter { $0 != baseline }
    guard !treated.isEmpty || settings.sampling != nil else {
      throw .noTreatment(baseline: baseline)
    }
    let learningRates = LearningRateSummary(rows, usesMuP: settings.usesMuP)
    self.baseline = baseline
    self.settings = settings
    self.learningRates = learningRates
    var verdicts: [ArmVerdict] = []
    var compared: [ComparedRuns] = []
    for arm in treated {
      let runs = ComparedRuns(rows, baseline: baseline, arm: arm)
      compared.append(runs)
      verdicts.append(
        ArmVerdict(
          runs, baseline: baseline, arm: arm, settings: settings, learningRates: learningRates))
    }
    var target: [AxisVerdict.Axis: Double] = [:]
    for axis in verdicts.flatMap(\.axes) {
      target[axis.axis] = max(target[axis.axis] ?? 0, axis.target)
    }
    for (index, runs) in compared.enumerated() {
      verdicts[index].laws = ArmLaw.fits(
        to: runs.finishedTreatment, arm: treated[index], branches: runs.branches.count,
        settings: settings, refusesForecast: verdicts[index].reach.isRefused, target: target)
    }
    // The baseline beside itself: its finished runs, one a place.
    let own = ComparedRuns(rows, baseline: baseline, arm: baseline)
    sampling = nil
    self.arms = verdicts
    baselineLaws = ArmLaw.fits(
      to: own.finishedBaseline, arm: baseline, branches: own.branches.count, settings: settings,
      refusesForecast: LadderReach(own, target: settings.target).isRefused, target: target)
    var warnings: [String] = []
    if treated.count > 3 {
      warnings.append(
        "\(treated.count) arms were tested at \(NumberFormat.verdict(settings.significance)) each: about \(NumberFormat.verdict(settings.significance * Double(treated.count), digits: 2)) of them would show a difference by chance"
      )
    }
    self.warnings = warnings
  }
}
