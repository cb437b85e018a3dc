import Corpora
import RunTables
import Strategies
import Testing

/// The checks of [20] and [204] on search against a verifier.
@Suite struct TreeSearchTests {
  @Test func allStrategiesCoincideAtABudgetOfOne() throws {
    let problems = try SmallPolicy.problems(50)
    let bench = try SmallPolicy.bench(OracleVerifier())
    let single = try bench.sampler.samples(1, of: problems)
    for name in [
      "parallel-sampling", "beam-search", "diverse-verifier-tree-search",
      "monte-carlo-tree-search", "gated-retry",
    ] {
      let results = try SmallPolicy.solve(name, problems, budget: 1, on: bench)
      #expect(results.map(\.answer) == single.map { $0[0].answer })
      #expect(results.map(\.isCorrect) == single.map { $0[0].isCorrect })
    }
  }

  @Test(arguments: ["true", "false"]) func oneSubtreeIsABeam(_ distinct: String) throws {
    let problems = try SmallPolicy.problems(20)
    let bench = try SmallPolicy.bench(RandomVerifier(seed: 2))
    for (budget, width) in [(4, 4), (8, 8), (3, 4), (7, 4)] {
      let options = ["width": "\(width)", "distinct": distinct]
      let beam = try SmallPolicy.solve(
        "beam-search", options, problems, budget: budget, on: bench)
      let tree = try SmallPolicy.solve(
        "diverse-verifier-tree-search", options, problems, budget: budget, on: bench)
      #expect(beam == tree)
    }
    // Two subtrees are something else.
    let beam = try SmallPolicy.solve(
      "beam-search", ["width": "4"], problems, budget: 8, on: bench)
    let tree = try SmallPolicy.solve(
      "diverse-verifier-tree-search", ["width": "4"], problems, budget: 8, on: bench)
    #expect(beam != tree)
  }

  /// Beam search written again, problem by problem, without sessions that are kept or reordered.
  private func beam(
    _ problem: Problem, candidates: Int, width: Int, trees: Int, isDistinct: Bool, on bench: Bench
  ) throws -> [[Int32]] {
    let task = bench.policy.task
    let verifier = try #require(bench.verifier)
    var beginnings = [[Int32]](repeating: [], count: candidates)
    for step in 0..<task.stepCount {
      let drawn = try bench.sampler.continuations(
        of: beginnings.map { problem.prompt + $0 }, by: task.stepLength,
        from: (0..<candidates).map {
          bench.sampler.streams.stream(step: step, attempt: $0, problem: problem.index)
        })
      let solutions = zip(beginnings, drawn).map { $0 + $1 }
      if step == task.stepCount - 1 { return solutions }
      let scores = try verifier.stepScores(
        of: solutions, to: solutions.indices.map { AttemptPlace(problem, attempt: $0) }, task: task
      ).map { $0[step] }
      beginnings = []
      let size = candidates / trees
      for tree in 0..<trees {
        var ranked = Array(tree * size..<(tree + 1) * size)
        ranked.sort { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
        if isDistinct {
          var unique: [Int] = []
          for place in ranked where !unique.contains(where: { solutions[$0] == solutions[place] }) {
            unique.append(place)
          }
          ranked = unique
        }
        let kept = Array(ranked.prefix(size / width))
        for place in 0..<size { beginnings.append(solutions[kept[place * kept.count / size]]) }
      }
    }
    return []
  }

  @Test(arguments: [
    (8, 4, false, true), (8, 2, false, false), (12, 3, true, true), (16, 4, true, false),
  ])
  func searchIsWhatItIsByHand(
    _ shape: (candidates: Int, width: Int, isDiverse: Bool, isDistinct: Bool)
  ) throws {
    let problems = try SmallPolicy.problems(12)
    let bench = try SmallPolicy.bench(RandomVerifier(seed: 4))
    let found = try SmallPolicy.solve(
      shape.isDiverse ? "diverse-verifier-tree-search" : "beam-search",
      ["width": "\(shape.width)", "distinct": "\(shape.isDistinct)"], problems,
      budget: shape.candidates, on: bench)
    let task = bench.policy.task
    for (problem, result) in zip(problems, found) {
      let solutions = try beam(
        problem, candidates: shape.candidates, width: shape.width,
        trees: shape.isDiverse ? shape.candidates / shape.width : 1,
        isDistinct: shape.isDistinct, on: bench)
      let verifier = try #require(bench.verifier)
      let scores = try verifier.stepScores(
        of: solutions, to: solutions.indices.map { AttemptPlace(problem, attempt: $0) }, task: task)
      // Earlier scores are those of the places that a beginning came from.
      #expect(result.attempts.map { $0.stepScores?.last } == scores.map(\.last))
      #expect(
        result.attempts.map(\.answer) == solutions.map { task.answer(of: $0, to: problem.prompt) })
      #expect(
        result.attempts.map(\.correct)
          == solutions.map { task.isCorrect($0, to: problem.prompt) })
    }
  }

  @Test(arguments: ["beam-search", "diverse-verifier-tree-search"])
  func searchDependsOnTheSeedAlone(_ name: String) throws {
    let problems = try SmallPolicy.problems(24)
    let reference = try SmallPolicy.solve(
      name, problems, budget: 8, on: try SmallPolicy.bench(RandomVerifier()))
    for (threads, batch) in [(2, 256), (1, 20), (2, 1)] {
      let bench = try SmallPolicy.bench(RandomVerifier(), threads: threads, batch: batch)
      #expect(try SmallPolicy.solve(name, problems, budget: 8, on: bench) == reference)
    }
    let other = try SmallPolicy.bench(RandomVerifier(), seed: 77)
    #expect(try SmallPolicy.solve(name, problems, budget: 8, on: other) != reference)
  }

  @Test func aRandomVerifierIsPlainSampling() throws {
    let problems = try SmallPolicy.problems(600)
    let bench = try SmallPolicy.bench(RandomVerifier(seed: 8))
    let single = try bench.sampler.samples(16, of: problems)
    let plain =
      single.reduce(0.0) { $0 + Double($1.count { $0.isCorrect }) / 16 } / Double(single.count)
    #expect(plain > 0.2 && plain < 0.8)
    for name in ["beam-search", "diverse-verifier-tree-search"] {
      let found = try SmallPolicy.solve(
        name, problems, budget: 8, on: bench)
      // One answer a problem: the error of a share of 600, and a little for the reference.
      let error = (plain * (1 - plain) / 600).squareRoot()
      #expect(abs(found.accuracy - plain) < 4 * error, "\(name): \(found.accuracy), \(plain)")
    }
  }

  @Test func aPerfectVerifierMakesSearchBetterThanTheBestOfAsMany() throws {
    let problems = try SmallPolicy.problems(400)
    let bench = try SmallPolicy.bench(OracleVerifier())
    for budget in [4, 8] {
      let best = try SmallPolicy.solve(
        "parallel-sampling", ["select": "best"], problems, budget: budget, on: bench)
      for name in ["beam-search", "diverse-verifier-tree-search"] {
        let search = try SmallPolicy.solve(
          name, ["width": "4"], problems, budget: budget, on: bench)
        #expect(search.accuracy >= best.accuracy, "\(name) at \(budget)")
        #expect(search[0].cost == best[0].cost)
      }
      // Best-of-n with a perfect verifier is coverage.
      let covered = best.count { $0.attempts.contains(where: \.correct) }
      #expect(best.accuracy == Double(covered) / 400)
    }
    let beam = try SmallPolicy.solve(
      "beam-search", ["width": "2"], problems, budget: 2, on: bench)
    let best = try SmallPolicy.solve(
      "parallel-sampling", ["select": "best"], problems, budget: 2, on: bench)
    #expect(beam.accuracy > best.accuracy + 0.05)
  }

  @Test func lookingAheadLeavesNoTrace() throws {
    // A verifier without preferences keeps the first candidates, whatever it was shown in between.
    let problems = try SmallPolicy.problems(20)
    let bench = try SmallPolicy.bench(IndifferentVerifier())
    let plain = try SmallPolicy.solve("beam-search", problems, budget: 4, on: bench)
    for ahead in [1, 2, 5] {
      let found = try SmallPolicy.solve(
        "beam-search", ["lookahead": "\(ahead)"], problems, budget: 4 * (ahead + 1), on: bench)
      #expect(found.map(\.attempts) == plain.map(\.attempts))
    }
    // With a perfect one the value is that of the end.
    let oracle = try SmallPolicy.bench(OracleVerifier())
    let best = try SmallPolicy.solve(
      "beam-search", ["lookahead": "2"], problems, budget: 12, on: oracle)
    #expect(best.allSatisfy { $0.attempts.count == 4 })
  }
}

/// Finds everything equally good.
private final class IndifferentVerifier: Verifier {
  let name = "indifferent"

  func cost(prompt: Int, read: Int, solutions: Int) -> StrategyCost { StrategyCost() }

  func reading(of places: [AttemptPlace], task: any StepwiseTask) throws -> any StepReading {
    Reading()
  }

  private final class Reading: StepReading {
    func scores(appending steps: [[Int32]]) -> [Double] { steps.map { _ in 0.5 } }
    func reorder(_ parents: [Int]) {}
    func forget(_ steps: Int) {}
  }
}
