import Foundation
import Quantities
import Reports
import SamplingLaws
import Testing
import Verdicts

/// Sections and sentences of a page that usual studies do not have: samples, many arms, failed
/// runs, unequal lengths, sweeps whose best rate is the last.
struct StudySectionTests {
  /// A row of a table whose columns are all to the left.
  private func row(_ cells: String...) -> String {
    "<tr>\(cells.map { "<td class=\"\">\($0)</td>" }.joined())</tr>"
  }

  private func page(_ study: StudyResults) -> String {
    StudyReport(study).html().replacing("&#39;", with: "'")
  }

  /// The words of a text, whatever lines they stand on.
  private func words(_ study: StudyResults) -> String {
    StudySummaryText(study).render().split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  /// The study with the verdict of its runs, nothing planted in it.
  private func results(
    _ rows: [StudyRow], target: VerdictSettings.Target? = .trainingOperations(1e17)
  ) throws -> StudyResults {
    let verdict = try StudyVerdict(
      of: rows, baseline: "plain", settings: VerdictSettings(target: target, refits: 0))
    return StudyResults(name: "planted", verdict: verdict, rows: rows)
  }

  // MARK: - Samples

  /// Two sizes without a treatment whose eight attempts at 60 problems are all right or all wrong;
  /// a sample of the larger costs four times as much.
  private func sampled(small: Bool, large: Bool) throws -> StudyResults {
    let rows = [("small", 1000, 10.0), ("large", 4000, 40.0)].enumerated().map { rung, size in
      let costs = StudyRow.Costs(
        parameters: size.1, activeParameters: size.1, embeddingParameters: 0,
        forwardOperationsPerToken: 2 * Double(size.1),
        trainingOperationsPerToken: 6 * Double(size.1), stateBytes: 64)
      var row = StudyRow(
        identity: RunIdentity(of: size.0), arm: "plain", rung: rung, size: size.0, seed: 1,
        learningRate: 1e-3, costs: costs, tokens: 20 * size.1)
      var outcome = RunOutcome(status: .finished, costs: costs)
      outcome.loss = 2 - Double(rung)
      outcome.metrics = [
        SampledAttempts.problemsName: 60, SampledAttempts.operationsName: size.2,
        SampledAttempts.tokensName: 5,
      ]
      row.outcome = outcome
      return row
    }
    let settings = VerdictSettings(
      refits: 0, sampling: SampledAxis(samples: [1, 2, 8], selectors: [.coverage]))
    var verdict = try StudyVerdict(of: rows, baseline: "plain", settings: settings)
    verdict.add(samplesOf: rows) { row in
      let isRight = row.size == "small" ? small : large
      let steps = Array(1...60 * 8)
      return [
        StepCurve(
          name: SampledAttempts.correctName, steps: steps,
          values: steps.map { _ in isRight ? 1 : 0 }),
        StepCurve(name: SampledAttempts.answerName, steps: steps, values: steps.map { _ in 0 }),
      ]
    }
    return StudyResults(name: "sampled", verdict: verdict, rows: rows)
  }

  /// Where every attempt is right only the cheapest is worth its price.
  @Test func saturatedTasksAreShown() throws {
    let study = try sampled(small: true, large: true)
    let html = page(study)
    #expect(html.contains("<h2>Test-time compute against parameters</h2>"))
    #expect(html.contains("an exact verifier says which answers are right"))
    #expect(html.contains("Coverage against inference"))
    #expect(html.contains("the number of samples grows from 1 to 8"))
    #expect(html.contains("60 problems; coverage counts a problem as solved if any"))
    #expect(
      html.contains("One seed: intervals are over problems, not over trainings of the same size."))
    #expect(html.contains("How many samples of a small model equal one of a larger one"))
    #expect(!html.contains("over 8</td>"))
    let text = StudySummaryText(study).render()
    #expect(
      text.hasPrefix(
        "sampled: Is it better to sample a small model more often, or to train a larger\none?\n"))
    #expect(words(study).contains("Coverage by size and number of samples, 60 problems; * on the"))
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains(["Samples", "small", "large"]))
    #expect(lines.contains(["1", "100.0%", "*", "100.0%"]))
    #expect(
      lines.contains(["2", "100.0%", "100.0%"]) && lines.contains(["8", "100.0%", "100.0%"]))
    for sentence in try #require(study.verdict.sampling?.first).sentences {
      #expect(html.contains(sentence) && words(study).contains(sentence))
    }
  }

  @Test func samplesThatDoNotReachAreShown() throws {
    let study = try sampled(small: false, large: true)
    let html = page(study)
    #expect(html.contains("over 8</td>") && html.contains("never</td>"))
    let lines = StudySummaryText(study).render().split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines.contains { $0.first == "1" && $0.suffix(2) == ["100.0%", "*"] })
    #expect(words(study).contains("8 samples of small do not reach one of large."))
  }

  // MARK: - Several arms

  private static let arms = [
    PlantedStudy.Arm(name: "first", conclusion: .fades, worth: 1.35, slope: -0.05),
    .init(name: "second", conclusion: .helps, worth: 1.9, slope: 0.03),
    .init(name: "third", conclusion: .hurts, worth: 0.82, slope: 0),
    .init(name: "fourth", conclusion: .noDifference, worth: 1, slope: 0),
  ]

  /// Up to three arms are columns of the answer, more are its rows.
  @Test func manyArmsAreRows() throws {
    for count in [3, 4] {
      let study = try PlantedStudy(arms: Array(Self.arms.prefix(count))).results()
      let html = page(study)
      let isColumn = html.contains(
        "<tr><td class=\"\">Conclusion</td><td class=\"\">fades</td><td class=\"\">helps</td>")
      #expect(isColumn == (count == 3))
      for arm in Self.arms.prefix(count) {
        let isRow = html.contains(
          "<tr><td class=\"\">\(arm.name)</td><td class=\"\">\(arm.conclusion.rawValue)</td>")
        #expect(isRow == (count == 4))
        #expect(html.contains("Losses of \(arm.name), in nats per token"))
        #expect(html.contains("Worth of \(arm.name) at equal training compute"))
      }
      #expect(html.contains("The same at equal active parameters"))
    }
  }

  /// What concerns one arm of several begins with its name.
  @Test func whatConcernsAnArmNamesIt() throws {
    var study = try PlantedStudy(arms: Array(Self.arms.prefix(2))).results()
    study.verdict.arms[0].warnings = ["its gate is closed"]
    study.verdict.arms[1].warnings = ["second has a word of its own"]
    study.verdict.arms[1].moreRuns = "With 8 sizes the interval would be half as wide."
    study.verdict.warnings = ["the clock was wrong"]
    study.statement?.methods[0].arms = ["first", "second"]
    let (html, text) = (page(study), words(study))
    for sentence in [
      "first: its gate is closed.", "second has a word of its own.",
      "second: With 8 sizes the interval would be half as wide.", "The clock was wrong.",
    ] {
      #expect(html.contains(sentence) && text.contains(sentence), "\(sentence)")
    }
    #expect(!text.contains("second: second has"))
    #expect(html.contains("Used by first and second."))
    #expect(text.hasPrefix("Gated attention on Swift code: "))
    let only = try PlantedStudy(arms: Array(Self.arms.prefix(1))).results()
    #expect(!page(only).contains("Used by"))
  }

  // MARK: - Runs without a loss

  @Test func failedRunsAreCountedAndNamed() throws {
    var rows = PlantedStudy.usual.runs
    for (arm, rung) in [("gated-attention", 1), ("plain", 3)] {
      let index = try #require(
        rows.firstIndex { $0.arm == arm && $0.rung == rung && $0.seed == 2 })
      rows[index].outcome?.status = .failed
      rows[index].outcome?.loss = nil
      rows[index].outcome?.message = "the disk of \(arm) is full"
    }
    let study = try results(rows)
    let html = page(study)
    #expect(html.contains("plain: 1 failed</td>"))
    #expect(html.components(separatedBy: "1 failed</td>").count == 3)
    #expect(html.contains(row("diverged, failed", "0, 2")))
    #expect(html.contains(row("runs", "30, of which 28 finished")))
    #expect(html.contains("the disk of plain is full"))
    #expect(
      html.contains("Not shown, because they ended without a loss: 1 of plain and 1 of gated"))
    let text = StudySummaryText(study).render()
    let lines = text.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("3x96") && $0.hasSuffix("3+2") })
    #expect(lines.contains { $0.hasPrefix("5x192") && $0.hasSuffix("2+3") })
    let status = StudyStatusText(name: "gates", runs: rows).render()
    #expect(status.contains("plain, 5x192, seed 2 failed: the disk of plain is full\n"))
  }

  /// Long lists of lost runs are cut, and say by how many.
  @Test func longListsOfLostRunsAreCut() throws {
    var study = try results(PlantedStudy.several.runs)
    for index in study.rows.indices.prefix(43) { study.rows[index].outcome = nil }
    #expect(page(study).contains("3 more are not shown."))
    var runs = PlantedStudy.several.runs
    for index in runs.indices.prefix(14) {
      runs[index].outcome?.status = .diverged
      runs[index].outcome?.loss = nil
    }
    var status = StudyStatusText(name: "lost", runs: runs)
    status.mayGrow = true
    let text = status.render()
    #expect(
      text.hasPrefix("lost: 60 of 60 runs ended; more follow once learning rates are chosen.\n"))
    #expect(text.hasSuffix("… and 4 more\n"))
  }

  // MARK: - Lengths and learning rates

  @Test func lengthsAreToldApart() throws {
    var study = try PlantedStudy.branched.results()
    study.statement?.ladder.lengths = [1.0 / 3, 2.0 / 3, 1]
    let html = page(study)
    let shares = [1.0 / 3, 2.0 / 3, 1].map { NumberFormat.percent($0, decimals: 0) }
    #expect(
      html.contains(
        row("lengths", "\(shares.joined(separator: ", ")) of them, branching off one run")))
    #expect(html.contains("Hollow dots are shorter lengths of the same runs."))
    #expect(html.contains("that each token passes through, at the longest length."))
    // At 80 columns the middle of the names gives way.
    let text = StudySummaryText(study, width: 100).render()
    for size in PlantedStudy.sizes.prefix(4) {
      for length in 1...3 {
        #expect(html.contains("<td class=\"\">\(size), length \(length)</td>"))
        #expect(text.contains("\n\(size), length \(length) "))
      }
    }
    let whole = page(try PlantedStudy.usual.results())
    #expect(!whole.contains("Hollow dots") && !whole.contains(", length 1"))
  }

  /// The arm's best rate is the largest of two; the baseline's third diverged, so its best is not.
  @Test func ratesAtTheEdgeAreFlaggedWhereTheyWereSwept() throws {
    let study = try PlantedStudy.usual.results()
    let html = page(study)
    let sentence =
      "gated-attention at 3x96: the best learning rate 0.003 is the largest of 2 that were tried, so a better one may lie outside."
    #expect(html.contains(sentence) && words(study).contains("Warning: \(sentence)"))
    #expect(!words(study).contains("plain at 3x96: the best"))
    let edge = "<td class=\"\">at the edge of the sweep</td>"
    let chosen = "<td class=\"number\">0.003</td>"
    #expect(html.contains("<td class=\"\">0.001: 3.4100, 0.003: 3.3800</td>\(chosen)\(edge)"))
    #expect(html.contains("0.003: 3.3800, 0.01: no loss</td>\(chosen)<td class=\"\"></td>"))
    // Of the tables of sizes one row has the flag.
    let flag = "learning rate at the edge of the sweep"
    #expect(html.components(separatedBy: flag).count == 2)
    let unswept = try results(PlantedStudy.usual.runs)
    #expect(!page(unswept).contains("at the edge of the sweep"))
    #expect(
      page(unswept).contains("One learning rate of 0.003 for all arms and sizes, without a sweep"))
  }

  // MARK: - Forecasts and facts

  @Test(arguments: [
    (0.9951, "over 99\u{A0}%"), (0.002, "under 1\u{A0}%"), (0.984, "98\u{A0}%"), (nil, "–"),
  ])
  func chancesThatRoundToCertaintyAreNotCertain(chance: Double?, text: String) throws {
    var study = try PlantedStudy.usual.results()
    study.verdict.arms[0].axes[0].forecast?.probabilityBetter = chance
    #expect(page(study).contains(row("Chance that it still helps there", text)))
  }

  @Test func targetsThatWereNotGivenAreTold() throws {
    let sentence = "No target was given; ten times the largest run is taken."
    let study = try results(PlantedStudy.usual.runs, target: nil)
    #expect(page(study).contains(sentence))
    let axis = try #require(study.verdict.arms[0].atEqualCompute)
    let largest = try #require(study.rows.map(\.compute).max())
    #expect(abs(axis.target / (10 * largest) - 1) < 1e-12)
    // A refused forecast has no target to speak of.
    let short = try results(PlantedStudy.threeRungs.runs, target: nil)
    #expect(!page(short).contains(sentence))
  }

  @Test func factsThatFewStudiesHaveAreTold() throws {
    var study = try PlantedStudy.usual.results()
    var statement = try #require(study.statement)
    statement.data.tokenizer = nil
    statement.data.trainingTokens = 1_200_000
    statement.data.notes = ["two files were empty", "one was no text"]
    statement.ladder.tokensPerParameter = nil
    statement.ladder.tokens = 50_000
    statement.ladder.tiesEmbeddings = false
    statement.recipe.zLoss = 1e-4
    study.statement = statement
    let html = page(study)
    for (name, value) in [
      ("tokenizer", "none"), ("training tokens there are", NumberFormat.scale(1_200_000)),
      ("left out", "two files were empty; one was no text"),
      ("training tokens", "\(NumberFormat.scale(50_000)) at every size"),
      ("embeddings", "not tied"), ("z-loss", NumberFormat.significant(1e-4, 3)),
    ] {
      #expect(html.contains(row(name, value)), "\(name)")
    }
  }

  @Test func lawsThatCouldNotBeFittedSayWhy() throws {
    var study = try PlantedStudy.usual.results()
    study.verdict.arms[0].laws[0].failure = "needs at least 9 rows"
    study.verdict.arms[0].laws[0].warnings = ["C spans too little", "C spans too little"]
    let law = study.verdict.arms[0].laws[0].law
    let html = page(study)
    #expect(html.contains("<td class=\"\">needs at least 9 rows</td>"))
    let note = "<p>gated-attention, \(law): C spans too little</p>"
    #expect(html.components(separatedBy: note).count == 2)
  }

  /// A run that diverged is drawn as far as it came, by the tokens that a step of its size has.
  @Test func curvesOfDivergedRunsEndWhereTheyEnded() throws {
    var study = try results(PlantedStudy(rungs: 2, divergedRung: 1).runs)
    study.addCurves { run in
      let isWhole = run.outcome?.status == .finished
      return [
        StepCurve(
          name: "loss", steps: isWhole ? [1, 20, 50, 100] : [1, 20],
          values: isWhole ? [5, 4.5, 4, 3] : [5, 7.25])
      ]
    }
    let tokens = try #require(study.rows.first { $0.rung == 1 }).tokens
    let html = page(study)
    #expect(html.contains("Training loss at 3x96"))
    #expect(html.contains("A line is the mean of the 3 seeds of an arm"))
    // A fifth of the way, where two runs are at 4.5 and the lost one at 7.25; then the two alone.
    for (share, loss) in [(0.2, (4.5 + 4.5 + 7.25) / 3), (0.5, 4), (1, 3)] {
      let place = NumberFormat.significant((share * Double(tokens)).rounded(), 7)
      #expect(
        html.contains("gated-attention,\(place),\(NumberFormat.significant(loss, 7)),,,"),
        "\(share)")
    }
    let one = try PlantedStudy.oneSeed.results()
    #expect(page(one).contains("One seed of each arm."))
  }
}
