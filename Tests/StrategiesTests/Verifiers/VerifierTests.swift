import Corpora
import LanguageModels
import Statistics
import Strategies
import Tensors
import Testing
import Training

@Suite struct VerifierTests {
  static func model(_ policy: Policy, seed: UInt64 = 3) throws -> LanguageModel<Float> {
    try LanguageModel<Float>(
      ProcessVerifier.configuration(like: policy.model.configuration, for: policy.task),
      seed: seed)
  }

  @Test func scoresAreThoseOfOnePass() throws {
    let policy = try SmallPolicy.policy()
    let task = policy.task
    let problems = try SmallPolicy.problems(20)
    let samples = try Sampler(policy, seed: 1).samples(1, of: problems).map { $0[0].solution }
    let model = try Self.model(policy)
    let verifier = try ProcessVerifier(model, task: task, pool: .inline)
    let found = try verifier.stepScores(
      of: samples, to: problems.map { AttemptPlace($0, attempt: 0) }, task: task)
    let length = task.longestExample
    let tape = Tape<Float>(pool: .inline, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 20, length: length)
    let tokens = zip(problems, samples).flatMap { $0.prompt + $1 }
    _ = pass.tokens.buffer.update(fromContentsOf: tokens)
    let logits = model.logits(pass)
    tape.replay()
    let width = model.configuration.vocabularyCount
    for row in 0..<20 {
      for step in 0..<task.stepCount {
        let place = row * length + task.promptLength + (step + 1) * task.stepLength - 1
        let pair = (0..<2).map { logits.array[place * width + Int(verifier.good) + $0] }
        let expected = SamplingRule().probabilities(logits: pair)[0]
        #expect(abs(found[row][step] - expected) < 1e-5)
      }
    }
  }

  @Test func readingsCanBeReorderedAndForgotten() throws {
    let policy = try SmallPolicy.policy()
    let task = policy.task
    let problem = try SmallPolicy.problems(1)[0]
    let samples = try Sampler(policy, seed: 1).samples(6, of: [problem])[0].map(\.solution)
    let model = try Self.model(policy)
    for verifier in [
      try ProcessVerifier(model, task: task, pool: .inline) as any Verifier, OracleVerifier(),
      RandomVerifier(),
    ] {
      let rows = (0..<6).map { AttemptPlace(problem, attempt: $0) }
      let reading = try verifier.reading(of: rows, task: task)
      _ = reading.scores(appending: samples.map { [$0[0]] })
      let parents = [3, 3, 0, 5, 5, 1]
      reading.reorder(parents)
      _ = reading.scores(appending: samples.map { _ in [4] })
      try reading.forget(1)
      let found = reading.scores(appending: samples.map { [$0[1]] })
      let mixed = parents.indices.map { [samples[parents[$0]][0], samples[$0][1]] }
      let expected = try verifier.stepScores(of: mixed, to: rows, task: task).map { $0[1] }
      for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-5) }
    }
  }

  @Test func anOracleErrsAsOftenAsItIsTold() throws {
    let sampler = try SmallPolicy.bench().sampler
    let problems = try SmallPolicy.problems(400)
    let samples = try sampler.samples(4, of: problems)
    let places = problems.flatMap { problem in
      (0..<4).map { AttemptPlace(problem, attempt: $0) }
    }
    func scores(_ verifier: OracleVerifier) throws -> [Double] {
      try verifier.stepScores(
        of: samples.flatMap { $0.map(\.solution) }, to: places, task: sampler.policy.task
      ).flatMap { $0 }
    }
    let exact = try scores(OracleVerifier())
    #expect(exact.count == 4800 && Set(exact) == [0, 1])
    for share in [0.1, 0.3] {
      let wrong = zip(exact, try scores(OracleVerifier(errors: share))).count { $0 != $1 }
      let error = (share * (1 - share) / 4800).squareRoot()
      // Equal beginnings err alike, of which there are few.
      #expect(abs(Double(wrong) / 4800 - share) < 6 * error)
    }
    #expect(try scores(OracleVerifier(errors: 1)) == exact.map { 1 - $0 })
    #expect(OracleVerifier(errors: 0.1).name == "oracle-0.1")
  }

  @Test func batchesAskAtTheEndsOfSteps() throws {
    let sampler = try SmallPolicy.bench().sampler
    let problems = try SmallPolicy.problems(8, first: 1000)
    var examples = try VerifierExamples(
      from: sampler, problems: problems, attempts: 2, labels: .exact)
    #expect(examples.rows.count == 16)
    let batches = try VerifierBatches(examples, good: 10, seed: 1)
    func fill(_ batches: VerifierBatches, _ count: Int) -> (tokens: [Int32], targets: [Int32]) {
      var tokens = [Int32](repeating: 9, count: count * 13)
      var targets = tokens
      tokens.withUnsafeMutableBufferPointer { tokens in
        targets.withUnsafeMutableBufferPointer {
          batches.fill(tokens: tokens, targets: $0, sequences: count, length: 13)
        }
      }
      return (tokens, targets)
    }
    let (tokens, targets) = fill(batches, 16)
    // One epoch has every row once; the prompt has nine tokens, the row a place to spare.
    let rows = (0..<16).map { Array(tokens[$0 * 13..<$0 * 13 + 12]) }
    #expect(
      rows.sorted { $0.lexicographicallyPrecedes($1) }
        == examples.rows.map(\.tokens).sorted { $0.lexicographicallyPrecedes($1) })
    for row in 0..<16 {
      let target = Array(targets[row * 13..<(row + 1) * 13])
      #expect(target.indices.filter { target[$0] >= 0 } == [9, 10, 11])
      let prompt = Array(rows[row].prefix(9))
      for step in 0..<3 {
        let isRight = sampler.policy.task.isRight(
          step: step, of: Array(rows[row].dropFirst(9)), to: prompt)
        #expect(target[9 + step] == (isRight ? 10 : 11))
      }
    }
    // The source goes on from a position, and the next epoch has another order.
    let resumed = try VerifierBatches(examples, good: 10, seed: 1)
    resumed.position = 16
    let next = fill(batches, 16)
    #expect(next == fill(resumed, 16))
    #expect(next.tokens != tokens)
    // A soft target is drawn anew each time.
    examples.rows = [.init(tokens: examples.rows[0].tokens, targets: [0.25, nil, 1])]
    let soft = fill(try VerifierBatches(examples, good: 10, seed: 2), 4000).targets
    let first = (0..<4000).count { soft[$0 * 13 + 9] == 10 }
    #expect(abs(Double(first) / 4000 - 0.25) < 4 * (0.1875 / 4000).squareRoot())
    #expect((0..<4000).allSatisfy { soft[$0 * 13 + 10] == -1 && soft[$0 * 13 + 11] == 10 })
    examples.rows = []
    #expect(throws: StrategyError.self) { try VerifierBatches(examples, good: 10, seed: 1) }
  }

  @Test func rolloutsEstimateTheChanceOfARightEnd() throws {
    let sampler = try SmallPolicy.bench().sampler
    let problems = try SmallPolicy.problems(150, first: 2000)
    let samples = try sampler.samples(2, of: problems)
    let rolled = try VerifierExamples(
      from: sampler, problems: problems, attempts: 2, labels: .rollouts(8))
    // The value of a state is a martingale: its mean is the accuracy at every step.
    let accuracy = samples.flatMap { $0 }.reduce(0.0) { $0 + ($1.isCorrect ? 1 : 0) } / 300
    let means = rolled.meanTargets.compactMap { $0 }
    #expect(means.count == 3 && means[2] == accuracy)
    for mean in means { #expect(abs(mean - accuracy) < 4 * (0.25 / 150).squareRoot() + 0.02) }
    // Right beginnings are worth more than wrong ones, but not everything.
    let exact = try VerifierExamples(
      from: sampler, problems: problems, attempts: 2, labels: .exact)
    func worth(_ wanted: Double) -> Double {
      let pairs = zip(exact.rows, rolled.rows).filter { $0.0.targets[0] == wanted }
      return pairs.reduce(0) { $0 + ($1.1.targets[0] ?? 0) } / Double(pairs.count)
    }
    #expect(worth(1) > worth(0) + 0.3 && worth(1) < 0.999)
    // Cost: the solutions, and continuations of two tokens and of one.
    #expect(exact.cost.generatedTokens == Double(150 * 2 * 3))
    #expect(rolled.cost.generatedTokens > exact.cost.generatedTokens)
    let outcomes = try VerifierExamples(
      from: sampler, problems: problems, attempts: 2, labels: .outcome)
    #expect(outcomes.meanTargets == [nil, nil, accuracy])
  }
}
