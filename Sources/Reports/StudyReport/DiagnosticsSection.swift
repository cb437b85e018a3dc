internal import Quantities
internal import Verdicts

extension StudyPage {
  /// A number that runs measure of themselves.
  private struct Measure {
    var name: String
    var title: String
    var explanation: String
  }

  private static let measures = [
    Measure(
      name: "attention_entropy", title: "Attention entropy",
      explanation: "mean entropy of attention weights in nats; near 0 a head looks at one token"),
    Measure(
      name: "attention_entropy_min", title: "Lowest entropy",
      explanation: "the same of the most concentrated head"),
    Measure(
      name: "sink_mass", title: "Sink mass",
      explanation: "mean share of attention on the first token"),
    Measure(
      name: "sink_mass_max", title: "Highest sink mass",
      explanation: "the same of the head with the most"),
    Measure(
      name: "highest_attention_score", title: "Highest score",
      explanation: "the largest attention score before the softmax; growth warns of divergence"),
    Measure(
      name: "logit_rms", title: "Logit size",
      explanation: "root mean square of the logits"),
    Measure(
      name: "final_activation_rms", title: "Activation size",
      explanation: "root mean square of the last layer's output"),
    Measure(
      name: "router_load_max", title: "Highest router load",
      explanation: "the busiest part's share of tokens over the even share; 1 is balanced"),
    Measure(
      name: "router_unused", title: "Unused parts",
      explanation: "share of routed parts that no token chose"),
    Measure(
      name: "router_dropped", title: "Dropped tokens",
      explanation: "share of tokens for which a chosen part had no room"),
  ]

  /// What runs measured of themselves, where they did.
  func diagnosticsSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    var shown: [Measure] = []
    for arm in arms {
      let rungs = rungs(arm)
      let sides = rungs.flatMap { [$0.baseline, $0.treatment] }
      let names = Set(sides.flatMap(\.diagnostics.keys))
      let measures = Self.measures.filter { names.contains($0.name) }
      let others = names.subtracting(Self.measures.map(\.name)).sorted().map {
        Measure(name: $0, title: $0.replacing("_", with: " "), explanation: "")
      }
      let hasDivergence = sides.contains { $0.diverged > 0 }
      guard !measures.isEmpty || !others.isEmpty || hasDivergence else { continue }
      shown += (measures + others).filter { measure in
        !shown.contains { $0.name == measure.name }
      }
      blocks.append(.table(diagnosticTable(arm, rungs, measures + others, hasDivergence)))
    }
    guard !blocks.isEmpty else { return nil }
    let explained = shown.filter { !$0.explanation.isEmpty }
    if !explained.isEmpty {
      let text = explained.map { "\($0.title): \($0.explanation)." }.joined(separator: " ")
      blocks.append(.paragraph(text))
    }
    return ReportSection("How the models behaved", blocks)
  }

  private func diagnosticTable(
    _ arm: ArmVerdict, _ rungs: [RungVerdict], _ measures: [Measure],
    _ hasDivergence: Bool
  ) -> ReportTable {
    func cell(_ rung: RungVerdict, _ name: String) -> String {
      let values = [rung.baseline, rung.treatment].map { side in
        side.diagnostics[name].flatMap { $0.isFinite ? NumberFormat.significant($0, 3) : nil }
      }
      guard values.contains(where: { $0 != nil }) else { return Wording.missing }
      return values.map { $0 ?? Wording.missing }.joined(separator: " / ")
    }
    var columns: [TextTable.Column] = [.init("Size")]
    if hasDivergence { columns.append(.init("Diverged runs", alignment: .trailing)) }
    columns += measures.map { .init($0.title, alignment: .trailing) }
    return ReportTable(
      caption: "\(baseline) / \(arm.arm)", columns: columns,
      rows: rungs.map { rung in
        let diverged = "\(rung.baseline.diverged) / \(rung.treatment.diverged)"
        return [label(rung)] + (hasDivergence ? [diverged] : [])
          + measures.map { cell(rung, $0.name) }
      }, note: "Means over the last tenth of training and over the seeds.")
  }
}
