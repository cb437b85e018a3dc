import Foundation
import Statistics
import Testing

@Suite struct ExtrapolationScreenTests {
  /// The definition: Holm times the exact tail of the binomial.
  @Test func chanceLevelByHand() throws {
    let test = try ChanceLevelTest(
      correct: [30, 60], items: [100, 100], chance: 0.25, margin: 0)
    // scipy.stats.binomtest(30, 100, 0.25, alternative="greater").pvalue and with 60.
    #expect(relativeError(test.pValues[0], 0.14954104656657338) < 1e-12)
    #expect(relativeError(test.pValues[1], 1.3268346743587464e-13) < 1e-10)
    #expect(test.adjustedPValues[1] == 2 * test.pValues[1])
    #expect(test.isAboveChance)
  }

  @Test func guessingIsRarelyAboveChance() throws {
    var wrong = 0
    for repetition in 0..<400 {
      var random = SplittableRandom(seed: 21).split(repetition)
      let correct = (0..<6).map { _ in random.nextBinomial(trials: 500, probability: 0.25) }
      let test = try ChanceLevelTest(
        correct: correct, items: Array(repeating: 500, count: 6), chance: 0.25, margin: 0)
      if test.isAboveChance { wrong += 1 }
    }
    // 5 % of 400 is 20; five standard errors above are 42.
    #expect(wrong <= 42)
  }

  @Test func freeTextChanceIsZero() throws {
    #expect(
      try ChanceLevelTest(correct: [40], items: [100], chance: 0).isAboveChance)
    #expect(
      try !ChanceLevelTest(correct: [0, 1], items: [100, 100], chance: 0).isAboveChance)
  }

  @Test func badCountsAreNamed() {
    #expect(throws: StatisticsError.invalidValue(what: "correct", index: 1, value: 11)) {
      try ChanceLevelTest(correct: [1, 11], items: [10, 10], chance: 0.5)
    }
    #expect(throws: StatisticsError.invalidValue(what: "items", index: 0, value: 0)) {
      try ChanceLevelTest(correct: [0], items: [0], chance: 0.5)
    }
  }

  // MARK: Pythia, zero-shot, step 143000, not deduplicated (Biderman et al., 2023)

  static let table = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "shared/data/pythia-evals/pythia_70m_to_2.8b.csv")

  /// ln N, correct and items of a task; the item count follows from the printed standard error
  /// `√(p(1−p)/(n−1))`.
  private func series(_ task: String) throws -> (x: [Double], correct: [Int], items: [Int]) {
    let text = try String(contentsOf: Self.table, encoding: .utf8)
    var points: [(logSize: Double, correct: Int, items: Int)] = []
    for line in text.split(separator: "\n").dropFirst() {
      let row = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard row[2] == "0", row[3] == "0", row[4] == "143000", row[6] == task else { continue }
      let size = try #require(Double(row[1]))
      let accuracy = try #require(Double(row[7]))
      let error = try #require(Double(row[8]))
      let variance: Double = accuracy * (1 - accuracy)
      let items = (variance / (error * error) + 1).rounded()
      points.append((log(size), Int((accuracy * items).rounded()), Int(items)))
    }
    points.sort { $0.logSize < $1.logSize }
    return (points.map(\.logSize), points.map(\.correct), points.map(\.items))
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: table.path), "no shared Pythia table"),
    arguments: [
      ("lambada_openai", 0.0, ExtrapolationScreen.Verdict.accepted),
      ("arc_easy", 0.25, .accepted),
      ("piqa", 0.5, .accepted),
      ("sciq", 0.25, .accepted),
      ("winogrande", 0.5, .accepted),
      ("logiqa", 0.25, .atChance),
      ("mmlu_mean_of_57_subjects", 0.25, .atChance),
      ("wsc", 0.5, .atChance),
    ])
  func pythiaTasks(
    _ task: String, _ chance: Double, _ verdict: ExtrapolationScreen.Verdict
  ) throws {
    let (x, correct, items) = try series(task)
    #expect(x.count == 6)
    let screen = try ExtrapolationScreen(x: x, correct: correct, items: items, chance: chance)
    #expect(screen.verdict == verdict)
  }

  /// Winograd schemas jump around the majority class, 63.5 %: even if the chance test were blind
  /// to that, no monotone trend exists.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: table.path), "no shared Pythia table"))
  func winogradSchemasHaveNoTrend() throws {
    let (x, correct, items) = try series("wsc")
    let screen = try ExtrapolationScreen(x: x, correct: correct, items: items, chance: 0)
    #expect(screen.chance.isAboveChance)
    #expect(screen.verdict == .noMonotoneTrend)
  }
}
