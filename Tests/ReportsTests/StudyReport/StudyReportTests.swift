import Foundation
import Quantities
import Reports
import Testing
import Verdicts

@Suite struct StudyReportTests {
  /// The page as a reader of XML takes it: void elements of HTML closed.
  private func isWellFormed(_ html: String) -> Bool {
    var text = html.replacingOccurrences(of: "<!doctype html>", with: "")
    text = text.replacing(/<meta ([^>]*[^\/])>/) { "<meta \($0.output.1)/>" }
    return SVGReader(text).isWellFormed
  }

  /// Words of the page that stand for numbers that are none.
  private func strayNumbers(_ text: String) -> [String] {
    text.matches(of: /(?i)[^a-z](nan|-?inf|infinity|optional\()[^a-z]/).map { String($0.output.0) }
  }

  private func sections(_ html: String) -> [String] {
    html.matches(of: /<h2>([^<]*)<\/h2>/).map { String($0.output.1) }
  }

  /// The rows of the data of a figure, by its first columns.
  private func data(_ html: String, after heading: String) -> [[String]] {
    guard let block = html.components(separatedBy: heading + "\n").dropFirst().first else {
      return []
    }
    return block.prefix { $0 != "<" }.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func usualStudyHasEverySection() throws {
    let html = StudyReport(try PlantedStudy.usual.results()).html()
    #expect(
      sections(html) == [
        "The answer", "Loss of all runs", "What the treatment is worth", "Difference at each size",
        "Every size in numbers", "Training curves", "How the models behaved", "What it costs",
        "How it was done", "What was not measured, and the data",
      ])
    for text in [
      "Does gating the output of attention still help at 1e17 FLOPs?",
      "gated-attention is worth 1.35x compute", "Worth at the largest size",
      "Forecast at 1e17 FLOPs", "Chance that it still helps there", "23\u{A0}%",
      "Loss against training compute", "Loss against active parameters",
      "Worth of gated-attention at equal training compute",
      "Worth of gated-attention at equal active parameters", "target 1e17", "crossover",
      "Change of the loss against plain", "Training loss at 6x256",
      "How the difference develops at 6x256", "Attention entropy", "Sink mass",
      "learning rate at the edge of the sweep", "The paper claims", "Qiu et al.",
      "swept for each arm at one rung (3x96)",
      "Not measured: other learning rates at every rung; other lengths of training at each size; any scale above",
      "allometry study report study.yaml",
      "Gated attention on Swift code-verdict.json".lowercased().replacing(" ", with: "-"),
      "{&quot;schema&quot;: &quot;allometry.verdict/1&quot;",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(!html.contains("<script"))
    #expect(html.utf8.count < 1_000_000)
  }

  @Test(arguments: PlantedStudy.all.indices)
  func everyStudyMakesASoundPage(index: Int) throws {
    let (name, study) = PlantedStudy.all[index]
    let html = StudyReport(try study.results()).html()
    #expect(isWellFormed(html), "\(name)")
    #expect(strayNumbers(html).isEmpty, "\(name): \(strayNumbers(html))")
    #expect(html.utf8.count < 2_000_000, "\(name)")
    let ids = html.matches(of: #/ id="([^"]*)"/#).map { $0.output.1 }
    #expect(Set(ids).count == ids.count, "\(name)")
    // No table and no figure without content.
    #expect(!html.contains("<tbody>\n</tbody>"), "\(name)")
    #expect(!html.contains("Data (0 rows)"), "\(name)")
    for table in html.components(separatedBy: "<table>").dropFirst() {
      #expect(table.prefix(40_000).contains("<tr><td") || table.contains("class=\"chosen\""))
    }
  }

  /// The dots of the paired differences are the runs' own losses, and nothing else.
  @Test func differencesAreThoseOfTheRuns() throws {
    let study = try PlantedStudy.several.results()
    let html = StudyReport(study).html()
    let rows = data(
      html,
      after: "arm,what,rung,flops,nats_per_token,per_cent,per_cent_low,per_cent_high")
    let seeds = rows.filter { $0.count == 8 && $0[1].hasPrefix("seed") }
    #expect(seeds.count == 3 * 5 * 3)
    for row in seeds {
      let seed = try #require(UInt64(row[1].dropFirst(5)))
      let rung = try #require(Int(row[2]))
      func loss(_ arm: String) throws -> Double {
        try #require(
          study.rows.first { $0.arm == arm && $0.seed == seed && $0.rung == rung }?.loss)
      }
      let expected = try loss(row[0]) - loss("plain")
      let found = try #require(Double(row[4]))
      #expect(abs(found - expected) <= 1e-6 * abs(expected))
      let percent = try #require(Double(row[5]))
      #expect(try abs(percent - 100 * expected / loss("plain")) <= 1e-6 * abs(percent))
    }
    let means = rows.filter { $0.count == 8 && $0[1] == "mean" }
    #expect(means.count == 15)
    for row in means {
      // Means are of ln loss.
      let own = seeds.filter { $0[0] == row[0] && $0[2] == row[2] }.compactMap { Double($0[5]) }
        .map { log1p($0 / 100) }
      let mean = try #require(Double(row[5]))
      #expect(own.count == 3)
      #expect(abs(100 * expm1(own.reduce(0, +) / 3) - mean) <= 1e-6 * abs(mean))
    }
  }

  @Test func tablesShowTheNumbersOfTheRungs() throws {
    let study = try PlantedStudy.usual.results()
    let html = StudyReport(study).html()
    let arm = try #require(study.verdict.arms.first)
    for rung in arm.rungs {
      for loss in [rung.baseline.loss, rung.treatment.loss] {
        #expect(html.contains(">\(NumberFormat.fixed(try #require(loss), 4))</td>"))
      }
    }
    let worth = try #require(arm.axes.first?.fitted.last?.multiplier)
    let (value, low, high) = try (
      #require(worth.value), #require(worth.low), #require(worth.high)
    )
    let text = NumberFormat.withInterval(value, low, high)
    let space = try #require(text.firstIndex(of: " "))
    let interval = text[text.index(after: space)...]
    #expect(html.contains("\(text[..<space])x<span class=\"gap\"> </span>\(interval)"))
    // Fitted laws, sweeps, costs.
    #expect(html.contains("<i>E</i></span> = 1.40 [1.31, 1.47]"))
    #expect(html.contains("0.001: 3.4100, 0.003: 3.3800, 0.01: no loss"))
    #expect(html.contains("32 KiB (0.5x)"))
  }

  @Test func oneSeedSaysSo() throws {
    let html = StudyReport(try PlantedStudy.oneSeed.results()).html()
    #expect(html.contains("Not measured: more than one seed"))
    #expect(
      html.contains(
        "The forecast is weak: one seed: noise is known from the scatter of the rungs only."))
  }

  @Test func divergedRunsAreNamedAndNotDrawn() throws {
    let html = StudyReport(try PlantedStudy.diverged.results()).html()
    #expect(html.contains("gated-attention at 6x256: 1 run diverged."))
    #expect(html.contains("Not shown, because they ended without a loss: 1 of gated-attention."))
    #expect(html.contains("the loss was not finite at step 412"))
    #expect(html.contains("1 diverged"))
    #expect(html.contains("Diverged runs") && html.contains("0 / 1"))
  }

  @Test func refusedForecastsGiveNoNumber() throws {
    let html = StudyReport(try PlantedStudy.threeRungs.results()).html()
    #expect(html.contains(">refused<"))
    #expect(
      html.contains(
        "No forecast is given for gated-attention: 3 rungs, at least 4 are needed; the target lies")
    )
    #expect(!html.contains("forecast at the target"))
    let short = StudyReport(try PlantedStudy.oneRung.results()).html()
    #expect(
      short.contains("No forecast is given for gated-attention: 1 rung, at least 4 are needed; "))
    #expect(!short.contains("forecast at the target"))
    #expect(short.contains("No law could be fitted to so few runs."))
  }

  @Test func unfinishedStudiesMakeAPage() throws {
    func waiting(_ arm: String) -> StudyRow {
      let costs = StudyRow.Costs(
        parameters: 1000, activeParameters: 1000, embeddingParameters: 0,
        forwardOperationsPerToken: 2000, trainingOperationsPerToken: 6000, stateBytes: 64)
      return StudyRow(
        identity: RunIdentity(of: arm), arm: arm, rung: 0, size: "2x64", seed: 1,
        learningRate: 0.003, costs: costs, tokens: 1000)
    }
    // A study of samples may have no treated arm.
    let sampled = VerdictSettings(
      refits: 0, sampling: SampledAxis(samples: [1, 2], selectors: [.coverage]))
    let alone = [waiting("plain")]
    let empty = StudyReport(
      StudyResults(
        name: "Nothing yet",
        verdict: try StudyVerdict(of: alone, baseline: "plain", settings: sampled), rows: alone)
    ).html()
    #expect(isWellFormed(empty) && empty.contains("No treated arm has been compared yet."))
    let rows = alone + [waiting("gate")]
    let html = StudyReport(
      StudyResults(
        name: "Nothing yet", verdict: try StudyVerdict(of: rows, baseline: "plain"), rows: rows)
    ).html()
    #expect(isWellFormed(html) && strayNumbers(html).isEmpty)
    #expect(html.contains("not run yet"))
    #expect(
      html.contains(
        "The runs do not tell whether gate differs from plain: 0 independent pairs of runs, at least 3 are needed."
      ))
    #expect(html.contains("Does gate still help at scale, compared with plain?"))
  }

  @Test func hostileNamesAreEscaped() throws {
    let evil = "<script>alert(1)</script>\"'&"
    var study = PlantedStudy.usual
    study.arms[0].name = evil
    var results = try study.results()
    results.name = evil
    results.json = evil
    results.statement?.question = evil
    results.statement?.data.corpus = evil
    results.statement?.methods[0].title = evil
    results.versions = [(evil, evil)]
    let html = StudyReport(results).html()
    #expect(!html.contains("<script"))
    #expect(isWellFormed(html))
  }

  /// No two words of a figure stand on each other, on screens and phones.
  @Test(arguments: PlantedStudy.all.indices)
  func wordsOfFiguresStandApart(index: Int) throws {
    let (name, study) = PlantedStudy.all[index]
    let html = StudyReport(try study.results()).html()
    // A drawing ends its line; the plot inside it does not.
    let drawings = html.components(separatedBy: "<svg xmlns").dropFirst().compactMap { part in
      part.components(separatedBy: "</svg>\n").first.map { "<svg xmlns\($0)</svg>" }
    }
    #expect(drawings.count >= 8, "\(name)")
    for drawing in drawings {
      let reader = SVGReader(drawing)
      #expect(reader.isWellFormed)
      for (place, word) in reader.words.enumerated() {
        #expect(word.left >= -1 && word.right <= reader.width + 1, "\(name): \(word.text)")
        for other in reader.words[(place + 1)...] {
          #expect(!word.overlaps(other), "\(name), \(reader.title): \(word.text), \(other.text)")
        }
      }
    }
  }
}
