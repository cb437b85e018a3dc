import Foundation
import Testing

/// What a person reads in reports: the same figures for all arms, sentences, settings in words.
@Suite struct ReportReadingTests {
  /// The figures of a page whose title ends in some words.
  private func figures(_ html: String, _ words: String) -> [String] {
    html.components(separatedBy: "<figure ").dropFirst().filter { figure in
      figure.components(separatedBy: "</h3>").first?.hasSuffix(words) == true
    }.compactMap { $0.components(separatedBy: "<figcaption>").first }
  }

  @Test func armsAreComparedAlike() async throws {
    let workspace = try Workspace()
    let names = ["7b", "14b-instruct-with-a-name-that-is-long"]
    let made = try await workspace.run(
      "testtime", "simulate", "--problems", "60", "--attempts", "16", "--wrong-answers", "8",
      "--verifier", "1", "--tokens", "500:250", "--arms", "\(names[0])=0,\(names[1])=2",
      "--replicates", "0", "--out", "two.csv")
    #expect(made.status == 0, "\(made.error)")
    let outcome = try await workspace.run(
      "testtime", "two.csv", "--report", "r.html", "--resamples", "200")
    #expect(outcome.status == 0, "\(outcome.error)")
    let flat = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let sentence = try Regex("\(names[1]) beats 7b by [0-9.]+ points \\[[0-9.]+, [0-9.]+\\] with a")
    #expect(flat.contains(sentence), "\(flat)")

    let html = try workspace.read("r.html")
    let shown = figures(html, "Accuracy against the number of attempts")
    #expect(shown.count == 2)
    let curves = shown.map { figure in
      figure.matches(of: /class="[^"]*(s[0-9])[^"]*">([a-z][^<]*)<\/text>/)
        .map { "\($0.output.1) \($0.output.2)" }.sorted()
    }
    #expect(curves.first == curves.last && curves.first?.isEmpty == false, "\(curves)")
    for figure in shown {
      // Four ways to choose have lines; their bands would hide each other.
      #expect(!figure.contains("class=\"band"))
      #expect(figure.contains(">16</text>") && !figure.contains(">10</text>"))
    }
    #expect(html.contains(names[1]) && !html.contains("14B-instruct"))
    #expect(html.components(separatedBy: "<details").first?.contains("Caution") == true)
    let open = html.components(separatedBy: "more caution").first ?? ""
    #expect(open.components(separatedBy: "class=\"warning\"").count - 1 <= 5)
  }

  @Test func trainingReportsSaySettingsInWords() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "train", "--task", "parity", "--layers", "1", "--width", "16", "--steps", "12", "--out",
      "run")
    #expect(outcome.status == 0, "\(outcome.error)")
    let html = try workspace.read("run/report.html")
    for text in ["Muon for hidden matrices: learning rate", "linear to zero", "Made by: allometry"]
    {
      #expect(html.contains(text), "\(text)")
    }
    for text in ["Settings(", "Training.", "Shape.", "=1.0", "=4.0"] {
      #expect(!html.contains(text), "\(text)")
    }
  }

  /// Validation along a run sees a part of the held-out text; the report compares on all of it.
  @Test func aTrainingReportHasOneHeldOutLoss() async throws {
    let workspace = try TinyRuns.workspace()
    let outcome = try await workspace.run(
      ["train"] + TinyRuns.shape + ["--steps", "30", "--out", "run"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let html = try workspace.read("run/report.html")
    let said = try #require(html.firstMatch(of: /reach ([0-9.]+) nats/)).output.1
    let compared = try #require(
      html.firstMatch(of: /this model<\/td><td class="number">([0-9.]+)</)
    ).output.1
    #expect(said == compared)
  }
}
