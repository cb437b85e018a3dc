extension StudyPage {
  /// What each treatment is worth, in a table, with what a reader must know before trusting it.
  func answerSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    if !reading.arms.isEmpty { blocks.append(.table(answerTable())) }
    for text in backgrounds { blocks.append(.paragraph(text)) }
    blocks += ReportBlock.cautions(cautions)
    return blocks.isEmpty ? nil : ReportSection("The answer", blocks)
  }

  /// What stands beside each verdict: how far runs were trained, whether the baseline's law fits, what
  /// more runs would buy; each once.
  var backgrounds: [String] {
    var seen: Set<String> = []
    return reading.arms.flatMap { arm -> [String] in
      let more =
        reading.arms.count > 1 && !arm.moreRuns.isEmpty
        ? "\(arm.name): \(arm.moreRuns)" : arm.moreRuns
      return [arm.training, arm.misfit, more]
    }.filter { !$0.isEmpty && seen.insert($0).inserted }
  }

  /// Why a forecast is refused, then flags, then warnings; each once.
  var cautions: [String] {
    var seen: Set<String> = []
    let refusals = reading.arms.flatMap { arm -> [String] in
      guard !arm.refusals.isEmpty else { return [] }
      let reasons = arm.refusals.joined(separator: "; ")
      return ["No forecast is given for \(arm.name): \(reasons)."]
    }
    let own = reading.arms.flatMap { arm in
      (arm.flags + arm.warnings).map { text in
        reading.arms.count > 1 && !beginsWithArm(text) ? "\(arm.name): \(text)" : text
      }
    }
    return (refusals + own + reading.warnings).map { text in
      // Names of arms are written as the study file writes them.
      let sentence = beginsWithArm(text) ? text : Wording.sentence(text)
      return sentence.hasSuffix(".") ? sentence : sentence + "."
    }.filter { seen.insert($0).inserted }
  }

  private func beginsWithArm(_ text: String) -> Bool { armNames.contains { text.hasPrefix($0) } }

  /// A column for each arm: a row for each would not fit a phone. Many arms are rows.
  private func answerTable() -> ReportTable {
    let targets = Set(reading.arms.compactMap { axis($0, .trainingCompute)?.target })
    let target = targets.count == 1 ? targets.first : nil
    let at = target.map { " at \(StudyWording.scale($0, .trainingCompute))" } ?? " at the target"
    let titles = [
      "Conclusion", "Worth at the largest size, by the line", "Worth at the largest size, measured",
      "Forecast\(at)",
      "Chance that it still helps there", "Crossover",
    ]
    let answers = reading.arms.map { arm in
      [arm.conclusion] + answer(arm)
    }
    let isWide = reading.arms.count > Self.columnLimit
    return ReportTable(
      columns: isWide
        ? [.init("Arm")] + titles.map { .init($0) }
        : [.init("")] + reading.arms.map { .init($0.name) },
      rows: isWide
        ? zip(reading.arms, answers).map { [$0.name] + $1 }
        : titles.indices.map { row in [titles[row]] + answers.map { $0[row] } },
      note:
        "Worth: by how much \(reading.baseline) would have to multiply its training compute to reach the same loss; above 1 the treatment saves compute, below 1 it wastes it. By the line: one line through all sizes; measured: the pairs of that size alone. The forecast holds for one size, with what it will have of its own. Brackets hold \(levelText) intervals. Crossover: where the two would be equally good."
    )
  }

  /// More arms than these become rows of tables.
  static let columnLimit = 3

  /// Worth, forecast, probability and crossover of an arm at equal training compute.
  private func answer(_ arm: StudyReading.Arm) -> [String] {
    guard let axis = axis(arm, .trainingCompute) else {
      return Array(repeating: Wording.missing, count: 5)
    }
    let forecast =
      axis.forecast.map { StudyWording.multiplier($0.multiplier) }
      ?? (arm.refusals.isEmpty ? Wording.missing : "refused")
    return [
      largest(axis.fitted).map { StudyWording.multiplier($0.multiplier) } ?? Wording.missing,
      largest(axis.measured).map { StudyWording.multiplier($0.multiplier) } ?? Wording.missing,
      forecast, StudyWording.probability(axis.forecast?.probabilityBetter),
      StudyWording.crossing(axis.crossing, .trainingCompute),
    ]
  }

  /// The multiplier at the largest rung.
  private func largest(_ worths: [StudyReading.Worth]) -> StudyReading.Worth? {
    worths.filter { $0.multiplier.value != nil }.max { $0.scale < $1.scale }
  }
}
