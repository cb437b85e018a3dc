internal import SamplingLaws
internal import Verdicts

extension StudyPage {
  /// Test-time compute against parameters: what sampling each size more often brings, and costs.
  func samplingSection() -> ReportSection? {
    var blocks: [ReportBlock] = []
    for sampling in sampling {
      let name = self.sampling.count > 1 ? "\(sampling.arm): " : ""
      for tradeoff in sampling.tradeoffs {
        blocks +=
          TradeoffBlocks(
            tradeoff, problems: sampling.problems, levelText: levelText, prefix: name
          ).blocks
      }
      blocks += sampling.warnings.map { .warning(Wording.sentence($0) + ".") }
    }
    guard !blocks.isEmpty else { return nil }
    let explanation =
      "Every trained model solves the same held-out problems several times; an exact verifier says which answers are right. Cost is the arithmetic of inference a problem, all samples together, without training."
    return ReportSection(
      "Test-time compute against parameters", [.paragraph(explanation)] + blocks)
  }
}
