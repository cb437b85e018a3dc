internal import Quantities
internal import RunTables
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
  static func points(_ x: Estimated) -> String { points(x, unit: "", sign: "+") }

  /// A difference of shares in a sentence: "+3.1 points [1.0, 5.2]".
  static func pointsInWords(_ x: Estimated) -> String { points(x, unit: " points", sign: "+") }

  private static func points(_ x: Estimated, unit: String, sign: String) -> String {
    guard x.value.isFinite else { return Wording.missing }
    func text(_ value: Double) -> String {
      value.isFinite ? NumberFormat.fixed(value * 100, 1) : Wording.missing
    }
    return "\(x.value > 0 ? sign : "")\(text(x.value))\(unit) [\(text(x.low)), \(text(x.high))]"
  }

  static func name(_ selector: String) -> String {
    selector.hasPrefix("majority vote") ? "majority vote" : selector
  }

  /// The results in sentences, the most important first.
  var summary: [String] {
    if arms.count == 1 { return arms.flatMap { Self.sentences($0) } + strategySentences }
    var lines = arms.prefix(Self.shownArms).compactMap { arm in
      Self.sentences(arm).first.map { "\(arm.name): \($0)" }
    }
    if arms.count > Self.shownArms { lines.append("\(arms.count) arms in all.") }
    return lines + jointSentences(comparisons: 6)
  }

  /// What is said of the arms together; comparisons beyond the limit are left to their table.
  func jointSentences(comparisons most: Int) -> [String] {
    shownComparisons(most) + analysis.sizes.flatMap { $0.exchanges.prefix(1).map(\.sentence) }
      + strategySentences
  }

  static func sentences(_ arm: ArmAnalysis) -> [String] {
    var lines = [first(arm)]
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
    lines += scoreSentences(arm)
    if let optimal = arm.optimalSamples {
      for scenario in optimal.scenarios where scenario.costWrong == 1 {
        lines.append(optimumSentence(scenario))
      }
    }
    for asked in arm.asked {
      guard let coverage = asked.coverage else {
        lines.append(
          "Coverage at \(NumberFormat.scale(asked.k)) attempts cannot be told from these attempts.")
        continue
      }
      lines.append(
        "\(asked.isExtrapolated ? "Extrapolated to" : "With") \(NumberFormat.scale(asked.k)) \(asked.k == 1 ? "attempt" : "attempts") coverage is \(share(coverage))."
      )
    }
    if let beyond = arm.extrapolation, let far = beyond.points.last(where: \.isExtrapolated) {
      lines.append(
        arm.asked.contains { $0.k == far.k }
          ? "The ceiling of coverage is \(share(beyond.ceiling))."
          : "Extrapolated to \(NumberFormat.scale(far.k)) attempts, coverage is \(share(far.coverage)); its ceiling is \(share(beyond.ceiling))."
      )
    }
    if let horizon = arm.horizon?.horizons.first {
      lines.append(
        "\(NumberFormat.percent(horizon.success, decimals: 0)) of the attempts come \(horizon.isReached ? "" : "at least ")\(horizon.steps) steps far without an error."
      )
    }
    return lines
  }

  /// How often it is right, by what its rows are.
  private static func first(_ arm: ArmAnalysis) -> String {
    let accuracy = share(arm.coverage.accuracy)
    let problems = Wording.count(arm.problems, "problem")
    let last = arm.coverage.points.last
    switch arm.kind {
    case .answer:
      let tokens = arm.tokens.map { " with \(NumberFormat.scale($0.value)) tokens each" } ?? ""
      return "Its answers are right for \(accuracy) of \(problems)\(tokens)."
    case .candidate:
      guard let last, last.k > 1 else { return "Its attempts solve \(accuracy) of \(problems)." }
      return
        "Among the \(last.k) candidates of a search a right one is found for \(share(last.coverage)) of \(problems); of single candidates \(accuracy) are right."
    case .sample:
      guard let last, last.k > 1 else { return "One attempt solves \(accuracy) of \(problems)." }
      return
        "One attempt solves \(accuracy) of \(problems); among \(last.k) attempts an exact verifier finds a right one for \(share(last.coverage))."
    }
  }

  /// Choices by the score, with what is known of that score, and the best of all ways to choose.
  private static func scoreSentences(_ arm: ArmAnalysis) -> [String] {
    var lines: [String] = []
    if let best = arm.selectors.first(where: { $0.selector == "best of n" }),
      let accuracy = best.accuracy.last, let samples = best.samples.last, samples > 1
    {
      let named = arm.key["verifier"].flatMap { ["", "none"].contains($0) ? nil : $0 }
      var line =
        "The attempt of \(samples) with the highest score\(named.map { " by \($0)" } ?? "") is right for \(share(accuracy))"
      if let area = arm.verifier?.overall.withinProblemArea {
        line +=
          "; at one problem that score ranks a right attempt above a wrong one \(share(area)) of the time"
      }
      lines.append(line + ".")
    }
    if let choice = arm.choice, choice.selectors > 2 {
      lines.append(
        "Of \(choice.selectors) ways to choose one of \(choice.samples), \(shortName(choice.best)) is the best here with \(share(choice.accuracy)); as the best of so many it is flattered: chosen on other problems than it is judged on, the best way reaches \(share(choice.crossFitted))."
      )
    }
    return lines
  }

  /// A selector without the options that all have.
  static func shortName(_ selector: String) -> String {
    selector.hasPrefix("majority")
      ? "majority vote"
      : selector.replacing("; unparseable: discard", with: "")
        .replacing("; unparseable: singleton", with: "")
  }

  static func optimumSentence(_ scenario: OptimalSamples.Scenario) -> String {
    let cost =
      scenario.costWrong == 1
      ? "as much as" : "\(NumberFormat.significant(scenario.costWrong, 3)) times what"
    let start = "If a wrong answer costs \(cost) a right one is worth,"
    let worth =
      "\(NumberFormat.withInterval(scenario.gain.value, scenario.gain.low, scenario.gain.high)) of a right answer a problem"
    guard let best = scenario.best else {
      return
        "\(start) draw until the verifier passes, without a limit: what it passes is worth giving at every problem. With the \(scenario.recordedBest) recorded that is worth \(worth)."
    }
    guard best > 0 else {
      return "\(start) no sample that the verifier passes is worth giving."
    }
    let limit =
      scenario.isAtEnd
      ? "draw at least the \(best) samples that were recorded"
      : "draw at most \(best) \(best == 1 ? "sample" : "samples")"
    return "\(start) \(limit) until the verifier passes: worth \(worth)."
  }

  /// "5 (3 to 9)": the best limit and those that are as plausible; "none" where more are always better.
  static func limit(_ scenario: OptimalSamples.Scenario) -> String {
    guard let best = scenario.best else { return "none" }
    return "\(best)\(scenario.isAtEnd && best > 1 ? " or more" : "")"
      + (plausible(scenario).map { " (\($0))" } ?? "")
  }

  /// "3 to 9", the smallest and the largest plausible limit; nil where it is one alone.
  static func plausible(_ scenario: OptimalSamples.Scenario) -> String? {
    guard scenario.best != nil, let low = scenario.plausible.min(),
      let high = scenario.plausible.max(), low < high
    else { return nil }
    return "\(low) to \(high)"
  }

  private func shownComparisons(_ most: Int) -> [String] {
    let all = comparisonSentences
    if all.count <= most { return all }
    return all.prefix(most)
      + ["\(Wording.count(all.count - most, "further comparison")) of arms in the report's table."]
  }

  /// What two arms are compared in: "with a majority vote"; nil where their names say it.
  private func comparedArms(
    _ comparison: PairedComparison
  ) -> (first: String, second: String, how: String?) {
    func parts(_ name: String) -> (arm: String, selector: String)? {
      arms.map(\.name).filter { name.hasPrefix($0 + ", ") }.max { $0.count < $1.count }
        .map { ($0, String(name.dropFirst($0.count + 2))) }
    }
    guard let first = parts(comparison.first), let second = parts(comparison.second),
      first.selector == second.selector
    else { return (comparison.first, comparison.second, nil) }
    let how =
      switch Self.shortName(first.selector) {
      case "coverage": "in coverage"
      case "majority vote": "with a majority vote"
      case "best of n": "with the best of n by score"
      case "answer": "in their answers"
      case let other: "with the \(other)"
      }
    return (first.arm, second.arm, how)
  }

  /// A sentence for each two arms and each way to choose; one at equal tokens goes with the one at
  /// equal samples.
  private var comparisonSentences: [String] {
    var sentences: [String] = []
    var last: (first: String, second: String, how: String?)?
    /// Whether the last sentence is of the second arm's lead, so that what follows is told of it too.
    var isOfSecond = false
    var hasWinner = false
    for comparison in analysis.comparisons {
      guard let end = comparison.differences.last else { continue }
      let names = comparedArms(comparison)
      let p =
        "<>".contains(end.plainPValue.prefix(1))
        ? "p \(end.plainPValue)" : "p = \(end.plainPValue)"
      let amount =
        comparison.isAtEqualTokens
        ? "\(NumberFormat.scale(Double(end.samples))) tokens each"
        : Wording.count(end.samples, "sample")
      if comparison.isAtEqualTokens, names.how != nil, let before = last, before == names,
        let sentence = sentences.popLast()
      {
        let margin = isOfSecond ? Self.negated(end.difference) : end.difference
        let even =
          hasWinner
          ? "by \(Self.points(margin, unit: " points", sign: ""))" : Self.pointsInWords(margin)
        sentences.append("\(sentence.trimmingSuffix(".")); at \(amount) \(even) (\(p)).")
        continue
      }
      last = names
      hasWinner = end.pValue < 0.05
      isOfSecond = hasWinner && end.difference.value < 0
      let how = names.how.map { " \($0)" } ?? ""
      let place = "\(how) at \(amount) over \(Wording.count(comparison.matched, "problem"))"
      guard hasWinner else {
        sentences.append(
          "No difference is shown between \(names.first) and \(names.second)\(place): \(Self.pointsInWords(end.difference)) (\(p))."
        )
        continue
      }
      let (winner, loser) =
        isOfSecond ? (names.second, names.first) : (names.first, names.second)
      let margin = isOfSecond ? Self.negated(end.difference) : end.difference
      sentences.append(
        "\(winner) beats \(loser) by \(Self.points(margin, unit: " points", sign: ""))\(place) (\(p))."
      )
    }
    return sentences
  }

  private static func negated(_ x: Estimated) -> Estimated {
    Estimated(value: -x.value, low: -x.high, high: -x.low)
  }

  private var strategySentences: [String] {
    let effort = analysis.arise.map { arise in
      let levels = arise.levels.map {
        "\($0.label): \(NumberFormat.percent($0.accuracy.value)) with \(NumberFormat.scale($0.tokens.value)) tokens"
      }
      let score = Wording.estimated(arise.score)
      return
        "\(arise.name.isEmpty ? "" : "\(arise.name), ")levels of effort: \(levels.joined(separator: "; ")). ARISE \(score).\(Self.turn(arise))"
    }
    let allocations = analysis.allocations.flatMap { allocation in
      allocation.budgets.filter { $0.fixed.count > 1 }.map { budget in
        let with = allocation.verifier.isEmpty ? "" : " with \(allocation.verifier)"
        let gain = budget.gainOverBestFixed
        let sure = gain.low > 0 ? "" : gain.high < 0 ? "" : ", which is no gain that is shown"
        return
          "Budget \(NumberFormat.scale(budget.budget))\(with): strategies chosen by difficulty reach \(Self.share(budget.accuracy)), \(Self.pointsInWords(gain)) over the best one for all\(sure)."
      }
    }
    return effort + allocations + analysis.cascades.compactMap { Self.sentence($0) }
      + (analysis.repeats.map { [Self.sentence($0)] } ?? [])
  }

  /// Where more effort begins to hurt.
  static func turn(_ arise: ARISE) -> String {
    guard let curve = arise.curve else { return "" }
    guard curve.falls else { return " No fall with more effort is shown." }
    return curve.peak.map {
      " Accuracy falls with more than \(NumberFormat.scale($0.value)) tokens [\(NumberFormat.scale($0.low)), \(NumberFormat.scale($0.high))]."
    } ?? " Accuracy falls from the smallest effort on."
  }

  /// What handing over is worth and costs.
  static func sentence(_ cascade: Cascade) -> String? {
    guard let result = cascade.report.cascade else { return nil }
    return
      "\(cascade.draft) hands \(share(result.handedOver)) of its attempts over to \(cascade.target): \(share(result.accuracy)) right, where it alone has \(NumberFormat.percent(result.draftAccuracy.value)) and the other \(NumberFormat.percent(result.targetAccuracy.value)); \(pointsInWords(result.gainOverRandom)) over handing as many over blindly. An attempt costs \(Wording.estimated(result.cost)), one of the other alone \(NumberFormat.scale(result.targetCost))."
  }

  private static func sentence(_ repeats: RepeatReplay) -> String {
    let levels = repeats.levels.map {
      "\($0.label) \(NumberFormat.fixed($0.meanRepeats, 2)) repeats a problem, \(NumberFormat.percent($0.atMaximum, decimals: 0)) of problems the most, \(NumberFormat.percent($0.short, decimals: 0)) short of recorded ones"
    }
    return
      "From \(repeats.rule.minimum) to \(repeats.rule.maximum) repeats while accuracy and tokens scatter by more than \(NumberFormat.significant(repeats.rule.threshold, 3)): \(levels.joined(separator: "; "))."
  }

  /// What was not made of the arms together, a sentence each.
  var unmade: [String] {
    analysis.omissions.map { "\(Wording.sentence($0.analysis)) not made: \($0.reason)" }
  }

  /// What must be known before trusting the numbers, each once: what spoils all of them first, then
  /// what spoils choices and verifiers, then what goes beyond the records. What holds for several arms
  /// is said once.
  var cautions: [String] {
    let kinds: [(ArmAnalysis) -> [String]] = [
      { arm in
        let isSearch = arm.kind == .candidate && arm.coverage.medianN > 1
        return isSearch
          ? [
            "Its rows are candidates of one search, which depend on each other: no pass@k, no votes."
          ] : []
      },
      { $0.coverage.warnings },
      { ($0.verifier?.warnings ?? []) + ($0.optimalSamples?.warnings ?? []) },
      { ($0.extrapolation?.warnings ?? []) + ($0.saturation?.warnings ?? []) },
      { ($0.thresholds?.warnings ?? []) + ($0.stopping?.warnings ?? []) },
      { ($0.conformal?.warnings ?? []) + ($0.riskControl?.warnings ?? []) },
      { ($0.rounds?.warnings ?? []) + ($0.horizon?.warnings ?? []) },
      { ($0.selfConditioning?.warnings ?? []) + ($0.ahead?.warnings ?? []) },
      { $0.selectors.flatMap(\.warnings) + ($0.modes?.warnings ?? []) },
      { $0.tokenSpread?.warnings ?? [] },
    ]
    let joint =
      analysis.comparisons.flatMap(\.warnings) + (analysis.costs?.warnings ?? [])
      + analysis.sizes.flatMap(\.warnings) + analysis.arise.flatMap(\.warnings)
      + analysis.allocations.flatMap(\.warnings) + (analysis.transfer?.warnings ?? [])
    let own = kinds.map { cautions(of: $0) }
    var seen: Set<String> = []
    let ordered = own.prefix(2).flatMap(\.self) + joint + own.dropFirst(2).flatMap(\.self)
    return (ordered + unmade + analysis.cautions).map { text in
      // Names of arms are written as the table writes them.
      let sentence = arms.contains { text.hasPrefix($0.name) } ? text : Wording.sentence(text)
      return sentence.hasSuffix(".") ? sentence : sentence + "."
    }.filter { seen.insert($0).inserted }
  }

  /// The cautions of one kind of all arms; those that several arms share are said once, of all.
  private func cautions(of kind: (ArmAnalysis) -> [String]) -> [String] {
    var order: [String] = []
    var names: [String: [String]] = [:]
    for arm in arms {
      for text in kind(arm) {
        if names[text] == nil { order.append(text) }
        if names[text]?.contains(arm.name) != true { names[text, default: []].append(arm.name) }
      }
    }
    return order.map { text in
      let sharing = names[text] ?? []
      guard arms.count > 1 else { return text }
      let who = sharing.count == arms.count ? "All arms" : Wording.list(sharing)
      return "\(who): \(Wording.sentence(text))"
    }
  }
}
