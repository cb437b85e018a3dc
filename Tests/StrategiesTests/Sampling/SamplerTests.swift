import Corpora
import LanguageModels
import Statistics
import Strategies
import Tensors
import Testing

/// Attempts depend on seed, problem and number alone.
@Suite struct SamplerTests {
  @Test func attemptsAreTheSameInAnyBatchAndOnAnyThreads() throws {
    let problems = try SmallPolicy.problems(40)
    let reference = try SmallPolicy.bench().sampler.samples(6, of: problems)
    for (threads, batch) in [(1, 16), (2, 7), (2, 256), (1, 64)] {
      let sampler = try SmallPolicy.bench(threads: threads, batch: batch).sampler
      #expect(try sampler.samples(6, of: problems) == reference)
    }
    // Fewer attempts are the first ones, in other company too.
    let sampler = try SmallPolicy.bench().sampler
    let some = [problems[7], problems[3]]
    #expect(try sampler.samples(2, of: some)[0] == Array(reference[7].prefix(2)))
    #expect(try sampler.samples(5, of: some) == [7, 3].map { Array(reference[$0].prefix(5)) })
    #expect(try SmallPolicy.bench(seed: 6).sampler.samples(6, of: problems) != reference)
    #expect(Set(reference[0]).count > 1)
  }

  @Test func solutionsAreDrawnFromTheModel() throws {
    // The first token's frequencies are the model's probabilities.
    let policy = try SmallPolicy.policy()
    let problem = try SmallPolicy.problems(1)[0]
    let count = 4000
    let samples = try Sampler(policy, seed: 1).samples(count, of: [problem])[0]
    let tape = Tape<Float>(pool: .inline, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: problem.prompt.count)
    _ = pass.tokens.buffer.update(fromContentsOf: problem.prompt)
    let logits = policy.model.logits(pass)
    tape.replay()
    let last = Array(logits.array.suffix(policy.task.vocabularyCount))
    let expected = SamplingRule().probabilities(logits: last)
    for token in expected.indices {
      let share = Double(samples.count { $0.solution[0] == Int32(token) }) / Double(count)
      let error = (expected[token] * (1 - expected[token]) / Double(count)).squareRoot()
      #expect(abs(share - expected[token]) < 4.5 * error + 1e-9)
    }
  }

  @Test func continuationsGoOnFromTheirPrefixes() throws {
    let sampler = try SmallPolicy.bench().sampler
    let task = sampler.policy.task
    let problems = try SmallPolicy.problems(5)
    let samples = try sampler.samples(3, of: problems)
    // The second and third step of each attempt, from prefixes of several lengths.
    var prefixes: [[Int32]] = []
    var streams: [SplittableRandom] = []
    var expected: [[Int32]] = []
    for (index, problem) in problems.enumerated() {
      for attempt in 0..<3 {
        let step = (index + attempt) % task.stepCount
        let solution = samples[index][attempt].solution
        prefixes.append(problem.prompt + solution.prefix(step))
        streams.append(
          sampler.streams.stream(step: step, attempt: attempt, problem: problem.index))
        expected.append([solution[step]])
      }
    }
    #expect(try sampler.continuations(of: prefixes, by: 1, from: streams) == expected)
  }

  @Test func modelsThatDoNotFitAreRefused() throws {
    let task = try StepwiseArithmetic()
    let small = try LanguageModel<Float>(
      .llama(width: 8, layers: 1, heads: 1, vocabulary: 9, context: 64), seed: 1)
    #expect(throws: StrategyError.self) { try Policy(small, task: task, pool: .inline) }
    let short = try LanguageModel<Float>(
      .llama(width: 8, layers: 1, heads: 1, vocabulary: 15, context: 6), seed: 1)
    #expect(throws: StrategyError.self) { try Policy(short, task: task, pool: .inline) }
    let fitting = try LanguageModel<Float>(
      .llama(width: 8, layers: 1, heads: 1, vocabulary: 15, context: 32), seed: 1)
    #expect(throws: StrategyError.self) { try ProcessVerifier(fitting, task: task, pool: .inline) }
  }
}
