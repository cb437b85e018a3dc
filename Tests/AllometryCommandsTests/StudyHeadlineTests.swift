import Foundation
import TestSupport
import Testing

/// A study from its file to its verdict, report and table; what is said is worked out here a second
/// time from the exported runs.
@Suite struct StudyHeadlineTests {
  private static let sizes = ["1x16", "2x16", "1x32", "2x32"]

  /// Student's t with one degree of freedom, which two seeds leave, at 95 %.
  private static let student = tan(0.45 * Double.pi)

  private func close(_ found: Double?, _ wanted: Double, _ tolerance: Double = 1e-9) -> Bool {
    guard let found else { return false }
    return abs(found - wanted) <= tolerance * max(abs(wanted), 1e-3)
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// `1.03e11`: as many digits, no zeros at the end.
  private func flops(_ value: Double, digits: Int = 3) -> String {
    let parts = String(format: "%.\(digits - 1)e", value).split(separator: "e")
    var mantissa = String(parts[0])
    while mantissa.contains("."), mantissa.hasSuffix("0") || mantissa.hasSuffix(".") {
      mantissa.removeLast()
    }
    return "\(mantissa)e\(Int(parts[1]) ?? 0)"
  }

  private func factor(_ estimate: PrintedVerdict.Estimate) throws -> String {
    String(
      format: "%.2fx [%.2f, %.2f]", try #require(estimate.value), try #require(estimate.low),
      try #require(estimate.high))
  }

  private func chance(_ p: Double?) throws -> String {
    let p = try #require(p)
    return p < 0.001 ? "p < 0.001" : String(format: "p = %.2g", p)
  }

  /// The text without the ends of its lines.
  private func unwrapped(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The runs of an arm at a size, by seed.
  private func runs(_ rows: [ExportedRun], _ arm: String, _ rung: Int) -> [ExportedRun] {
    rows.filter { $0.arm == arm && $0.rung == rung }.sorted { $0.seed < $1.seed }
  }

  /// ln of the loss of a run over that of its partner of the baseline.
  private func logRatios(_ rows: [ExportedRun], _ arm: String, _ rung: Int) -> [Double] {
    zip(runs(rows, arm, rung), runs(rows, "baseline", rung)).map { log($0.loss / $1.loss) }
  }

  // MARK: - Rows

  @Test func everyRunIsExportedOnce() async throws {
    let study = try await HeadlineStudy.shared.value
    for outcome in [study.run, study.csv, study.lines] {
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    let header = try #require(SharedData.records(study.csv.output).first)
    #expect(
      header.prefix(18) == [
        "run", "arm", "N", "active", "D", "C", "loss", "seed", "rung", "size", "branch", "trunk",
        "purpose", "lr", "status", "tokens_per_second", "seconds", "state_bytes",
      ])
    #expect(header.contains("diagnostic.attention_entropy"))
    let rows = try study.rows
    #expect(rows.count == 24 && Set(rows.map(\.run)).count == 24)
    for arm in ["baseline", "wider-model", "null"] {
      for (rung, size) in Self.sizes.enumerated() {
        let own = runs(rows, arm, rung)
        #expect(own.map(\.seed) == [0, 1] && own.map(\.size) == [size, size])
      }
    }
    for row in rows {
      #expect(row.status == "finished" && row.purpose == "comparison" && row.branch == 0)
      #expect(row.lr == 0.02 && row.loss > 1 && row.loss < log(8))
    }
    // Rungs are larger and larger, and the wider model is half as large again.
    for rung in Self.sizes.indices {
      let (plain, wide) = (runs(rows, "baseline", rung)[0], runs(rows, "wider-model", rung)[0])
      #expect(close(wide.N / plain.N, 1.5, 0.02))
      #expect(wide.D == plain.D && wide.C > plain.C)
      #expect(runs(rows, "null", rung)[0].C == plain.C)
      if rung > 0 { #expect(plain.N > runs(rows, "baseline", rung - 1)[0].N) }
    }
  }

  @Test func linesOfJSONAndFilesHoldTheSameRows() async throws {
    let study = try await HeadlineStudy.shared.value
    let decoder = JSONDecoder()
    let lines = try study.lines.output.split(separator: "\n").map { line in
      try decoder.decode(ExportedRun.self, from: Data(line.utf8))
    }
    #expect(lines == (try study.rows))
    #expect(study.csvFile == study.csv.output)
  }

  @Test func theStatusCountsTheRows() async throws {
    let study = try await HeadlineStudy.shared.value
    let words = study.status.output.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(words.first == ["study", "runs", "done", "diverged", "failed", "running", "open"])
    #expect(words.last == ["tiny", "24", "24", "0", "0", "0", "0"])
    let table = study.runsStatus.output.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(study.runsStatus.output.hasPrefix("tiny: 24 of 24 runs ended.\n"))
    #expect(table.contains(["arm"] + Self.sizes))
    for arm in ["baseline", "wider-model", "null"] {
      #expect(table.contains([arm, "2/2", "2/2", "2/2", "2/2"]))
    }
    let whole = try JSONSerialization.jsonObject(with: Data(study.statusJSON.output.utf8))
    let first = try #require((whole as? [[String: Any]])?.first)
    #expect(first["study"] as? String == "tiny")
    #expect(first["runs"] as? Int == 24 && first["finished"] as? Int == 24)
    struct Known: Decodable {
      var run: String
      var arm: String
      var seed: Int
      var loss: Double
      var flops: Double
      var status: String
    }
    let objects = try JSONDecoder().decode(
      [Known].self, from: Data(study.runsStatusJSON.output.utf8))
    let rows = try study.rows
    #expect(objects.count == rows.count)
    for object in objects {
      let row = try #require(rows.first { $0.run == object.run })
      #expect(object.loss == row.loss && object.flops == row.C)
      #expect(object.arm == row.arm && object.seed == row.seed)
      #expect(object.status == "finished")
    }
  }

  // MARK: - The verdict

  @Test func theReportIsTheVerdictOfTheRun() async throws {
    let study = try await HeadlineStudy.shared.value
    for outcome in [study.again, study.report, study.reportJSON] {
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    #expect(study.reportJSON.output == study.run.output)
    func verdict(_ outcome: Outcome) -> [Substring] {
      outcome.output.split(separator: "\n").filter { !$0.hasPrefix("Report: ") }
    }
    #expect(verdict(study.report) == verdict(study.again))
    #expect(study.report.output.hasSuffix("Report: report.html\n"))
    #expect(study.report.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let page = study.page.replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
      .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    #expect(page.contains(study.run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    for arm in try study.verdict.arms {
      for sentence in arm.sentences {
        let text = sentence.replacing("<", with: "&lt;")
        #expect(study.page.contains(text) && study.reportPage.contains(text), "\(sentence)")
        #expect(unwrapped(study.report.output).contains(sentence), "\(sentence)")
      }
    }
  }

  /// Runs that are kept are not trained again.
  @Test func theSecondTimeNothingIsTrained() async throws {
    let study = try await HeadlineStudy.shared.value
    #expect(!study.again.error.contains("/24] ") && !study.again.error.contains(" loss "))
    #expect(study.again.error.contains("24 runs"))
  }

  @Test func numbersOfTheSizesAreThoseOfTheRuns() async throws {
    let study = try await HeadlineStudy.shared.value
    let (verdict, rows) = (try study.verdict, try study.rows)
    #expect(verdict.schema == "allometry.verdict/1" && verdict.baseline == "baseline")
    #expect(verdict.arms.map(\.arm) == ["wider-model", "null"])
    for arm in verdict.arms {
      #expect(arm.rungs.map(\.size) == Self.sizes)
      for rung in arm.rungs {
        for (side, name) in [(rung.baseline, "baseline"), (rung.treatment, arm.arm)] {
          let own = runs(rows, name, rung.rung)
          #expect(side.runs == own.count && side.learningRates == [0.02])
          #expect(close(side.loss, mean(own.map(\.loss)), 1e-12))
          #expect(side.tokens == own[0].D && side.parameters == own[0].N)
          #expect(side.trainingOperations == own[0].C)
        }
        #expect(rung.pairs == 2)
        let ratios = logRatios(rows, arm.arm, rung.rung)
        let middle = mean(ratios)
        // Half the distance of two values is the standard error of their mean.
        let width = Self.student * abs(ratios[0] - ratios[1]) / 2
        #expect(close(rung.differencePercent.value, 100 * expm1(middle)))
        #expect(close(rung.differencePercent.low, 100 * expm1(middle - width), 1e-6))
        #expect(close(rung.differencePercent.high, 100 * expm1(middle + width), 1e-6))
        let differences = zip(
          runs(rows, arm.arm, rung.rung), runs(rows, "baseline", rung.rung)
        ).map { $0.loss - $1.loss }
        #expect(close(rung.difference.value, mean(differences)))
      }
    }
  }

  /// What a size is worth follows from its losses, the slope of the baseline's law and what the arm
  /// costs more.
  @Test func worthFollowsFromTheRuns() async throws {
    let study = try await HeadlineStudy.shared.value
    let rows = try study.rows
    for arm in try study.verdict.arms {
      let axis = try #require(arm.axes.first { $0.axis == "training FLOPs" })
      let own = rows.filter { $0.arm == arm.arm || $0.arm == "baseline" }.map(\.C)
      let largest = try #require(own.max())
      #expect(axis.dataRange == [try #require(own.min()), largest])
      #expect(close(axis.target, 10 * largest, 1e-12))
      #expect(axis.test.pairs == 8 && axis.measured.count == 4)
      for (rung, worth) in axis.measured.enumerated() {
        let cost = runs(rows, arm.arm, rung)[0].C / runs(rows, "baseline", rung)[0].C
        let gain = mean(logRatios(rows, arm.arm, rung)) / axis.localSlopes[rung]
        let value = log(try #require(worth.multiplier.value))
        // A slope is that of one place; the law bends.
        #expect(
          abs(value - (gain - log(cost))) <= 0.1 * abs(gain) + 0.01,
          "\(arm.arm) at \(Self.sizes[rung])")
        if arm.arm == "null" { #expect((value > 0) == (gain > 0)) }
      }
      let values = axis.measured.compactMap(\.multiplier.value)
      let constant = try #require(axis.constantMultiplier.value)
      #expect(constant >= (values.min() ?? 0) && constant <= (values.max() ?? 0))
    }
  }

  @Test func sentencesSayWhatTheRunsSay() async throws {
    let study = try await HeadlineStudy.shared.value
    let (verdict, rows) = (try study.verdict, try study.rows)
    for arm in verdict.arms {
      let axis = try #require(arm.axes.first { $0.axis == "training FLOPs" })
      let range =
        "from \(flops(runs(rows, arm.arm, 0)[0].C)) to \(flops(runs(rows, arm.arm, 3)[0].C)) training FLOPs"
      let p = try chance(axis.test.pNoDifference)
      if arm.arm == "wider-model" {
        // Lower losses at equal tokens, which cost more than they are worth.
        #expect(arm.conclusion == "hurts")
        #expect(
          arm.sentences[0]
            == "wider-model is worth only \(try factor(axis.constantMultiplier)) training compute \(range) (\(p) for no difference)."
        )
        #expect(try #require(axis.test.pNoDifference) < verdict.settings.significance)
        #expect(axis.measured.compactMap(\.multiplier.value).allSatisfy { $0 < 1 })
        #expect(try #require(axis.constantMultiplier.high) < 1)
      } else {
        #expect(arm.conclusion == "no difference")
        let missed = String(format: "%.2f", try #require(axis.smallestDetectable))
        #expect(
          arm.sentences[0]
            == "No difference between null and baseline \(range) (\(p); a gain or loss under \(missed)x compute could have been missed)."
        )
        #expect(try #require(axis.test.pNoDifference) > verdict.settings.significance)
      }
      let forecast = try #require(axis.forecast)
      #expect(close(forecast.scale, 10 * axis.dataRange[1], 1e-12))
      #expect(
        arm.sentences[1].hasPrefix(
          "Forecast at \(flops(forecast.scale)) FLOPs, 1 decade beyond the largest run: "))
      let probability = String(format: "%.2f", try #require(forecast.probabilityBetter))
      #expect(arm.sentences[1].contains("it helps there with probability \(probability)"))
      #expect(
        arm.unmeasured.contains("any scale above \(flops(axis.dataRange[1])) training FLOPs"))
      #expect(arm.sentences[2].hasPrefix("At equal active parameters "))
    }
  }

  @Test func theTextShowsTheSizesOfEachArm() async throws {
    let study = try await HeadlineStudy.shared.value
    let rows = try study.rows
    let output = study.report.output
    #expect(
      output.hasPrefix("tiny: Do wider-model and null still help at scale, compared with"))
    for arm in try study.verdict.arms {
      let block = try #require(output.range(of: "\n\(arm.arm): \(arm.conclusion)\n"))
      let table = output[block.upperBound...].split(separator: "\n", maxSplits: 7).map {
        $0.split(separator: " ").map(String.init)
      }
      #expect(table[0].prefix(4) == ["size", "FLOPs", "baseline", arm.arm])
      for (rung, size) in Self.sizes.enumerated() {
        let row = table[rung + 2]
        let (own, plain) = (runs(rows, arm.arm, rung), runs(rows, "baseline", rung))
        let change = 100 * expm1(mean(logRatios(rows, arm.arm, rung)))
        #expect(
          row.prefix(5) == [
            size, flops(own[0].C, digits: 2), String(format: "%.4f", mean(plain.map(\.loss))),
            String(format: "%.4f", mean(own.map(\.loss))), String(format: "%.2f%%", change),
          ])
        #expect(row.last == "\(plain.count)+\(own.count)")
      }
    }
    // How much was learnt: between guessing one of eight tokens and the entropy of the language.
    let settings = try study.verdict.settings
    let (guessing, entropy) = (
      try #require(settings.guessingLoss), try #require(settings.entropyRate)
    )
    #expect(close(guessing, log(8), 1e-12) && entropy > 0 && entropy < guessing)
    let largest = runs(rows, "baseline", 3)
    let learnt = (guessing - mean(largest.map(\.loss))) / (guessing - entropy)
    let ratio = rows.filter { $0.arm == "baseline" }.map { $0.D / $0.N }.max() ?? 0
    #expect(
      unwrapped(output).contains(
        String(
          format:
            "Trained on %.2g tokens per parameter; at the largest size %.2g %% of what there is to learn between guessing and entropy was learnt.",
          ratio, 100 * learnt)))
  }

  // MARK: - Files of studies

  @Test func aNewStudyIsTheOneThatWasAskedFor() async throws {
    let workspace = try TinyRuns.workspace()
    let new = ["study", "new", "--treatment", "null", "--treatment", "qk-norm", "--name", "small"]
    let made = try await workspace.run(
      new + [
        "--corpus", "text.txt", "--rungs", "3", "--seeds", "2", "--budget", "10s", "--target",
        "1e15",
      ])
    #expect(made.status == 0, "\(made.error)")
    #expect(made.output.hasPrefix("Wrote small.yaml. Next:\n"))
    let lines = try workspace.read("small.yaml").split(separator: "\n").map {
      $0.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
    }
    for line in [
      "study: small", "text: text.txt", "rungs: 3", "seeds: 2", "- null", "- qk-norm",
      "budget: 10s", "target: 1e15 FLOPs",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    expectOneSentence(
      try await workspace.run(new), status: 73, containing: "small.yaml: the file is there")
    for (option, value, sentence) in [
      ("--treatment", "nope", "--treatment: found \"nope\"; expected one of "),
      ("--budget", "5x", "--budget: found \"5x\", expected a time such as"),
      ("--rungs", "0", "--rungs: found 0, expected 2 or more"),
    ] {
      expectOneSentence(
        try await workspace.run("study", "new", option, value, "--out", "other.yaml"), status: 64,
        containing: sentence)
    }
    #expect(try workspace.files == ["small.yaml", "text.txt"])
  }

  /// A rate that is best at the end of a sweep is told; the runs of the sweep are no rows of the
  /// comparison, and shorter lengths of a run are rows of their own.
  @Test func sweepsAndLengthsAreTold() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      study: swept
      corpus: {language: markov, knobs: {tokens: 8, order: 1}}
      model: {context: 32}
      ladder: {sizes: [1x16, 2x16], tokens: 2048, seeds: 1, lengths: [0.5, 1]}
      recipe:
        batch: 4
        learning-rate: [0.001, 0.002]
        sweep: rung 1
        schedule: cooldown
        evaluation-tokens: 1024
      treatments: [qk-norm]
      """, to: "swept.yaml")
    let made = try await workspace.run("study", "run", "swept.yaml")
    #expect(made.status == 0, "\(made.error)")
    let text = unwrapped(made.output)
    #expect(
      text.contains(
        "The runs do not tell whether qk-norm differs from baseline: 2 independent pairs of runs, at least 3 are needed."
      ))
    #expect(text.contains("No forecast is given for qk-norm: 2 rungs, at least 4 are needed; "))
    let rows = try ExportedRun.rows(
      try await workspace.run("study", "export", "--sweeps").output)
    let (swept, compared) = (
      rows.filter { $0.purpose == "learning-rate-sweep" },
      rows.filter { $0.purpose == "comparison" }
    )
    #expect(swept.count == 4 && compared.count == 8)
    #expect(try ExportedRun.rows(try await workspace.run("study", "export").output) == compared)
    for arm in ["baseline", "qk-norm"] {
      let best = try #require(
        swept.filter { $0.arm == arm }.min { $0.loss < $1.loss })
      #expect(compared.filter { $0.arm == arm }.map(\.lr) == [best.lr, best.lr, best.lr, best.lr])
      let end = best.lr == 0.002 ? "largest" : "smallest"
      #expect(
        text.contains(
          "\(arm) at 1x16: the best learning rate \(best.lr) is the \(end) of 2 that were tried, so a better one may lie outside."
        ))
    }
    for row in compared {
      #expect(row.D == (row.branch == 0 ? 1024 : 2048))
      let words = made.output.split(separator: "\n").map {
        $0.split(separator: " ").map(String.init)
      }
      let place = row.arm == "baseline" ? 4 : 5
      let line = try #require(
        words.first { $0.prefix(3) == ["\(row.size),", "length", "\(row.branch + 1)"] })
      #expect(line[place] == String(format: "%.4f", row.loss))
    }
    let status = try await workspace.run("study", "status", "swept")
    #expect(status.output.hasPrefix("swept: 12 of 12 runs ended.\n"))
    #expect(status.output.contains("learning-rate sweep  1x16\n"))
  }

  /// Where samples are drawn without a treatment the verdict is about samples alone.
  @Test func samplesAreTold() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      study: sampled
      corpus: {task: stepwise-parity, knobs: {steps: 4}}
      ladder: {sizes: [1x16, 1x32], tokens: 20k, seeds: 1}
      recipe: {batch: 32, learning-rate: 0.02, evaluation-tokens: 2048}
      sampling: {samples: [1, 2, 8], problems: 20}
      """, to: "sampled.yaml")
    let made = try await workspace.run("study", "run", "sampled.yaml", "--json")
    #expect(made.status == 0, "\(made.error)")
    let arms = try #require(try made.json["sampling"] as? [[String: Any]])
    let sentences = try #require(arms.first?["sentences"] as? [String])
    let tradeoffs = try #require(arms.first?["tradeoffs"] as? [[String: Any]])
    let text = try await workspace.run("study", "report", "--out", "page.html")
    #expect(
      text.output.hasPrefix(
        "sampled: Is it better to sample a small model more often, or to train a larger\none?\n"))
    let words = unwrapped(text.output)
    for sentence in sentences { #expect(words.contains(sentence), "\(sentence)") }
    // With one sample the accuracy is that of the attempts, which the table of runs has.
    let csv = SharedData.records(try await workspace.run("study", "export").output)
    let column = try #require(csv.first?.firstIndex(of: "metric.sample_accuracy"))
    let accuracies = csv.dropFirst().map { Double($0[column]) ?? .nan }
    #expect(tradeoffs.count == 2 && accuracies.count == 2)
    for tradeoff in tradeoffs {
      let cells = try #require(tradeoff["cells"] as? [[String: Any]])
      let single = cells.filter { $0["samples"] as? Int == 1 }
      let values = single.compactMap { ($0["accuracy"] as? [String: Any])?["value"] as? Double }
      #expect(values.count == 2)
      for (value, accuracy) in zip(values, accuracies) { #expect(close(value, accuracy)) }
    }
    let page = try workspace.read("page.html")
    #expect(page.contains("Test-time compute against parameters"))
    #expect(page.contains("Coverage by size and number of samples"))
    #expect(page.contains("Majority vote by size and number of samples"))
  }
}
