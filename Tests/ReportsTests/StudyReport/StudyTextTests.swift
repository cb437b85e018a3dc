import Foundation
import Quantities
import Reports
import Testing
import Verdicts

@Suite struct StudyTextTests {
  private func width(_ text: String) -> Int {
    text.split(separator: "\n").map(\.count).max() ?? 0
  }

  @Test(arguments: PlantedStudy.all.indices)
  func summariesFitTheirWidth(index: Int) throws {
    let (name, study) = PlantedStudy.all[index]
    let text = StudySummaryText(try study.results()).render()
    #expect(width(text) <= 80, "\(name)\n\(text)")
    #expect(!text.contains("nan") && !text.contains("inf,"))
    for arm in study.arms {
      #expect(text.contains("\(arm.name): \(arm.conclusion.rawValue)"), "\(name)")
    }
    #expect(!text.contains("\u{1B}"))
  }

  @Test func summaryTellsVerdictAndNumbers() throws {
    let study = try PlantedStudy.usual.results()
    let text = StudySummaryText(study).render()
    #expect(text.contains("gated-attention is worth 1.35x compute at 1e14 FLOPs"))
    let rung = try #require(study.verdict.arms.first?.rungs.last)
    let loss = NumberFormat.fixed(try #require(rung.treatment.loss), 4)
    let change = NumberFormat.fixed(try #require(rung.differencePercent.value), 2) + "%"
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix(rung.size) })
    #expect(row.contains(loss) && row.contains(change) && row.hasSuffix("3+3"))
    let forecast = try #require(study.verdict.arms.first?.axes.first?.forecast?.multiplier)
    let worth = "\(NumberFormat.fixed(try #require(forecast.value), 2))x ["
    #expect(text.split(separator: "\n").contains { $0.hasPrefix("forecast") && $0.contains(worth) })
    #expect(text.contains("Not measured: "))
  }

  @Test func statusCountsRuns() {
    var runs = PlantedStudy.diverged.runs
    for index in runs.indices where runs[index].rung == 4 && runs[index].arm == "plain" {
      runs[index].outcome = nil
    }
    var status = StudyStatusText(name: "gates", runs: runs)
    status.secondsLeft = 600
    let text = status.render()
    #expect(text.hasPrefix("gates: 27 of 30 runs ended; about 10 min left.\n"))
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.contains(["plain", "3/3", "3/3", "3/3", "3/3", "0/3"]))
    #expect(rows.contains(["gated-attention", "3/3", "3/3", "3/3", "3/3", "2/3", "1!"]))
    #expect(text.contains("seed 3 diverged: the loss was not finite at step 412"))
    #expect(width(text) <= 80)
  }

  @Test func statusOfNothing() {
    #expect(StudyStatusText(name: "x", runs: []).render() == "x: 0 of 0 runs ended.\n")
  }

  static let running = StudyProgressView(
    running: [
      .init(
        arm: "gated-attention", size: "4x128", seed: 1, step: 120, steps: 2_400, loss: 4.2107,
        tokensPerSecond: 15_200, secondsLeft: 312.4),
      .init(arm: "plain", size: "2x64", seed: 12, step: 0, steps: 900),
    ], finished: 7, total: 20, secondsLeft: 1_260)

  @Test func progressShowsEveryRun() {
    let lines = Self.running.lines()
    #expect(
      lines == [
        "[#######-------------]  7 of 20 runs, about 21 min left",
        "  gated-attention 4x128 seed 1  120/2400    loss 4.211 15.2k tok/s 5 min left",
        "  plain 2x64 seed 12            0/900",
      ])
    for width in [24, 40, 80, 120] {
      #expect(Self.running.lines(width: width).allSatisfy { $0.count < width })
    }
  }

  @Test func blocksAreRedrawnOverEachOther() {
    let first = Self.running.redrawn(over: 0)
    #expect(!first.contains("\u{1B}"))
    #expect(first.split(separator: "\n").count == 3)
    let second = Self.running.redrawn(over: 3)
    #expect(second.hasPrefix("\u{1B}[3A\r\u{1B}[J"))
    #expect(second.hasSuffix(first))
    #expect(StudyProgressView.erased(0).isEmpty)
  }

  @Test func endedRunsAreLines() {
    var run = PlantedStudy.usual.runs[2]
    #expect(run.size == "2x64" && run.seed == 3)
    run.outcome?.loss = 3.20159
    #expect(
      Self.running.line(ended: run)
        == "[7/20] plain 2x64 seed 3: loss 3.2016, about 21 min left")
    run.outcome?.status = .diverged
    run.outcome?.message = "the loss was not\nfinite at step 9"
    run.purpose = .learningRateSweep
    run.learningRate = 0.01
    #expect(
      Self.running.line(ended: run)
        == "[7/20] plain 2x64 seed 3 at rate 0.01: diverged, the loss was not finite at step 9, about 21 min left"
    )
  }

  /// How far runs were trained, the baseline's misfit and what more runs would buy stand beside the
  /// verdict, on the page and in the terminal; worth by the line and measured are told apart.
  @Test func whatStandsBesideTheVerdictIsShown() throws {
    var study = try PlantedStudy.usual.results()
    study.verdict.arms[0].moreRuns = "With 8 sizes the interval would be 0.6 times as wide."
    var misfit = try #require(study.verdict.arms[0].axes[0].baselineMisfit)
    (misfit.law, misfit.sizeScatter, misfit.seedScatter) = ("power", 0.0123, 0.0045)
    let (sizes, seeds) = (
      NumberFormat.percent(0.0123, decimals: 2), NumberFormat.percent(0.0045, decimals: 2)
    )
    let sentences: [(Double?, Double?, String)] = [
      (
        0.0004, 0.0045,
        "The law of plain, power, does not fit its sizes (p < 0.001): beyond seeds, which differ by \(seeds), sizes lie off it by \(sizes)."
      ),
      (
        0.2, 0.0045,
        "The law of plain, power, fits its sizes within what seeds explain (p = 0.2): beyond seeds, which differ by \(seeds), sizes lie off it by \(sizes)."
      ),
      (
        nil, nil,
        "Runs of plain lie within \(sizes) of its own law, power (a standard deviation); one seed does not tell sizes from seeds."
      ),
    ]
    for (p, scatter, sentence) in sentences {
      (misfit.pValue, misfit.seedScatter) = (p, scatter)
      study.verdict.arms[0].axes[0].baselineMisfit = misfit
      #expect(StudySummaryText(study, width: 400).render().contains(sentence))
    }
    let html = StudyReport(study).html()
    let text = StudySummaryText(study, width: 80).render()
    for sentence in [
      "Trained on 20 tokens per parameter.",
      "With 8 sizes the interval would be 0.6 times as wide.",
    ] {
      #expect(html.contains(sentence))
      #expect(text.contains(sentence))
    }
    #expect(html.contains("Worth at the largest size, by the line"))
    #expect(html.contains("Worth at the largest size, measured"))
  }
}
