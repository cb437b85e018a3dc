internal import Quantities
internal import Verdicts

extension StudyPage {
  /// What each treatment is worth, in a table, with what a reader must know before trusting it.
  func answerSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    if !arms.isEmpty { blocks.append(.table(answerTable())) }
    for text in backgrounds { blocks.append(.paragraph(text)) }
    blocks += ReportBlock.cautions(cautions)
    return blocks.isEmpty ? nil : ReportSection("The answer", blocks)
  }

  /// What stands beside each verdict: how far runs were trained, whether the baseline's law fits, what
  /// more runs would buy; each once.
  var backgrounds: [String] {
    var seen: Set<String> = []
    return arms.flatMap { arm -> [String] in
      let more = arm.moreRuns.map { arms.count > 1 ? "\(arm.arm): \($0)" : $0 }
      let misfit = arm.atEqualCompute?.baselineMisfit.map(misfitText)
      return [arm.training?.sentence, misfit, more].compactMap(\.self)
    }.filter { !$0.isEmpty && seen.insert($0).inserted }
  }

  /// How the baseline's own runs lie about its law.
  private func misfitText(_ misfit: LawMisfit) -> String {
    let sizes = NumberFormat.percent(misfit.sizeScatter, decimals: 2)
    guard let p = misfit.pValue, let seeds = misfit.seedScatter else {
      return
        "Runs of \(baseline) lie within \(sizes) of its own law, \(misfit.law) (a standard deviation); one seed does not tell sizes from seeds."
    }
    let text =
      misfit.isEstablished ? "does not fit its sizes" : "fits its sizes within what seeds explain"
    return
      "The law of \(baseline), \(misfit.law), \(text) (\(StudyWording.chance(p))): beyond seeds, which differ by \(NumberFormat.percent(seeds, decimals: 2)), sizes lie off it by \(sizes)."
  }

  /// Why a forecast is refused, then flags, then warnings; each once.
  var cautions: [String] {
    var seen: Set<String> = []
    let refusals = arms.flatMap { arm -> [String] in
      guard arm.reach.isRefused, !arm.reach.reasons.isEmpty else { return [] }
      let reasons = arm.reach.reasons.joined(separator: "; ")
      return ["No forecast is given for \(arm.arm): \(reasons)."]
    }
    let own = arms.flatMap { arm in
      let weak =
        arm.reach.isRefused || arm.reach.reasons.isEmpty
        ? [] : ["the forecast is weak: \(arm.reach.reasons.joined(separator: "; "))"]
      return (arm.flags.map(\.sentence) + arm.warnings + weak).map { text in
        arms.count > 1 && !beginsWithArm(text) ? "\(arm.arm): \(text)" : text
      }
    }
    return (refusals + own + study.verdict.warnings).map { text in
      // Names of arms are written as the study file writes them.
      let sentence = beginsWithArm(text) ? text : Wording.sentence(text)
      return sentence.hasSuffix(".") ? sentence : sentence + "."
    }.filter { seen.insert($0).inserted }
  }

  private func beginsWithArm(_ text: String) -> Bool { armNames.contains { text.hasPrefix($0) } }

  /// A column for each arm: a row for each would not fit a phone. Many arms are rows.
  private func answerTable() -> ReportTable {
    let targets = Set(arms.compactMap { axis($0, .trainingCompute)?.target })
    let target = targets.count == 1 ? targets.first : nil
    let at = target.map { " at \(StudyWording.scale($0, .trainingCompute))" } ?? " at the target"
    let titles = [
      "Conclusion", "Worth at the largest size, by the line", "Worth at the largest size, measured",
      "Forecast\(at)",
      "Chance that it still helps there", "Crossover",
    ]
    let answers = arms.map { arm in
      [arm.conclusion.rawValue] + cells(arm)
    }
    let isWide = arms.count > Self.columnLimit
    return ReportTable(
      columns: isWide
        ? [.init("Arm")] + titles.map { .init($0) }
        : [.init("")] + arms.map { .init($0.arm) },
      rows: isWide
        ? zip(arms, answers).map { [$0.arm] + $1 }
        : titles.indices.map { row in [titles[row]] + answers.map { $0[row] } },
      note:
        "Worth: by how much \(baseline) would have to multiply its training compute to reach the same loss; above 1 the treatment saves compute, below 1 it wastes it. By the line: one line through all sizes; measured: the pairs of that size alone. The forecast holds for one size, with what it will have of its own. Brackets hold \(levelText) intervals. Crossover: where the two would be equally good."
    )
  }

  /// More arms than these become rows of tables.
  static let columnLimit = 3

  /// Worth, forecast, probability and crossover of an arm at equal training compute.
  private func cells(_ arm: ArmVerdict) -> [String] {
    guard let axis = axis(arm, .trainingCompute) else {
      return Array(repeating: Wording.missing, count: 5)
    }
    let forecast =
      axis.forecast.map { StudyWording.multiplier($0.multiplier) }
      ?? (!arm.reach.isRefused ? Wording.missing : "refused")
    return [
      largest(axis.fitted).map { StudyWording.multiplier($0.multiplier) } ?? Wording.missing,
      largest(axis.measured).map { StudyWording.multiplier($0.multiplier) } ?? Wording.missing,
      forecast, StudyWording.probability(axis.forecast?.probabilityBetter),
      StudyWording.crossing(axis.crossing, .trainingCompute),
    ]
  }

  /// The multiplier at the largest rung.
  private func largest(_ worths: [AxisVerdict.Worth]) -> AxisVerdict.Worth? {
    worths.filter { $0.multiplier.value != nil }.max { $0.scale < $1.scale }
  }
}
