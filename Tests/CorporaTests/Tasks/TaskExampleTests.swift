import Corpora
import Statistics
import Testing

/// Prompts answered by hand, and what each task says about its examples.
@Suite struct TaskExampleTests {
  @Test func associativeRecallByHand() throws {
    let task = try AssociativeRecall([
      "pairs": 2, "queries": 2, "slots": 3, "keys": 4, "values": 4, "fillers": 2,
    ])
    // Keys 1…4, values 5…8, fillers 9 and 10.
    let prompt: [Int32] = [0, 2, 7, 4, 5, 4, -1, 9, 10, 2, -1]
    #expect(task.acceptedAnswers(to: prompt) == [[5, 7]])
    #expect(task.acceptedAnswers(to: [0, 2, 7, 3, -1]).isEmpty)
  }

  @Test func recallAsksSoonWhenTheGapPowerIsSmall() throws {
    // One query among slots 1…4 with weights x^(a − 1), a = 1: all the same; a = 2: 1 : 2 : 3 : 4.
    func shares(_ power: Double) throws -> [Double] {
      let task = try AssociativeRecall([
        "pairs": 1, "queries": 1, "slots": 4, "gap-power": power,
      ])
      var counts = [Double](repeating: 0, count: 4)
      for index in 0..<20_000 {
        counts[(task.example(index, of: 0).answerPositions[0] - 4) / 2] += 1
      }
      return counts.map { $0 / 20_000 }
    }
    for (found, expected) in zip(try shares(1), [0.25, 0.25, 0.25, 0.25]) {
      #expect(abs(found - expected) < 0.0125)
    }
    for (found, expected) in zip(try shares(2), [0.1, 0.2, 0.3, 0.4]) {
      #expect(abs(found - expected) < 0.0139)
    }
  }

  @Test(arguments: [0, 0.25, 0.5, 1]) func theNeedleLiesAtItsDepth(_ depth: Double) throws {
    let task = try Needle(["needles": 1, "depth": depth, "payload": 2, "length": 107])
    // 107 − 3 − 2 − 4 = 98 fillers; the needle follows so many of them.
    let example = task.example(0, of: 1)
    #expect(example.tokens.count == 107)
    let mark = try #require(example.tokens.firstIndex(of: 1))
    #expect(mark == 1 + Int((depth * 98).rounded()))
    #expect(Array(example.tokens[(mark + 2)..<(mark + 4)]) == example.answer)
    #expect(example.tokens[mark + 1] == example.tokens[104])
    #expect(example.tokens[103] == 2)
  }

  @Test func needlesAreFoundByKey() throws {
    let task = try Needle(["needles": 2, "payload": 2, "length": 16])
    let prompt: [Int32] = [0, 100, 1, 5, 40, 41, 1, 6, 42, 43, 101, 102, 2, 6, -1, -1]
    #expect(task.acceptedAnswers(to: prompt) == [[42, 43]])
    #expect(throws: TaskError.self) { try Needle(["length": 20]) }
    #expect(throws: TaskError.self) { try Needle(["depth": -0.5]) }
    #expect(throws: TaskError.self) { try Needle(["needles": 3, "keys": 2]) }
  }

  @Test func inductionContinuesTheBlock() throws {
    let task = try Induction(["shortest": 2, "longest": 3, "length": 9, "symbols": 5])
    #expect(
      task.acceptedAnswers(to: [0, 4, 2, 5, 4, -1, -1, -1, -1]) == [[2, 5, 4, 2]])
    #expect(
      task.acceptedAnswers(to: [0, 4, 2, 4, -1, -1, -1, -1, -1]) == [[2, 4, 2, 4, 2]])
    // The block's length varies, or a head that knows positions only would do.
    let lengths = Set((0..<100).map { task.example($0, of: 1).answer.count })
    #expect(lengths == [4, 5])
    #expect(throws: TaskError.self) { try Induction(["length": 20]) }
    #expect(throws: TaskError.self) { try Induction(["shortest": 30]) }
    #expect(throws: TaskError.self) { try Induction(["symbols": 10]) }
  }

  @Test func copiesByHand() throws {
    let copy = try Copy()
    #expect(copy.acceptedAnswers(to: [0, 5, 5, 9, 1, -1, -1, -1]) == [[5, 5, 9]])
    let selective = try SelectiveCopy(["symbols": 4, "distractors": 4, "memory": 3])
    // Symbols 2…5, distractors 6…9.
    #expect(
      selective.acceptedAnswers(to: [0, 7, 3, 9, 9, 2, 6, 3, 1, -1, -1, -1]) == [[3, 2, 3]])
  }

  @Test func bitsByHand() throws {
    // Tokens 1 and 2 are the bits; with two heads tokens 3 and 4 ask for spans 2 and 3.
    let parity = try Parity(["span": 3, "heads": 2])
    #expect(parity.acceptedAnswers(to: [0, 2, 1, 1, 2, 2, 3, -1]) == [[1]])
    #expect(parity.acceptedAnswers(to: [0, 2, 1, 1, 2, 1, 4, -1]) == [[2]])
    let match = try DelayedMatch(["span": 3, "heads": 2])
    #expect(match.acceptedAnswers(to: [0, 2, 1, 1, 2, 2, 3, -1]) == [[2]])
    #expect(match.acceptedAnswers(to: [0, 2, 1, 1, 2, 2, 4, -1]) == [[1]])
    #expect(throws: TaskError.self) { try Parity(["span": 3, "heads": 3]) }
    #expect(throws: TaskError.self) { try Parity(["bias": -0.2]) }
    // Rows of N + 2 up to, not including, N + 2 + 1.5 N bits; one start, question and answer.
    let lengths = Set(
      (0..<500).map { index in
        (try? Parity(["span": 4]))?.example(index, of: 2).tokens.count ?? 0
      })
    #expect(lengths == Set((4 + 2..<4 + 2 + 6).map { $0 + 3 }))
  }

  @Test(arguments: [1, 2, 3, 6, 8]) func arithmeticAgreesWithIntegers(_ digits: Int) throws {
    func number(_ tokens: some Collection<Int32>) -> Int {
      tokens.reduce(0) { 10 * $0 + Int($1) - 1 }
    }
    for reversed in [0.0, 1] {
      let knobs = ["digits": Double(digits), "reversed": reversed]
      let addition = try Addition(knobs)
      let multiplication = try Multiplication(knobs)
      for index in 0..<300 {
        for (task, combine) in [
          (addition as any SyntheticTask, { $0 + $1 } as (Int, Int) -> Int),
          (multiplication, { $0 * $1 }),
        ] {
          let example = task.example(index, of: 7)
          let a = number(example.tokens[1...digits])
          let b = number(example.tokens[(digits + 2)...(2 * digits + 1)])
          let answer = reversed == 1 ? example.answer.reversed() : example.answer
          #expect(number(answer) == combine(a, b))
          #expect(example.tokens[digits + 1] == 12 && example.tokens[2 * digits + 2] == 11)
        }
      }
    }
  }

  @Test func longArithmeticNeedsNoIntegers() throws {
    // (10^n − 1)² = 10^2n − 2·10^n + 1: nines, an eight, zeros and a one.
    let digits = 30
    let task = try Multiplication(["digits": Double(digits), "reversed": 0])
    let nines = [Int32](repeating: 10, count: digits)
    let prompt = [0] + nines + [12] + nines + [11] + [Int32](repeating: -1, count: 2 * digits)
    let square =
      [Int32](repeating: 10, count: digits - 1) + [9]
      + [Int32](repeating: 1, count: digits - 1) + [2]
    #expect(task.acceptedAnswers(to: prompt) == [square])
    let sum = try Addition(["digits": Double(digits), "reversed": 0])
    let shorter = Array(prompt.dropLast(digits - 1))
    let double = [2] + [Int32](repeating: 10, count: digits - 1) + [9]
    #expect(sum.acceptedAnswers(to: shorter) == [double])
  }

  @Test func foldsAreDisjointAndCoverEverything() throws {
    func exercises(_ fold: Double) throws -> Set<[Int32]> {
      let task = try Addition(["digits": 1, "fold": fold])
      return Set((0..<4000).map { task.example($0, of: 1).prompt })
    }
    let (training, heldOut) = (try exercises(0), try exercises(1))
    #expect(training.isDisjoint(with: heldOut))
    #expect(training.union(heldOut).count == 100)
    // Binomial(100, 0.2): within four standard deviations of 20.
    #expect(abs(heldOut.count - 20) <= 16)
    let all = try exercises(-1)
    #expect(all.count == 100)
  }

  @Test func chainsByHand() throws {
    let task = try ChainedArithmetic(["steps": 3, "digits": 1])
    // 7 + 5 = 2 (mod 10), × 3 = 6, − 9 = 7 (mod 10); tokens are digit + 1, 12 +, 13 −, 14 ×.
    #expect(task.acceptedAnswers(to: [0, 8, 12, 6, 14, 4, 13, 10, 11, -1]) == [[8]])
    let two = try ChainedArithmetic(["steps": 1, "digits": 2])
    // 31 × 47 = 1457.
    #expect(two.acceptedAnswers(to: [0, 4, 2, 14, 5, 8, 11, -1, -1]) == [[6, 8]])
    let plus = try ChainedArithmetic(["operators": 1])
    #expect(plus.acceptedAnswers(to: [0, 8, 12, 6, 14, 4, 13, 10, 11, -1]).isEmpty)
  }

  @Test func theIndirectObjectIsSaidOnce() throws {
    let task = try IndirectObject(["distance": 1])
    #expect(task.acceptedAnswers(to: [0, 5, 9, 35, 9, 1, -1]) == [[5]])
    #expect(task.acceptedAnswers(to: [0, 5, 9, 35, 5, 1, -1]) == [[9]])
    // The answer is the first name in half of the examples.
    let firsts = (0..<4000).count { index in
      let example = task.example(index, of: 1)
      return example.tokens[1] == example.answer[0]
    }
    #expect(abs(Double(firsts) / 4000 - 0.5) < 4 * 0.5 / 4000.0.squareRoot())
    let crowded = try IndirectObject(["distractors": 2, "distance": 0])
    #expect(crowded.acceptedAnswers(to: [0, 2, 3, 4, 5, 3, 5, 4, 1, -1]) == [[2]])
    #expect(throws: TaskError.self) { try IndirectObject(["names": 2, "distractors": 1]) }
  }

  @Test func colouredObjectsByHand() throws {
    let task = try ColouredObjects()
    // Objects 2…17, colours 18…33.
    let prompt: [Int32] = [0, 20, 5, 31, 2, 18, 9, 1, 2, -1]
    #expect(task.acceptedAnswers(to: prompt) == [[31]])
  }

  @Test func factsAndContextCompeteAsPlanted() throws {
    let task = try FactRecall(["context-share": 0.25])
    let count = 20_000
    let examples = (0..<count).map { task.example($0, of: 1) }
    func expect(_ hits: Int, of total: Int, _ truth: Double) {
      let error = (truth * (1 - truth) / Double(total)).squareRoot()
      #expect(abs(Double(hits) / Double(total) - truth) < 4 * error)
    }
    let falsely = examples.filter { $0.labels == [2] }
    expect(examples.count { $0.labels == [0] }, of: count, 0.5)
    expect(falsely.count, of: count, 0.15)
    let outcomes = falsely.map { task.outcome(of: $0.answer[0], to: $0.prompt) }
    expect(outcomes.count { $0 == .inContext }, of: falsely.count, 0.25)
    #expect(!outcomes.contains(.other))
    for example in examples.prefix(500) {
      let accepted = task.acceptedAnswers(to: example.prompt)
      #expect(accepted.count == (example.labels == [2] ? 2 : 1))
      // The same entity has the same fact in every example.
      if example.labels != [2] {
        #expect(task.outcome(of: example.answer[0], to: example.prompt) == .memorised)
      }
    }
  }

  @Test func contextShareAtItsEndsLeavesOneAnswer() throws {
    for (share, outcome) in [(0.0, FactRecall.Outcome.memorised), (1, .inContext)] {
      let task = try FactRecall(["context-share": share, "stated-share": 1, "truth-share": 0])
      for index in 0..<100 {
        let example = task.example(index, of: 1)
        #expect(task.acceptedAnswers(to: example.prompt) == [example.answer])
        #expect(task.outcome(of: example.answer[0], to: example.prompt) == outcome)
      }
    }
  }

  @Test func theMemoTrapSnaps() throws {
    let task = try MemoTrap(["override-share": 0.3])
    var usual: [[Int32]: Int32] = [:]
    var overrides = 0
    for index in 0..<5000 {
      let example = task.example(index, of: 1)
      let trap = try #require(task.trap(of: example.prompt))
      let phrase = Array(example.tokens.dropLast().suffix(4))
      #expect(usual[phrase, default: trap] == trap)
      usual[phrase] = trap
      if example.labels == [1] {
        overrides += 1
        #expect(example.answer[0] != trap)
        #expect(example.tokens[1] == 1 && example.tokens[6] == 2 && example.tokens[8] == 3)
        #expect(Array(example.tokens[2..<6]) == phrase)
      } else {
        #expect(example.answer[0] == trap)
      }
    }
    #expect(abs(Double(overrides) / 5000 - 0.3) < 4 * (0.21 / 5000).squareRoot())
    #expect(throws: TaskError.self) { try MemoTrap(["words": 2, "phrase-length": 2]) }
  }

  @Test func easyTokensAreABigramAndHardOnesAreNot() throws {
    let task = try MixedDifficulty()
    var successors: [Int32: Set<Int32>] = [:]
    var recalled: [Int32: Set<Int32>] = [:]
    for index in 0..<200 {
      let example = task.example(index, of: 1)
      #expect(example.labels[0] == 0)
      for (position, label) in zip(example.answerPositions, example.labels) {
        let before = example.tokens[position - 1]
        if label == 0 {
          successors[before, default: []].insert(example.tokens[position])
        } else {
          recalled[before, default: []].insert(example.tokens[position])
          let first = try #require(example.tokens.firstIndex(of: before))
          #expect(first < position - 1 && example.tokens[first + 1] == example.tokens[position])
        }
      }
    }
    #expect(successors.count == 32 && successors.values.allSatisfy { $0.count == 1 })
    #expect(recalled.count == 8 && recalled.values.allSatisfy { $0.count > 5 })
  }
}
