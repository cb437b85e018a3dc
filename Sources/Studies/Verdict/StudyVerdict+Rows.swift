internal import Quantities
internal import ScalingLaws

/// Why there is no verdict.
public enum VerdictError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No row belongs to the baseline.
  case noBaseline(name: String, arms: [String])
  /// No row belongs to any other arm.
  case noTreatment(baseline: String)
  /// A setting cannot be used.
  case badSetting(String)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .noBaseline(let name, let arms):
      "no run belongs to the baseline \(name); the arms are \(arms.joined(separator: ", "))"
    case .noTreatment(let baseline):
      "all runs belong to the baseline \(baseline), so there is nothing to compare it with"
    case .badSetting(let sentence): sentence
    }
  }
}

extension StudyVerdict {
  /// Reaches a verdict on each treated arm of a study.
  ///
  /// Runs that have not ended, failed or diverged are named and left out; whatever they leave
  /// unanswered is said, never thrown.
  ///
  /// - Parameters:
  ///   - rows: the runs of the study, sweeps of learning rates included.
  ///   - baseline: the arm that all others are compared with.
  ///   - settings: how to reach it.
  /// What sampling brings is added by ``add(samplesOf:curves:)``.
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
    self.arms = treated.map {
      ArmVerdict(
        rows, baseline: baseline, arm: $0, settings: settings, learningRates: learningRates)
    }
    // The baseline beside itself: its finished runs, one a place.
    let own = ComparedRuns(rows, baseline: baseline, arm: baseline)
    let reach = LadderReach(own, target: settings.target)
    sampling = nil
    baselineLaws = ((try? ArmLaw.laws(settings, branches: own.branches.count)) ?? []).map {
      ArmLaw(
        $0, to: own.finishedBaseline, arm: baseline, settings: settings,
        refusesForecast: reach.isRefused)
    }
    var warnings: [String] = []
    if treated.count > 3 {
      warnings.append(
        "\(treated.count) arms were tested at \(NumberFormat.verdict(settings.significance)) each: about \(NumberFormat.verdict(settings.significance * Double(treated.count), digits: 2)) of them would show a difference by chance"
      )
    }
    self.warnings = warnings
  }
}

extension VerdictSettings {
  /// Refuses numbers that make no sense.
  func check() throws(VerdictError) {
    func bad(_ name: String, _ found: Double, _ expected: String) -> VerdictError {
      .badSetting("\(name): found \(found), expected \(expected)")
    }
    guard level > 0, level < 1 else { throw bad("level", level, "a number between 0 and 1") }
    guard significance > 0, significance < 1 else {
      throw bad("significance", significance, "a number between 0 and 1")
    }
    guard refits >= 0 else { throw bad("refits", Double(refits), "0 or more") }
    switch target {
    case .trainingOperations(let value), .activeParameters(let value):
      guard value > 0, value.isFinite else { throw bad("target", value, "a positive number") }
    case .none: break
    }
    for name in laws {
      do throws(FitError) {
        _ = try LawCatalog.law(named: name)
      } catch {
        throw .badSetting(error.description)
      }
    }
  }
}
