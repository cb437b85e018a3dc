import Foundation
import Reports
import ScalingLaws
import TestSupport
import Testing

@Suite struct FitReportTests {
  /// The page as a reader of XML takes it: void elements of HTML closed.
  private func isWellFormed(_ html: String) -> Bool {
    var text = html.replacingOccurrences(of: "<!doctype html>", with: "")
    text = text.replacing(/<meta ([^>]*[^\/])>/) { "<meta \($0.output.1)/>" }
    return SVGReader(text).isWellFormed
  }

  /// Words of the page that stand for numbers that are none.
  private func strayNumbers(_ html: String) -> [String] {
    html.matches(of: /(?i)[^a-z](nan|-?inf|infinity|optional\()[^a-z]/).map { String($0.output.0) }
  }

  private func sections(_ html: String) -> [String] {
    html.matches(of: /<h2>([^<]*)<\/h2>/).map { String($0.output.1) }
  }

  @Test func plantedFitHasEverySection() throws {
    let part = try PlantedFits.part(
      PlantedFits.chinchilla, candidates: [Chinchilla(), Kaplan(), Overtraining()])
    let html = FitReport(parts: [part], compute: 1e23).html()
    #expect(
      sections(html) == [
        "Key numbers and cautions", "What to run", "Which law", "The law and the runs",
        "Size or data", "Would it have predicted the largest runs?", "Parameters",
        "What the law misses", "Rows that decide the result",
        "How it was made, and what was not measured",
      ])
    for text in [
      "What was fitted: 30 runs", "Loss against compute", "Residuals against C",
      "Residuals against the fitted value", "How well each parameter is known",
      "over the refits", "Error on larger runs than were fitted",
      "The best model size for each compute", "Lines of equal loss over size and data",
      "20 tokens/parameter", "The best division of three budgets",
      "How much do I lose at half the size?", "Where to run next",
      "How far beyond the data the plan lies", "Predicted and measured loss",
      "Dropping one after another", "C = 6·N·D", "Not measured: the variation between seeds",
      "two rows were left out", "held-out",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    if let ranking = part.ranking { #expect(html.contains(ranking.verdict)) }
  }

  /// Runs are called by their names, sizes by all their digits, laws by formulas.
  @Test func runsHaveNamesAndLawsAreFormulas() throws {
    var rows = try PlantedFits.observations(
      PlantedFits.Case(
        law: Chinchilla(), point: PlantedFits.chinchilla.point,
        columns: [
          "N": [1.25e8, 1.25e8, 1.25e8, 3.5e8, 3.5e8, 3.5e8, 1.3e9, 1.3e9, 1.3e9],
          "D": [1e9, 4e9, 16e9, 1e9, 4e9, 16e9, 1e9, 4e9, 16e9],
        ]))
    rows.labels = rows.labels.indices.map { "table.csv:\($0 + 2)" }
    let unnamed = rows
    rows.runNames = rows.labels.indices.map { "gpt-\($0)-of-nine" }
    let named = FitReport(
      parts: [try PlantedFits.part(Chinchilla(), rows, resamples: 0)], compute: nil
    ).html()
    #expect(named.contains("<td class=\"\">gpt-"))
    #expect(!named.contains("table.csv:") && named.matches(of: /line [0-9]/).isEmpty)
    #expect(named.contains("N 125M") && !named.contains("N 120M"))
    #expect(
      named.contains(
        "loss = <i>E</i> + <i>A</i>/<i>N</i><sup><i>α</i></sup> + <i>B</i>/<i>D</i><sup><i>β</i></sup>"
      ))
    #expect(!named.contains("N^alpha"))
    // Without names a row is told by what the law reads of it.
    let plain = FitReport(
      parts: [try PlantedFits.part(Chinchilla(), unnamed, resamples: 0)], compute: nil
    ).html()
    #expect(plain.contains("<td class=\"\">N 1"))
  }

  @Test(arguments: PlantedFits.all)
  func everyKindOfLawMakesASoundPage(planted: PlantedFits.Case) throws {
    for resamples in [0, 100] {
      let part = try PlantedFits.part(planted, resamples: resamples, influence: resamples > 0)
      let html = FitReport(parts: [part], compute: nil).html()
      #expect(isWellFormed(html))
      #expect(strayNumbers(html).isEmpty, "\(strayNumbers(html))")
      #expect(html.utf8.count < 2_000_000)
      #expect(!html.contains("<sleep>"))
      let ids = html.matches(of: #/ id="([^"]*)"/#).map { $0.output.1 }
      #expect(Set(ids).count == ids.count)
      let figures = html.components(separatedBy: "<figure ").count - 1
      #expect(figures >= (resamples > 0 ? 4 : 3))
      #expect(html.components(separatedBy: "download=\"").count - 1 == figures)
    }
  }

  @Test func warningsStandInTheFirstSection() throws {
    let part = try PlantedFits.part(
      PlantedFits.Case(
        law: Overtraining(), point: [1.7, 190, 280, 0.13], columns: PlantedFits.rectangle(4, 2)))
    #expect(!part.fit.warnings.isEmpty)
    let html = FitReport(parts: [part], compute: nil).html()
    let first = html.components(separatedBy: "<section ").dropFirst().first ?? ""
    for warning in part.fit.warnings {
      #expect(first.contains(warning.dropFirst().replacingOccurrences(of: "'", with: "&#39;")))
    }
    #expect(first.contains("The forecast reaches beyond the data"))
  }

  @Test func plansNameTheColumnsThatTheyHold() throws {
    let planted = try #require(PlantedFits.all.last)
    let part = try PlantedFits.part(planted, resamples: 0, influence: false)
    let html = FitReport(parts: [part], compute: 1e22).html()
    // The plan takes all of its tokens as new ones, so that U is not held at the table's median.
    #expect(html.contains("With 1e22 FLOPs of training compute"))
    #expect(!html.contains("and U = 20B"))
    #expect(html.contains("Loss against U"))
  }

  @Test func hostileNamesAreEscaped() throws {
    let evil = "<script>alert(1)</script>\"'&"
    let planted = PlantedFits.Case(
      law: PowerConstant(x: evil), point: [1.8, 3, 0.4],
      columns: [evil: PlantedFits.grid(1, 500, 12)])
    var rows = try PlantedFits.observations(planted)
    rows.responseName = evil
    rows.labels = rows.labels.map { _ in evil }
    var part = try PlantedFits.part(planted.law, rows, title: evil)
    part.source = evil
    part.notes = [evil]
    let html = FitReport(parts: [part, part], compute: nil).html()
    #expect(!html.contains("<script"))
    #expect(html.contains("&lt;script&gt;"))
    #expect(isWellFormed(html))
  }

  @Test func fiveThousandRowsStaySmall() throws {
    let planted = PlantedFits.Case(
      law: Chinchilla(), point: PlantedFits.chinchilla.point,
      columns: PlantedFits.rectangle(100, 50))
    let part = try PlantedFits.part(planted, resamples: 20)
    let html = FitReport(parts: [part], compute: nil).html()
    #expect(part.fit.observations.count == 5000)
    #expect(html.utf8.count < 2_000_000)
    #expect(html.contains("of 5000 rows, evenly spaced"))
  }

  @Test func manyGroupsStaySmall() throws {
    let part = try PlantedFits.part(PlantedFits.chinchilla)
    let parts = (0..<24).map { index in
      var copy = part
      copy.group = [("group", "\(index)")]
      return copy
    }
    let html = FitReport(parts: parts, compute: nil).html()
    #expect(html.utf8.count < 2_000_000)
    #expect(sections(html).count == 25)
    #expect(html.contains("All groups"))
    #expect(isWellFormed(html))
  }

  /// The points of the held-out figure come from a refit of the report's own; their error must be
  /// the one that the validation measured.
  @Test(arguments: [PlantedFits.chinchilla, PlantedFits.all[6]])
  func heldOutFigureAgreesWithValidation(planted: PlantedFits.Case) throws {
    let part = try PlantedFits.part(planted, resamples: 0)
    let last = try #require(part.validation.last)
    let html = FitReport(parts: [part], compute: nil).html()
    let block = try #require(
      html.components(separatedBy: "row,held_out,predicted,measured\n").dropFirst().first)
    let rows = block.prefix { $0 != "<" }.split(separator: "\n").map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let held = rows.filter { $0.count == 3 && $0[0] == 1 }
    #expect(held.count == last.heldOutRows)
    let errors = held.map { abs($0[1] - $0[2]) / $0[2] }
    let mean = errors.reduce(0, +) / Double(errors.count)
    #expect(abs(mean - last.relativeError) <= 1e-6 + 1e-3 * last.relativeError)
  }

  /// Besiroglu et al. (2024, arXiv:2404.10102) drop five rows of Chinchilla's figure 4; with them
  /// β is 0.453, without them 0.367.
  @Test(.enabled(if: SharedData.isPresent, "../shared/data is absent"))
  func fiveRowsOfChinchillaMoveBeta() throws {
    let text = try String(
      contentsOfFile: SharedData.path("chinchilla-fig4/chinchilla_fig4.csv"), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    func column(_ name: String) throws -> [Double] {
      let place = try #require(lines.first?.firstIndex { $0 == name })
      return try lines.dropFirst().map { try #require(Double($0[place])) }
    }
    let rows = Observations(
      columns: [
        "N": try column("params_N"), "D": try column("train_tokens_D"),
        "C": try column("train_flop_C"),
      ], response: try column("loss_nats_per_token"))
    #expect(rows.count == 245)
    let part = try PlantedFits.part(Chinchilla(), rows, resamples: 200)
    let html = FitReport(parts: [part], compute: nil).html()
    let beta = "<span class=\"formula\"><i>β</i></span>"
    #expect(html.contains("Five rows of the 245 move \(beta) from 0.367 to 0.453"))
    #expect(html.contains("0.3672") && html.contains("0.453"))
    #expect(strayNumbers(html).isEmpty)
    #expect(isWellFormed(html))
  }
}
