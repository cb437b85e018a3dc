import Foundation
import Quantities
import Reports
import Testing
import Verdicts

/// What a page shows of a verdict is the verdict's own.
struct StudyPageTests {
  private func number(_ value: Double) -> String {
    abs(value) >= 1e7
      ? NumberFormat.flops(value, digits: 7) : NumberFormat.significant(value, 7)
  }

  /// A row of a table of two columns.
  private func row(_ name: String, _ value: String) -> String {
    "<tr><td class=\"\">\(name)</td><td class=\"\">\(value)</td></tr>"
  }

  /// The study with the verdict of its runs, nothing planted in it.
  private func results(_ study: PlantedStudy) throws -> StudyResults {
    let settings = VerdictSettings(target: .trainingOperations(1e17), refits: 0)
    let rows = study.runs
    let verdict = try StudyVerdict(of: rows, baseline: "plain", settings: settings)
    return StudyResults(name: "planted", verdict: verdict, rows: rows)
  }

  @Test func sentencesAndLossesAreTheVerdicts() throws {
    let study = try results(.several)
    let html = StudyReport(study).html()
    for arm in study.verdict.arms {
      #expect(html.contains("<td class=\"\">\(arm.conclusion.rawValue)</td>"))
      for sentence in arm.sentences {
        #expect(html.contains(sentence.replacing("'", with: "&#39;").replacing("<", with: "&lt;")))
      }
      for rung in arm.rungs {
        #expect(html.contains(NumberFormat.fixed(try #require(rung.treatment.loss), 4)))
      }
    }
    #expect(html.contains("Sink mass"))
  }

  /// The line of the regression passes through the places that the verdict names, ends included.
  @Test func theLineOfWorthPassesThroughTheVerdict() throws {
    let study = try results(.usual)
    let html = StudyReport(study).html()
    for axis in study.verdict.arms[0].axes {
      #expect(axis.fitted.count == 5)
      for worth in axis.fitted + [try #require(axis.forecastOfLine)] {
        let value = try #require(worth.multiplier.value)
        #expect(html.contains(",\(number(worth.scale)),\(number(value)),,,"))
        let (low, high) = try (#require(worth.multiplier.low), #require(worth.multiplier.high))
        #expect(html.contains("band,\(number(worth.scale)),,\(number(low)),\(number(high)),"))
      }
    }
  }

  /// A law is drawn as it was fitted: every place of its curve is in the figure's numbers.
  @Test func lawsAreDrawnAsTheyWereFitted() throws {
    var study = try results(.usual)
    let law = try #require(study.verdict.arms[0].laws.first { $0.curve?.axis == .trainingCompute })
    let html = StudyReport(study).html()
    for point in try #require(law.curve).points {
      let value = try #require(point.estimate.value)
      #expect(html.contains(",\(number(point.scale)),\(number(value)),,,"))
    }
    for index in study.verdict.arms[0].laws.indices {
      study.verdict.arms[0].laws[index].curve = nil
    }
    for index in study.verdict.baselineLaws.indices {
      study.verdict.baselineLaws[index].curve = nil
    }
    #expect(StudyReport(study).html().contains("No law could be fitted to so few runs."))
  }

  @Test func shortLaddersAndDivergedRunsAreReadable() throws {
    for (rungs, diverged) in [(1, false), (2, true), (5, true)] {
      var planted = PlantedStudy(rungs: rungs)
      if diverged { planted.divergedRung = rungs - 1 }
      let html = StudyReport(try results(planted)).html()
      let stray = html.matches(of: /(?i)[^a-z](nan|-?inf|infinity|optional\()[^a-z]/)
      #expect(stray.isEmpty, "\(rungs) rungs: \(stray.map(\.output.0))")
      #expect(html.contains("the loss was not finite at step 412") == diverged)
      #expect(html.contains("No forecast is given") == (rungs < 4))
    }
  }

  @Test func curvesRunAlongTokens() throws {
    var study = try results(PlantedStudy(rungs: 2))
    study.addCurves { row in
      [StepCurve(name: "loss", steps: [1, 50, 100], values: [5, 4, 3 + 0.1 * Double(row.rung)])]
    }
    let html = StudyReport(study).html()
    #expect(html.contains("Training loss at 2x64") && html.contains("Training loss at 3x96"))
    for rung in 0..<2 {
      let row = try #require(study.rows.first { $0.arm == "plain" && $0.rung == rung })
      let tokens = Double(row.tokens)
      #expect(html.contains("plain,\(number((tokens / 2).rounded())),4,,,"))
      #expect(html.contains("plain,\(number(tokens)),\(number(3 + 0.1 * Double(rung))),,,"))
    }
  }

  @Test func costsAndSettingsAreTold() throws {
    var study = try results(PlantedStudy(rungs: 2))
    study.versions = [("allometry", "0.1"), ("engine", "2")]
    let html = StudyReport(study).html()
    for (name, value) in [
      // Two arms at two sizes, three seeds each, of 10 s.
      ("time of all runs", "2 min"), ("runs", "12, of which 12 finished"),
      ("diverged, failed", "0, 0"), ("instructions", "avx2"), ("engine", "2"),
      ("significance of tests", "0.05"), ("refits behind the bands of laws", "0"),
    ] {
      #expect(html.contains(row(name, value)), "\(name)")
    }
  }

  /// What a study file said is told from the statement that was kept of it.
  @Test func theStatementIsTold() throws {
    var study = try PlantedStudy.usual.results()
    var statement = try #require(study.statement)
    statement.methods[0].seesFuture = "routing looks ahead"
    statement.ladder.tokensPerParameter = 40
    statement.ladder.lengths = [0.5, 1]
    statement.ladder.matchesTokens = false
    statement.ladder.baselineMethods = ["qk-norm", "wider"]
    statement.recipe.weightDecay = 0.1
    statement.recipe.clip = 0
    statement.sizingNote = "2 of 5 sizes were left out"
    study.statement = try JSONDecoder().decode(
      StudyStatement.self, from: try JSONEncoder().encode(statement))
    #expect(study.statement == statement)
    let html = StudyReport(study).html()
    for (name, value) in [
      ("corpus", "Swift toolchain interfaces, 48 MB"), ("architecture", "llama"),
      ("embeddings", "tied to the output"), ("arms have in common", "the training FLOPs"),
      ("training tokens", "20 per parameter (40 asked for)"), ("seeds", "1, 2, 3"),
      ("baseline", "plain with qk-norm, wider"), ("weight decay", "0.1"),
      ("gradient clipping", "none"), ("what was done", "2 of 5 sizes were left out"),
    ] {
      #expect(html.contains(row(name, value)), "\(name)")
    }
    #expect(html.contains("It changes how information moves between tokens."))
    #expect(html.contains("Options here: granularity = element."))
    #expect(
      html.contains(
        "While training, earlier outputs may depend on later tokens: routing looks ahead."))
    statement.ladder.tokensPerParameter = 20
    study.statement = statement
    #expect(
      StudyReport(study).html().contains(row("training tokens", "20 per parameter")))
  }
}
