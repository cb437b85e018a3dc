internal import SamplingLaws
internal import ScalingLaws

/// What all sections of a report on recorded attempts share.
struct TestTimePage {
  let analysis: OutcomeAnalysis

  init(_ analysis: OutcomeAnalysis) { self.analysis = analysis }

  var arms: [ArmAnalysis] { analysis.arms }

  /// "90 %".
  var levelText: String {
    NumberFormat.significant(analysis.interval.level * 100, 3) + "\u{A0}%"
  }

  /// What stands before a title where there are several arms.
  func prefix(_ arm: ArmAnalysis) -> String { arms.count > 1 ? "\(arm.name): " : "" }

  /// The first arms have figures; of many, the tables hold all.
  static let shownArms = 4

  /// "41.2% [38.0, 44.5]", a share with its interval.
  static func share(_ x: Estimated) -> String {
    guard x.value.isFinite else { return Wording.missing }
    let value = NumberFormat.percent(x.value)
    guard x.low.isFinite, x.high.isFinite else { return value }
    return
      "\(value) [\(NumberFormat.fixed(x.low * 100, 1)), \(NumberFormat.fixed(x.high * 100, 1))]"
  }

  /// A difference of shares in points: "+3.1 [1.0, 5.2]".
  static func points(_ x: Estimated) -> String {
    guard x.value.isFinite else { return Wording.missing }
    func text(_ value: Double) -> String {
      value.isFinite ? NumberFormat.fixed(value * 100, 1) : "–"
    }
    return "\(x.value > 0 ? "+" : "")\(text(x.value)) [\(text(x.low)), \(text(x.high))]"
  }

  /// Selectors by short names.
  static func name(_ selector: String) -> String {
    selector.hasPrefix("majority vote") ? "majority vote" : selector
  }

  /// The results in sentences, the most important first.
  var summary: [String] {
    if arms.count == 1 { return arms.flatMap { Self.sentences($0) } }
    var lines = arms.prefix(Self.shownArms).compactMap { arm in
      Self.sentences(arm).first.map { "\(arm.name): \($0)" }
    }
    if arms.count > Self.shownArms { lines.append("\(arms.count) arms in all.") }
    lines += comparisonSentences
    lines += analysis.sizes.flatMap { $0.exchanges.prefix(1).map(\.sentence) }
    return lines
  }

  /// What is said of one arm.
  static func sentences(_ arm: ArmAnalysis) -> [String] {
    var lines: [String] = []
    let last = arm.coverage.points.last
    var first =
      "One attempt solves \(share(arm.coverage.accuracy)) of \(Wording.count(arm.problems, "problem"))"
    if let last, last.k > 1 {
      first +=
        "; among \(last.k) attempts an exact verifier finds a right one for \(share(last.coverage))"
    }
    lines.append(first + ".")
    if let rounds = arm.rounds, let end = rounds.rounds.last {
      lines.append(
        "After \(end.round) further rounds \(NumberFormat.percent(end.accuracy)) are right; the chain of rounds tends to \(rounds.stationary.map { share($0) } ?? "the same")."
      )
    }
    if let vote = arm.selectors.first(where: { $0.selector.hasPrefix("majority") }),
      let accuracy = vote.accuracy.last, let samples = vote.samples.last, samples > 1
    {
      var line = "A majority vote of \(samples) reaches \(share(accuracy))"
      if let modes = arm.modes {
        line +=
          "; it tends to \(share(modes.modeRight)), the share of problems whose most frequent answer is right"
      }
      lines.append(line + ".")
    }
    if let best = arm.selectors.filter({ !$0.selector.hasPrefix("majority") })
      .max(by: { ($0.accuracy.last?.value ?? 0) < ($1.accuracy.last?.value ?? 0) }),
      let accuracy = best.accuracy.last, let samples = best.samples.last, samples > 1
    {
      var line = "With scores, \(name(best.selector)) of \(samples) reaches \(share(accuracy))"
      if let area = arm.verifier?.overall.withinProblemArea {
        line +=
          "; at one problem the verifier ranks a right attempt above a wrong one \(share(area)) of the time"
      }
      lines.append(line + ".")
    }
    if let optimal = arm.optimalSamples {
      for scenario in optimal.scenarios where scenario.costWrong == 1 {
        lines.append(optimumSentence(scenario))
      }
    }
    if let beyond = arm.extrapolation, let far = beyond.points.last(where: \.isExtrapolated) {
      lines.append(
        "Extrapolated to \(NumberFormat.scale(far.k)) attempts, coverage is \(share(far.coverage)); its ceiling is \(share(beyond.ceiling))."
      )
    }
    if let horizon = arm.horizon?.horizons.first {
      lines.append(
        "Half of the attempts come \(horizon.isReached ? "" : "at least ")\(horizon.steps) steps far without an error."
      )
    }
    return lines
  }

  static func optimumSentence(_ scenario: OptimalSamples.Scenario) -> String {
    let cost =
      scenario.costWrong == 1
      ? "as much as" : "\(NumberFormat.significant(scenario.costWrong, 3)) times what"
    guard scenario.best > 0 else {
      return
        "If a wrong answer costs \(cost) a right one is worth, no sample that the verifier passes is worth giving."
    }
    return
      "If a wrong answer costs \(cost) a right one is worth, draw at most \(scenario.best) \(scenario.best == 1 ? "sample" : "samples") until the verifier passes: worth \(NumberFormat.withInterval(scenario.gain.value, scenario.gain.low, scenario.gain.high)) of a right answer a problem."
  }

  /// "5 (3 to 9)": the best limit and those that are as plausible.
  static func limit(_ scenario: OptimalSamples.Scenario) -> String {
    "\(scenario.best)" + (plausible(scenario).map { " (\($0))" } ?? "")
  }

  /// "3 to 9", the smallest and the largest plausible limit; nil where it is one alone.
  static func plausible(_ scenario: OptimalSamples.Scenario) -> String? {
    guard let low = scenario.plausible.min(), let high = scenario.plausible.max(), low < high else {
      return nil
    }
    return "\(low) to \(high)"
  }

  private var comparisonSentences: [String] {
    analysis.comparisons.prefix(Self.shownArms).compactMap { comparison in
      guard let last = comparison.differences.last else { return nil }
      let sure = last.pValue < 0.05
      let p = last.plainPValue.hasPrefix("<") ? "p \(last.plainPValue)" : "p = \(last.plainPValue)"
      return
        "\(comparison.first) less \(comparison.second) at \(Wording.count(last.samples, "sample")): \(Self.points(last.difference)) points (\(sure ? p : "no difference is shown, \(p)"); \(comparison.matched) problems)."
    }
  }

  /// What must be known before trusting the numbers, each once.
  var cautions: [String] {
    var seen: Set<String> = []
    let own = arms.flatMap { arm -> [String] in
      let all =
        arm.coverage.warnings + (arm.extrapolation?.warnings ?? [])
        + (arm.saturation?.warnings ?? []) + arm.selectors.flatMap(\.warnings)
        + (arm.modes?.warnings ?? []) + (arm.verifier?.warnings ?? [])
        + (arm.optimalSamples?.warnings ?? []) + (arm.thresholds?.warnings ?? [])
        + (arm.stopping?.warnings ?? []) + (arm.tokenSpread?.warnings ?? [])
        + (arm.rounds?.warnings ?? []) + (arm.horizon?.warnings ?? [])
        + (arm.selfConditioning?.warnings ?? []) + (arm.ahead?.warnings ?? [])
        + (arm.conformal?.warnings ?? []) + (arm.riskControl?.warnings ?? [])
      return all.map { prefix(arm) + Wording.sentence($0) }
    }
    let rest =
      analysis.comparisons.flatMap(\.warnings) + (analysis.costs?.warnings ?? [])
      + analysis.sizes.flatMap(\.warnings) + analysis.arise.flatMap(\.warnings)
      + (analysis.allocation?.warnings ?? []) + (analysis.transfer?.warnings ?? [])
      + analysis.cautions
    return (own + rest).map { text in
      let sentence = Wording.sentence(text)
      return sentence.hasSuffix(".") ? sentence : sentence + "."
    }.filter { seen.insert($0).inserted }
  }
}
