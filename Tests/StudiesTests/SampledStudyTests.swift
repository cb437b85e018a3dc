import Foundation
import Quantities
import SamplingLaws
import ScalingLaws
import Studies
import StudyTestSupport
import TestSupport
import Testing
import Training
import Verdicts

/// The axis of samples.
struct SampledStudyTests {
  private func file(_ sampling: String) throws -> StudyFile {
    try StudyFile(
      text: """
        corpus: {task: stepwise-parity, knobs: {steps: 4}}
        ladder: {sizes: [1x16, 1x32], tokens: 60k, seeds: 1}
        recipe: {batch: 32, learning-rate: 0.02, evaluation-tokens: 2048}
        \(sampling)
        """, name: "sampled.yaml")
  }

  @Test func everySizeIsSampledAndCompared() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try file("sampling: {samples: [1, 2, 8], problems: 20}")
    #expect(file.arms.isEmpty)
    let log = MemoryRunLog()
    let (rows, isWhole) = try TinyStudy.rows(file, workers: 2, log: log, folder: place)
    #expect(isWhole && rows.count == 2)
    let settings = VerdictSettings(
      refits: 0,
      sampling: SampledAxis(samples: [1, 2, 8], selectors: [.coverage, .majority]))
    var verdict = try StudyVerdict(of: rows, baseline: "baseline", settings: settings)
    verdict.add(samplesOf: rows) { log.curves(of: $0.identity) }
    let sampling = try #require(verdict.sampling?.first)
    #expect(
      sampling.problems == 20 && sampling.tradeoffs.map(\.selector) == ["coverage", "majority"])
    let coverage = sampling.tradeoffs[0]
    #expect(coverage.cells.map(\.samples) == [1, 2, 8, 1, 2, 8])
    for size in 0..<2 {
      let values = coverage.cells[3 * size..<3 * size + 3].map(\.accuracy.value)
      #expect(values == values.sorted() && values.allSatisfy { (0...1).contains($0) })
      // With one sample there is nothing to vote on.
      #expect(
        abs(values[0] - sampling.tradeoffs[1].cells[3 * size].accuracy.value) < 1e-12)
      let accuracy = rows[size].outcome?.metrics["sample_accuracy"]
      #expect(abs(try #require(accuracy) - values[0]) < 1e-12)
    }
    #expect(!sampling.sentences.isEmpty)
  }

  @Test(arguments: [
    ("sampling: {problems: 5}", "expected samples"),
    ("sampling: {samples: [4, 2]}", "ascending numbers"),
    ("sampling: {samples: [1], selectors: [best]}", "coverage, majority"),
    ("sampling: {samples: [1], sample: 3}", "there is no key sample"),
    ("laws: auto", "the section treatments is missing"),
  ])
  func whatIsWrongIsSaid(text: String, sentence: String) throws {
    do {
      _ = try file(text)
      Issue.record("nothing was said")
    } catch let error as StudyFileError {
      #expect(error.description.contains(sentence), "\(error.description)")
    }
  }

  /// Sampling is a part of a run: without it the run is the same as ever.
  @Test func runsWithoutSamplingKeepTheirIdentity() throws {
    let (plain, _) = try TinyStudy.plan(try file("treatments: [qk-norm]"))
    let (sampled, _) = try TinyStudy.plan(
      try file("treatments: [qk-norm]\nsampling: {samples: [1, 4], problems: 10}"))
    let text = try #require(try plain.runs(knowing: [:]).first).definition.canonicalText
    #expect(!text.contains("sampling"))
    let identities = try plain.runs(knowing: [:]).map(\.row.identity)
    let others = try sampled.runs(knowing: [:]).map(\.row.identity)
    #expect(identities != others)
  }
}
