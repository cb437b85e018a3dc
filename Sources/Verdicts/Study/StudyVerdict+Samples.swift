internal import RunTables
internal import SamplingLaws

extension StudyVerdict {
  /// Adds what sampling the trained models several times brings.
  ///
  /// Attempts at the same problems by models of one size and several seeds are averaged problem by
  /// problem; problems are what is resampled.
  public mutating func add(
    samplesOf rows: [StudyRow], curves: (StudyRow) throws -> [StepCurve]
  ) rethrows {
    guard let axis = settings.sampling else { return }
    let last = rows.map(\.branch).max() ?? 0
    var verdicts: [SamplingVerdict] = []
    for arm in [baseline] + arms.map(\.arm) {
      let own = rows.filter {
        $0.arm == arm && $0.purpose == .comparison && $0.branch == last && $0.finishedLoss != nil
      }
      var sampled: [(row: StudyRow, attempts: OutcomeArm)] = []
      for row in own {
        if let attempts = SampledAttempts.arm(of: row, curves: try curves(row)) {
          sampled.append((row, attempts))
        }
      }
      guard !sampled.isEmpty else { continue }
      verdicts.append(SamplingVerdict(arm: arm, sampled: sampled, axis: axis, settings: settings))
    }
    sampling = verdicts.isEmpty ? nil : verdicts
  }
}
