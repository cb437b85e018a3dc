import Cards
import Corpora
import LanguageModels
import RunTables
import Statistics
import Strategies
import Tensors
import Testing

@Suite struct IterativeDeepeningTests {
  private func model(_ vocabulary: Int, context: Int) throws -> LanguageModel<Float> {
    try LanguageModel<Float>(
      .llama(width: 16, layers: 1, heads: 2, vocabulary: vocabulary, context: context), seed: 3)
  }

  @Test func positionsAreThePowers() {
    func positions(_ first: Int, _ growth: Double, _ limit: Int, trigger: Int = 1) -> [Int] {
      IterativeDeepening(
        firstBudget: first, growth: growth, limit: limit,
        trigger: Array(repeating: 9, count: trigger)
      ).triggerPositions
    }
    #expect(positions(4, 2, 64) == [4, 8, 16, 32])
    #expect(positions(10, 1.5, 60) == [10, 15, 23, 34, 51])
    #expect(positions(4, .infinity, 64).isEmpty)
    #expect(positions(64, 2, 64).isEmpty)
    // A length that the trigger before it has passed is left out.
    #expect(positions(2, 1.5, 20, trigger: 3) == [2, 5, 10, 15])
  }

  /// Tokens that a script gives, so that triggers can be read off.
  @Test func triggersStandExactlyThere() throws {
    let session = try DecodingSession(model(12, context: 64), batch: 2, pool: .inline)
    let settings = IterativeDeepening(firstBudget: 3, growth: 2, limit: 14, trigger: [10, 11])
    let responses = settings.run([[1, 2], [1, 2, 3, 4]], in: session) { _, response, _ in
      Int32(response.drawn % 5)
    }
    let expected: [Int32] = [0, 1, 2, 10, 11, 3, 10, 11, 4, 0, 1, 2, 10, 11]
    for response in responses {
      #expect(response.tokens == expected)
      #expect(response.triggers == [3, 6, 12])
      #expect(response.drawn == 8)
      #expect(!response.isFinished)
    }
  }

  @Test func finishedResponsesStopOrGoOn() throws {
    var settings = IterativeDeepening(firstBudget: 6, growth: 2, limit: 12, trigger: [10])
    func run(_ finish: IterativeDeepening.Finish) throws -> IterativeDeepening.Response {
      let session = try DecodingSession(model(12, context: 64), batch: 1, pool: .inline)
      return settings.run([[1]], in: session) { _, response in
        response.tokens.last == 4 ? finish : .open
      } draw: { _, response, _ in
        Int32(response.drawn % 5)
      }[0]
    }
    #expect(try run(.finished).tokens == [0, 1, 2, 3, 4])
    #expect(try run(.finishedBefore).tokens == [0, 1, 2, 3])
    #expect(try run(.finishedBefore).isFinished)
    settings.ending = .goOn
    let stripped = try run(.finishedBefore)
    #expect(stripped.tokens == [0, 1, 2, 3, 10, 0, 10, 1, 2, 3, 10, 0])
    #expect(stripped.triggers == [4, 6, 10])
    let kept = try run(.finished)
    #expect(kept.tokens == [0, 1, 2, 3, 4, 10, 10, 0, 1, 2, 3, 4])
  }

  /// γ → ∞ is plain writing, token for token; with a finite γ the tokens before the first trigger are.
  @Test func infiniteGrowthIsPlainWriting() throws {
    let model = try model(12, context: 64)
    let prompts: [[Int32]] = [[1, 2, 3], [4, 5], [6, 7, 8, 9]]
    let plain = Generation(tokenLimit: 20, seed: 6).run(
      prompts, in: try DecodingSession(model, batch: 3, pool: .inline))
    func deepened(_ growth: Double) throws -> [[Int32]] {
      var streams = prompts.indices.map { SplittableRandom(seed: 6).split($0) }
      let rule = SamplingRule()
      return IterativeDeepening(firstBudget: 7, growth: growth, limit: 20, trigger: [11])
        .run(prompts, in: try DecodingSession(model, batch: 3, pool: .inline)) { row, _, logits in
          rule.draw(logits: logits, using: &streams[row])
        }.map(\.tokens)
    }
    #expect(try deepened(.infinity) == plain)
    let finite = try deepened(2)
    for row in prompts.indices {
      #expect(finite[row].prefix(7) == plain[row].prefix(7))
      #expect(finite[row][7] == 11)
      #expect(finite[row].count == 20)
    }
  }

  @Test func runningSumsAreVerified() throws {
    let task = try RunningSum(["steps": 5, "modulus": 7])
    for index in 0..<20 {
      let example = task.example(index, of: 1)
      let prompt = task.prompt(of: example)
      let solution = Array(example.tokens.dropFirst(task.promptLength))
      #expect(task.isCorrect(solution, to: prompt))
      #expect(task.verify(prompt: example.prompt, answer: example.answer))
      let total = (task.numbers(of: prompt) ?? []).reduce(0, +)
      #expect(task.answer(of: solution, to: prompt) == "\(total % 7)")
      var wrong = solution
      wrong[9] = task.value((total + 1) % 7)
      #expect(!task.isCorrect(wrong, to: prompt))
      #expect(task.isRight(step: 3, of: wrong, to: prompt))
      wrong[8] = task.place(0)
      #expect(task.answer(of: wrong, to: prompt) == nil)
    }
  }

  /// A look back is followed by the right sum, or in the control by the one that stood there.
  @Test(arguments: [RecheckBatches.Lesson.repair, .repeating])
  func lessons(lesson: RecheckBatches.Lesson) throws {
    let task = try RunningSum(["steps": 8, "modulus": 5])
    let source = RecheckBatches(task, lesson: lesson, slips: 0.3, looks: 0.4, seed: 2)
    let mark = Int32(task.vocabularyCount)
    var (looks, repairs) = (0, 0)
    for index in 0..<100 {
      let (tokens, isTaught) = source.row(index, limit: 70)
      #expect(tokens.count == isTaught.count && tokens.count <= 70)
      let prompt = Array(tokens.prefix(task.promptLength))
      let numbers = try #require(task.numbers(of: prompt))
      var place = task.promptLength
      var (last, step) = (-1, 0)
      while place < tokens.count {
        let isLook = tokens[place] == mark
        if isLook {
          #expect(tokens[place + 1] == mark && !isTaught[place] && !isTaught[place + 1])
          place += 2
          step -= 1
        }
        #expect(tokens[place] == task.place(step) && isTaught[place])
        let value = try #require(task.number(of: tokens[place + 1]))
        let right = numbers[0...step].reduce(0, +) % 5
        if isLook {
          looks += 1
          #expect(isTaught[place + 1])
          #expect(value == (lesson == .repair ? right : last))
          if value != last { repairs += 1 }
        } else {
          let next = (max(last, 0) + numbers[step]) % 5
          #expect(isTaught[place + 1] == (value == next))
        }
        (last, step, place) = (value, step + 1, place + 2)
      }
    }
    #expect(looks > 100)
    #expect(lesson == .repair ? repairs > 30 : repairs == 0)
  }

  /// Without looks back the strategy is parallel sampling; with them each costs a step and its mark.
  @Test func strategyCountsItsLooks() throws {
    let task = try RunningSum(["steps": 6, "modulus": 3])
    let model = try model(task.vocabularyCount + 1, context: 60)
    let policy = try Policy(model, task: task, pool: .inline)
    let problems = Problem.draw(10, from: task, seed: 4)
    func solve<Kind: Strategy>(_ kind: Kind.Type, _ options: [String: String]) throws
      -> [StrategyResult]
    {
      let bench = Bench(Sampler(policy, seed: 5))
      return try Kind(OptionValues(texts: options, for: Kind.card)).solve(
        problems, budget: 3, on: bench)
    }
    let plain = try solve(ParallelSampling.self, [:])
    let none = try solve(IterativeDeepeningSampling.self, ["growth": "1e9"])
    for (one, other) in zip(plain, none) {
      #expect(one.attempts.map(\.answer) == other.attempts.map(\.answer))
      #expect(other.attempts.allSatisfy { $0.round == 0 && $0.tokens == 12 })
      // The plain strategy reads the prompt and writes all; this one too.
      #expect(abs(one.cost.operations - other.cost.operations) < 1e-6 * one.cost.operations)
    }
    let looks = try solve(IterativeDeepeningSampling.self, ["first": "2", "growth": "2"])
    for result in looks {
      for attempt in result.attempts {
        // Positions 4 and 8 of 12 + 2·4 tokens, and 16 of what that makes.
        #expect(attempt.round == 3)
        #expect(attempt.tokens == 18)
      }
      #expect(result.cost.generatedTokens == 3 * 18)
      #expect(result.cost.promptTokens == Double(task.promptLength + 3 * 6))
    }
    #expect(throws: StrategyError.self) {
      try solve(IterativeDeepeningSampling.self, ["first": "3", "growth": "1.5"])
    }
    #expect(throws: StrategyError.self) {
      try solve(IterativeDeepeningSampling.self, ["go-on": "true"])
    }
  }
}
