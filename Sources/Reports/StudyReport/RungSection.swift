internal import Quantities
internal import Verdicts

extension StudyPage {
  /// Everything that was measured at each rung, in tables.
  func rungSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for arm in arms where !rungs(arm).isEmpty {
      let tables: [ReportBlock] = [
        .table(lossTable(arm)), .table(worthTable(arm)), .table(runTable(arm)),
      ]
      // One arm is what the page is about; of many, each is looked up.
      blocks += arms.count > 2 ? [.details(summary: arm.arm, tables)] : tables
    }
    return blocks.isEmpty ? nil : ReportSection("Every size in numbers", blocks)
  }

  private func lossTable(_ arm: ArmVerdict) -> ReportTable {
    let rows = rungs(arm).map { rung -> [String] in
      [
        label(rung), NumberFormat.scale(rung.treatment.tokens),
        StudyWording.loss(rung.baseline.loss), StudyWording.loss(rung.treatment.loss),
        StudyWording.estimated(rung.difference),
      ]
    }
    let flags = rungs(arm).map { flagText($0, of: arm) }
    // A column that is empty only takes room.
    let hasFlags = flags.contains { !$0.isEmpty }
    return ReportTable(
      caption: "Losses of \(arm.arm), in nats per token",
      columns: [
        .init("Size"), .init("Tokens", alignment: .trailing),
        .init(baseline, alignment: .trailing), .init(arm.arm, alignment: .trailing),
        .init("Difference", alignment: .trailing),
      ] + (hasFlags ? [.init("Flags")] : []),
      rows: hasFlags ? zip(rows, flags).map { $0 + [$1] } : rows,
      note:
        "Size: layers × width. Losses are means over the seeds. Difference: treatment minus baseline over pairs of runs with the same seed, with its \(levelText) interval."
    )
  }

  private func worthTable(_ arm: ArmVerdict) -> ReportTable {
    ReportTable(
      caption: "The difference in per cent and in compute",
      columns: [
        .init("Size"), .init("Change of the loss", alignment: .trailing),
        .init("At equal training compute", alignment: .trailing),
        .init("Worth in compute", alignment: .trailing),
      ],
      rows: rungs(arm).map { rung in
        [
          label(rung), StudyWording.percent(rung.differencePercent),
          StudyWording.percent(rung.percentAtEqualCompute),
          StudyWording.multiplier(multiplier(arm, rung)),
        ]
      },
      note:
        "At equal training compute: corrected for what the treatment's runs cost more or less than the baseline's."
    )
  }

  private func runTable(_ arm: ArmVerdict) -> ReportTable {
    func both(_ left: String, _ right: String) -> String {
      left == right ? left : "\(left) / \(right)"
    }
    func count(_ rung: RungVerdict) -> String {
      both("\(rung.baseline.runs)", "\(rung.treatment.runs)")
    }
    let rows = rungs(arm).map { rung -> [String] in
      let (left, right) = (rung.baseline, rung.treatment)
      return [
        label(rung),
        both(
          NumberFormat.scale(left.activeParameters), NumberFormat.scale(right.activeParameters)),
        both(
          NumberFormat.flops(left.trainingOperations), NumberFormat.flops(right.trainingOperations)),
        both(StudyWording.rates(left.learningRates), StudyWording.rates(right.learningRates)),
        count(rung), "\(rung.pairs)",
        both(deviation(left.spread), deviation(right.spread)),
      ]
    }
    return ReportTable(
      caption: "Runs of \(baseline) / \(arm.arm)",
      columns: [
        .init("Size"), .init("Active parameters", alignment: .trailing),
        .init("Training FLOPs", alignment: .trailing),
        .init("Learning rate", alignment: .trailing),
        .init("Finished runs", alignment: .trailing), .init("Pairs", alignment: .trailing),
        .init("Spread over seeds", alignment: .trailing),
      ], rows: rows,
      note:
        "One number where both arms have the same. Spread: the standard deviation of the loss between seeds, in nats per token."
    )
  }

  private func deviation(_ value: Double?) -> String {
    value.map { NumberFormat.significant($0, 2) } ?? Wording.missing
  }

  /// The multiplier at a rung by its own pairs; beside the longest length where there are several.
  func multiplier(_ arm: ArmVerdict, _ rung: RungVerdict) -> IntervalEstimate {
    let own = axis(arm, .trainingCompute)?.measured.filter { $0.rung == rung.rung } ?? []
    guard
      let nearest = own.min(by: {
        abs($0.scale - rung.treatment.trainingOperations)
          < abs($1.scale - rung.treatment.trainingOperations)
      }), own.count > 1 || rung.branch == lastBranch
    else { return IntervalEstimate(.nan) }
    return nearest.multiplier
  }

  private func flagText(_ rung: RungVerdict, of arm: ArmVerdict) -> String {
    // Divergences are counted from the runs.
    var texts = arm.flags.filter { $0.rung == rung.rung && $0.reason != .diverged }.map {
      $0.arm == baseline ? "\(baseline): \($0.reason.rawValue)" : $0.reason.rawValue
    }
    for (name, side) in [("", rung.treatment), ("\(baseline): ", rung.baseline)] {
      let said = texts.contains { $0.contains("diverged") }
      if side.diverged > 0, !said { texts.append("\(name)\(side.diverged) diverged") }
      if side.failed > 0 { texts.append("\(name)\(side.failed) failed") }
    }
    return texts.joined(separator: "; ")
  }
}
