import Cards
import Corpora
import LanguageModels
import Quantities
import RunTables
import Strategies
import Tensors
import Testing
import Training

@Suite struct SequentialRevisionTests {
  @Test func onlyTheLastAttemptsAreShown() {
    let format = RevisionFormat(mark: 99, context: 2)
    #expect(format.prefix([7, 8], after: []) == [7, 8])
    #expect(format.prefix([7, 8], after: [[1]]) == [7, 8, 1, 99])
    #expect(format.prefix([7, 8], after: [[1], [2], [3]]) == [7, 8, 2, 99, 3, 99])
  }

  /// Chains end with the right solution behind the nearest wrong one, and only it is to be learnt.
  @Test(arguments: [0.0, 1.0]) func chains(keepShare: Double) throws {
    let task = try StepwiseArithmetic(["steps": 3])
    let format = RevisionFormat(task)
    let examples = RevisionExamples(
      corrupting: task, problems: 30, attempts: 8, rate: 0.5, seed: 3, format: format)
    let source = RevisionBatches(examples, keepShare: keepShare, seed: 4)
    var counts: Set<Int> = []
    for index in 0..<300 {
      let (row, start) = source.chain(index)
      let prompt = Array(row.prefix(task.promptLength))
      #expect(task.isCorrect(Array(row[start...]), to: prompt))
      let length = task.solutionLength
      let attempts = stride(from: task.promptLength, to: start, by: length + 1).map {
        Array(row[$0..<$0 + length])
      }
      #expect(attempts.count <= 4)
      counts.insert(attempts.count)
      let marks = attempts.indices.map { row[task.promptLength + ($0 + 1) * (length + 1) - 1] }
      #expect(marks.allSatisfy { $0 == format.mark })
      guard let last = attempts.last else { continue }
      #expect(attempts.dropLast().allSatisfy { !task.isCorrect($0, to: prompt) })
      #expect(task.isCorrect(last, to: prompt) == (keepShare == 1))
      if keepShare == 0 {
        let nearest = attempts.map { editDistance($0, row[start...]) }.min()
        #expect(editDistance(last, row[start...]) == nearest)
      }
    }
    #expect(counts == [0, 1, 2, 3, 4])

    let length = format.longestRow(task) - 1
    var rows = [Int32](repeating: -7, count: 5 * length)
    var targets = rows
    rows.withUnsafeMutableBufferPointer { rows in
      targets.withUnsafeMutableBufferPointer { targets in
        source.fill(tokens: rows, targets: targets, sequences: 5, length: length)
      }
    }
    #expect(source.position == 5)
    for row in 0..<5 {
      let (chain, start) = source.chain(row)
      let found = targets[row * length..<(row + 1) * length]
      #expect(found.filter { $0 >= 0 } == Array(chain[start...]))
      #expect(found[row * length + start - 1] == chain[start])
    }
  }

  @Test func samplesOfThePolicyAreWrong() throws {
    let bench = try SmallPolicy.bench()
    let task = bench.policy.task
    let examples = try RevisionExamples(
      from: bench.sampler, problems: 20, attempts: 6, seed: 12, format: RevisionFormat(task))
    #expect(examples.examples.contains { !$0.wrong.isEmpty })
    for example in examples.examples {
      #expect(task.isCorrect(example.right, to: example.prompt))
      #expect(example.wrong.allSatisfy { !task.isCorrect($0, to: example.prompt) })
      #expect(Set(example.wrong).count == example.wrong.count)
    }
  }

  @Test func transitionsAreCounted() {
    func attempt(_ round: Int, _ correct: Bool) -> OutcomeAttempt {
      OutcomeAttempt(correct: correct, round: round)
    }
    let arm = OutcomeArm(attempts: [
      // Two chains of three, then two of two and one.
      [
        attempt(0, true), attempt(1, false), attempt(2, true), attempt(0, false),
        attempt(1, false), attempt(2, true),
      ], [attempt(0, true), attempt(1, true), attempt(0, true)],
    ])
    let transitions = RevisionTransitions(arm)
    #expect(transitions.rightToWrong == 1)
    #expect(transitions.rightToRight == 1)
    #expect(transitions.wrongToRight == 2)
    #expect(transitions.wrongToWrong == 1)
    #expect(transitions.lossRate == 0.5)
    #expect(transitions.accuracyByRound == [0.75, 1.0 / 3, 1])
  }

  private func solve(
    _ options: [String: String], _ policy: Policy, _ problems: [Problem], budget: Int,
    verifier: (any Verifier)? = nil
  ) throws -> [StrategyResult] {
    try SequentialRevision(OptionValues(texts: options, for: SequentialRevision.card)).solve(
      problems, budget: budget, on: Bench(Sampler(policy, seed: 5), verifier: verifier))
  }

  @Test func chainsRollAsTheyShould() throws {
    let task = try StepwiseArithmetic(["steps": 2])
    let format = RevisionFormat(task)
    let model = try LanguageModel<Float>(
      .llama(
        width: 16, layers: 1, heads: 2, vocabulary: task.vocabularyCount + 1,
        context: format.longestRow(task)), seed: 3)
    let policy = try Policy(model, task: task, pool: .inline)
    let problems = Problem.draw(8, from: task, seed: 4)
    // One round is parallel sampling, attempt for attempt, at the same cost.
    let single = try solve(["rounds": "1"], policy, problems, budget: 6)
    let parallel = try ParallelSampling(OptionValues(texts: [:], for: ParallelSampling.card)).solve(
      problems, budget: 6, on: Bench(Sampler(policy, seed: 5)))
    for (one, other) in zip(single, parallel) {
      #expect(one.attempts.map(\.answer) == other.attempts.map(\.answer))
      #expect(abs(one.cost.operations - other.cost.operations) < 1e-9 * other.cost.operations)
      #expect(one.cost.generatedTokens == other.cost.generatedTokens)
    }
    // Seven attempts in chains of three: 3, 3 and 1.
    let chains = try solve(["rounds": "3"], policy, problems, budget: 7)
    for (result, plain) in zip(chains, parallel) {
      #expect(result.attempts.map(\.round) == [0, 1, 2, 0, 1, 2, 0])
      #expect(result.cost.generatedTokens == 7 * 2)
      // The prompt once, and a mark before each revision.
      #expect(result.cost.promptTokens == Double(task.promptLength + 4))
      #expect([0, 3, 6].map { result.attempts[$0].answer } == plain.attempts[..<3].map(\.answer))
    }
    // Seven rounds with four shown: from the sixth on everything is read anew.
    let long = try solve(["rounds": "7"], policy, problems, budget: 7)
    let shown = task.promptLength + 4 * 3
    #expect(long[0].cost.promptTokens == Double(task.promptLength + 4 + 2 * shown))
    #expect(long[0].attempts.count == 7)
    // The best score over the whole chain is right wherever any attempt is.
    let judged = try solve(
      ["rounds": "3", "select": "best"], policy, problems, budget: 6, verifier: OracleVerifier())
    #expect(judged.allSatisfy { $0.isCorrect == $0.attempts.contains { $0.score == 1 } })
  }

  @Test func aModelWithoutTheMarkIsRefused() throws {
    let policy = try SmallPolicy.policy()
    let problems = try SmallPolicy.problems(2)
    #expect(throws: StrategyError.self) { try solve([:], policy, problems, budget: 4) }
    #expect(throws: Never.self) { try solve([:], policy, problems, budget: 1) }
  }
}
