internal import Quantities
internal import Verdicts

extension StudyPage {
  /// What each arm costs at the largest size that it shares with the baseline.
  func costSection() -> ReportSection? {
    let pairs = arms.compactMap { arm -> (arm: String, rung: RungVerdict)? in
      let both = rungs(arm).filter { $0.baseline.parameters > 0 && $0.treatment.parameters > 0 }
      return both.max { ($0.rung, $0.branch) < ($1.rung, $1.branch) }.map { (arm.arm, $0) }
    }
    guard let first = pairs.first else { return nil }
    let names = [baseline] + pairs.map(\.arm)
    var titles = Self.costTitles
    var values =
      [costs(first.rung.baseline, nil)] + pairs.map { costs($0.rung.treatment, $0.rung.baseline) }
    let speeds =
      [speed(baseline, first.rung)] + pairs.map { speed($0.arm, $0.rung) }
    let hasSpeeds = speeds.contains { $0 != nil }
    if hasSpeeds {
      titles.append("Tokens/s in training")
      values = zip(values, speeds).map { $0 + [$1 ?? Wording.missing] }
    }
    let measured =
      hasSpeeds
      ? " Tokens a second: the mean and the standard deviation of the runs of this study, which trained beside others on the same machine; differences within that say nothing."
      : ""
    let sizes = Set(pairs.map(\.rung.size))
    let isWide = names.count > Self.columnLimit + 1
    let table = ReportTable(
      caption: "At the largest size\(sizes.count == 1 ? ", \(first.rung.size)" : "")",
      columns: [.init("")]
        + (isWide ? titles : names).map { .init($0, alignment: .trailing) },
      rows: isWide
        ? zip(names, values).map { [$0] + $1 }
        : titles.indices.map { row in [titles[row]] + values.map { $0[row] } },
      note:
        "In brackets: times \(baseline)'s. Parameters, FLOPs and state are counted exactly; state is what decoding keeps of one sequence.\(measured)"
    )
    var blocks: [ReportBlock] = [.table(table)]
    let others = arms.compactMap { arm -> ReportBlock? in
      let rungs = rungs(arm).filter { $0.branch == lastBranch }
      return rungs.count > 1 ? .table(ratioTable(arm.arm, rungs)) : nil
    }
    if !others.isEmpty {
      blocks.append(.details(summary: "Costs over the baseline's at every size", others))
    }
    return ReportSection("What it costs", blocks)
  }

  private static let costTitles = [
    "Parameters", "Active parameters", "Training FLOPs per token", "State per sequence",
  ]

  /// The speed of an arm's runs at a rung with their scatter; nil where there are too few to tell it.
  private func speed(_ arm: String, _ rung: RungVerdict) -> String? {
    let speeds = rows.filter {
      $0.arm == arm && $0.rung == rung.rung && $0.branch == rung.branch
        && $0.purpose == .comparison
    }.compactMap(\.outcome?.tokensPerSecond).filter { $0 > 0 && $0.isFinite }
    guard speeds.count > 1 else { return nil }
    let mean = speeds.reduce(0, +) / Double(speeds.count)
    let squares = speeds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(speeds.count - 1)).squareRoot()
    return
      "\(NumberFormat.scale(mean)) ± \(NumberFormat.scale(deviation, digits: 2)) (\(Wording.count(speeds.count, "run")))"
  }

  private func costs(_ side: RungVerdict.Side, _ baseline: RungVerdict.Side?) -> [String] {
    func cell(_ text: String, _ value: (RungVerdict.Side) -> Double?) -> String {
      guard let baseline, let own = value(side), let reference = value(baseline), own > 0,
        reference > 0
      else { return text }
      return "\(text) (\(StudyWording.ratio(own, to: reference)))"
    }
    return [
      cell(NumberFormat.scale(side.parameters), \.parameters),
      cell(NumberFormat.scale(side.activeParameters), \.activeParameters),
      cell(NumberFormat.scale(side.trainingOperationsPerToken), \.trainingOperationsPerToken),
      cell(StudyWording.bytes(side.stateBytes), \.stateBytes),
    ]
  }

  private func ratioTable(_ arm: String, _ rungs: [RungVerdict]) -> ReportTable {
    let values: [(String, (RungVerdict.Side) -> Double)] = [
      ("Parameters", \.parameters), ("Active parameters", \.activeParameters),
      ("FLOPs per token", \.trainingOperationsPerToken), ("State", \.stateBytes),
    ]
    return ReportTable(
      caption: "\(arm) over \(baseline)",
      columns: [.init("Size")] + values.map { .init($0.0, alignment: .trailing) },
      rows: rungs.map { rung in
        [rung.size]
          + values.map { StudyWording.ratio($0.1(rung.treatment), to: $0.1(rung.baseline)) }
      })
  }
}
