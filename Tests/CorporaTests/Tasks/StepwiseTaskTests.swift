import Corpora
import Statistics
import Testing

/// What every task in steps must satisfy, and prompts solved by hand or by brute force.
@Suite struct StepwiseTaskTests {
  static let names = TaskCatalog.all.filter { $0 is any StepwiseTask.Type }.map { $0.card.name }

  static func task(
    _ name: String, _ knobs: [String: Double] = [:]
  ) throws -> any StepwiseTask {
    try #require(try TaskCatalog.task(named: name, knobs) as? any StepwiseTask)
  }

  @Test func thereAreFive() {
    #expect(
      Self.names == [
        "hanoi-step", "stepwise-arithmetic", "stepwise-parity", "countdown", "dictionary-sum",
      ])
  }

  @Test(arguments: names) func examplesAreRightInEveryStep(_ name: String) throws {
    let task = try Self.task(name)
    for index in 0..<100 {
      let example = task.example(index, of: 1)
      let prompt = task.prompt(of: example)
      let solution = Array(example.tokens.dropFirst(task.promptLength))
      #expect(example.tokens.count == task.promptLength + task.solutionLength)
      #expect(solution == example.answer)
      for step in 0..<task.stepCount {
        #expect(task.isRight(step: step, of: solution, to: prompt))
        // Later tokens do not matter.
        let beginning = Array(solution.prefix((step + 1) * task.stepLength))
        #expect(task.isRight(step: step, of: beginning, to: prompt))
      }
      #expect(task.isCorrect(solution, to: prompt))
      #expect(task.answer(of: solution, to: prompt) != nil)
      let nonsense = [Int32](repeating: 0, count: task.solutionLength)
      #expect(!task.isCorrect(nonsense, to: prompt))
      #expect(task.answer(of: nonsense, to: prompt) == nil)
      #expect(!task.isRight(step: 0, of: nonsense, to: prompt))
    }
  }

  @Test func hanoiFollowsTheOptimalPath() throws {
    for disks in 1...10 {
      var state = [Int](repeating: 0, count: disks)
      let last = 1 << disks - 1
      for moves in 0..<last {
        #expect(HanoiStep.state(after: moves, disks: disks) == state)
        let move = try #require(
          HanoiStep.move(at: state, movesSmallest: moves.isMultiple(of: 2)))
        // Nothing smaller lies on either peg.
        #expect(state[move.disk] == move.from && move.from != move.to)
        #expect(state[..<move.disk].allSatisfy { $0 != move.from && $0 != move.to })
        state[move.disk] = move.to
      }
      // As few moves as possible: 2^D − 1.
      #expect(state == [Int](repeating: 2, count: disks))
      #expect(HanoiStep.state(after: last, disks: disks) == state)
    }
    let far = HanoiStep.state(after: 1 << 20 - 1, disks: 20)
    #expect(far == [Int](repeating: 2, count: 20))
  }

  @Test func hanoiPromptsByHand() throws {
    let task = try HanoiStep(["disks": 4, "fewest": 3])
    // Turns 1 and 2, directions 3 and 4, pegs 5…7, no disk 8, disks 9….
    let prompt = task.prompt(at: [2, 0, 0], movesSmallest: false)
    #expect(prompt == [0, 2, 4, 7, 5, 5, 8])
    // The smallest disk is on peg 2, so the next one goes from 0 to 1.
    #expect(task.isCorrect([10, 5, 6], to: prompt))
    #expect(!task.isCorrect([10, 5, 7], to: prompt))
    #expect(task.answer(of: [10, 5, 6], to: prompt) == "1 0>1")
    #expect(task.stratum(of: prompt) == "3")
    // Four disks go the other way round.
    let even = task.prompt(at: [0, 0, 0, 0], movesSmallest: true)
    #expect(even == [0, 1, 3, 5, 5, 5, 5])
    #expect(task.isCorrect([9, 5, 6], to: even))
    #expect(HanoiStep.move(at: [1, 1, 1], movesSmallest: false) == nil)
    let counts = Set(
      (0..<50).compactMap { index in
        task.stratum(of: task.prompt(of: task.example(index, of: 1)))
      })
    #expect(counts == ["3", "4"])
    #expect(throws: TaskError.self) { try HanoiStep(["disks": 3, "fewest": 4]) }
  }

  @Test func arithmeticStepsByHand() throws {
    let task = try StepwiseArithmetic(["steps": 3])
    // 7 + 5 = 2 (mod 10), × 0 = 0, − 9 = 1 (mod 10); tokens are digit + 1, 12 +, 13 −, 14 ×.
    let prompt: [Int32] = [0, 8, 12, 6, 14, 1, 13, 10, 11]
    #expect(task.acceptedAnswers(to: prompt + [-1, -1, -1]) == [[3, 1, 2]])
    #expect(task.stratum(of: prompt) == "1×")
    // A wrong sum that the product with zero makes up for.
    let lucky: [Int32] = [4, 1, 2]
    #expect((0..<3).map { task.isRight(step: $0, of: lucky, to: prompt) } == [false, true, true])
    #expect(task.isCorrect(lucky, to: prompt))
    #expect(task.answer(of: lucky, to: prompt) == "1")
    #expect(!task.isCorrect([3, 1, 1], to: prompt))
    #expect(task.answer(of: [3, 1, 12], to: prompt) == nil)
    let chain = try ChainedArithmetic(["steps": 5, "digits": 2])
    let open = try StepwiseArithmetic(["steps": 5, "digits": 2])
    for index in 0..<50 {
      let example = open.example(index, of: 3)
      let question = open.prompt(of: example)
      #expect(chain.acceptedAnswers(to: question + [-1, -1]) == [example.answer.suffix(2)])
    }
  }

  @Test func parityStepsByHand() throws {
    let task = try StepwiseParity(["steps": 2, "width": 3])
    // Bits 1 and 2: 0 1 1, 1 0 0; parities 0 and 1.
    let prompt: [Int32] = [0, 1, 2, 2, 2, 1, 1, 3]
    #expect(task.acceptedAnswers(to: prompt + [-1, -1]) == [[1, 2]])
    #expect(task.isCorrect([2, 2], to: prompt) && !task.isCorrect([1, 1], to: prompt))
    #expect(!task.isRight(step: 0, of: [2, 2], to: prompt))
    #expect(task.answer(of: [2, 2], to: prompt) == "1")
  }

  @Test func dictionarySumsByHand() throws {
    let task = try DictionarySum(["steps": 2, "keys": 2, "entries": 3])
    // Words 1, 2 and 3, values 4 for 0 up to 13 for 9, equals 14: 2 is 9, 3 is 1, 1 is 5.
    let dictionary: [Int32] = [2, 13, 3, 5, 1, 9]
    // 9 + 1 = 0 and 0 + 5 + 5 = 0 (mod 10).
    let prompt = [0] + dictionary + [2, 3, 1, 1, 14]
    #expect(task.acceptedAnswers(to: prompt + [-1, -1]) == [[4, 4]])
    #expect(task.isCorrect([5, 4], to: prompt) && !task.isRight(step: 0, of: [5, 4], to: prompt))
    #expect(task.answer(of: [4, 4], to: prompt) == "0")
    #expect(task.answer(of: [4, 14], to: prompt) == nil)
    // A word that the dictionary gives twice makes no prompt.
    let broken: [Int32] = [0, 2, 13, 2, 5, 1, 9, 2, 2, 1, 1, 14]
    #expect(task.acceptedAnswers(to: broken + [-1, -1]).isEmpty)
    let values = Set((0..<50).map { task.example($0, of: 2).tokens[2] })
    #expect(values.count > 5)
  }

  @Test func countdownByHand() throws {
    let task = try Countdown(["numbers": 3, "digits": 2])
    func number(_ value: Int) -> [Int32] { [Int32(value / 10 + 1), Int32(value % 10 + 1)] }
    func step(_ a: Int, _ symbol: Int32, _ b: Int, _ c: Int) -> [Int32] {
      number(a) + [symbol] + number(b) + [11] + number(c)
    }
    let prompt =
      [0] + number(14) + [12] + number(3) + [12] + number(5) + [12] + number(4) + [11]
    // 14 = 5 × 4 − 6, no; 5 × 3 = 15, 15 − 4 = 11, no; 5 + 4 = 9, 9 + 3 = 12; 5 × 4 = 20,
    // 20 − 3 = 17, no; 4 × 3 = 12, 12 + 5 = 17, 12 − 5 = 7; 5 × 3 + 4 = 19; (5 − 3) × 4 = 8;
    // (4 − 3) × 5 = 5; 5 × 4 + 3 = 23: none. 17 has two ways.
    #expect(task.acceptedAnswers(to: prompt + [Int32](repeating: -1, count: 16)).isEmpty)
    #expect(task.stratum(of: prompt) == nil)
    let solvable = [0] + number(17) + Array(prompt.dropFirst(3))
    let ways = task.acceptedAnswers(to: solvable + [Int32](repeating: -1, count: 16))
    let first = step(5, 15, 4, 20) + step(20, 14, 3, 17)
    let second = step(4, 15, 3, 12) + step(12, 13, 5, 17)
    #expect(Set(ways) == [first, second])
    #expect(task.stratum(of: solvable) == "2–4 solutions")
    #expect(task.answer(of: first, to: solvable) == "5*4=20 20-3=17")
    #expect(task.isCorrect(first, to: solvable) && task.isCorrect(second, to: solvable))
    // Legal, but a dead end; illegal; a number that is not there.
    #expect(!task.isRight(step: 0, of: step(5, 13, 3, 8), to: solvable))
    #expect(task.isRight(step: 0, of: step(4, 15, 3, 12), to: solvable))
    #expect(!task.isRight(step: 0, of: step(4, 15, 3, 13), to: solvable))
    #expect(!task.isRight(step: 0, of: step(3, 15, 4, 12), to: solvable))
    #expect(!task.isRight(step: 0, of: step(6, 15, 2, 12), to: solvable))
    #expect(!task.isCorrect(step(5, 15, 4, 20) + step(20, 14, 4, 16), to: solvable))
    #expect(throws: TaskError.self) { try Countdown(["digits": 1, "largest": 10]) }
    #expect(throws: TaskError.self) { try Countdown(["operators": 1, "largest": 50]) }
  }

  /// Every way of combining numbers, places kept apart, as sets of written solutions.
  static func ways(
    _ numbers: [Int], _ target: Int, operators: Int, limit: Int
  ) -> Set<[String]> {
    if numbers.count == 1 { return numbers[0] == target ? [[]] : [] }
    var found: Set<[String]> = []
    for i in numbers.indices {
      for j in numbers.indices where i != j && numbers[i] >= numbers[j] {
        let (a, b) = (numbers[i], numbers[j])
        for (symbol, result) in [("+", a + b), ("-", a - b), ("*", a * b)].prefix(operators)
        where result < limit {
          let rest = numbers.indices.filter { $0 != i && $0 != j }.map { numbers[$0] }
          for way in ways(rest + [result], target, operators: operators, limit: limit) {
            found.insert(["\(a)\(symbol)\(b)=\(result)"] + way)
          }
        }
      }
    }
    return found
  }

  @Test(arguments: [(2, 3), (3, 1), (3, 3), (4, 2), (4, 3)])
  func countdownFindsAllWaysOnce(_ shape: (numbers: Int, operators: Int)) throws {
    let task = try Countdown([
      "numbers": Double(shape.numbers), "operators": Double(shape.operators), "largest": 6,
    ])
    for index in 0..<25 {
      let example = task.example(index, of: 4)
      let prompt = task.prompt(of: example)
      func number(at start: Int) -> Int { Int(prompt[start] - 1) * 10 + Int(prompt[start + 1] - 1) }
      let numbers = (0..<shape.numbers).map { number(at: 4 + 3 * $0) }
      let expected = Self.ways(
        numbers, number(at: 1), operators: shape.operators, limit: 100)
      let found = task.acceptedAnswers(to: example.prompt)
      let written = found.compactMap { task.answer(of: $0, to: prompt) }
      #expect(Set(written) == Set(expected.map { $0.joined(separator: " ") }))
      #expect(written.count == found.count && Set(written).count == found.count)
      #expect(found.allSatisfy { task.isCorrect($0, to: prompt) })
    }
  }
}
