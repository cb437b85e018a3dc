import Cards
import Corpora
import Foundation
import Statistics
import Testing

/// What every task must satisfy, whatever it asks.
@Suite struct TaskLawTests {
  static let names = TaskCatalog.names

  /// Knobs that make a random guesser right often enough to be counted.
  static let guessable: [String: [String: Double]] = [
    "associative-recall": ["queries": 2, "values": 4],
    "needle": ["payload": 2, "symbols": 5],
    "induction": ["shortest": 3, "longest": 5, "symbols": 5, "length": 9],
    "copy": ["shortest": 1, "longest": 4, "symbols": 3],
    "selective-copy": ["memory": 3, "symbols": 3],
    "addition": ["digits": 1],
    "multiplication": ["digits": 1],
    "chained-arithmetic": ["digits": 2],
    "fact-recall": ["values": 4],
    "memo-trap": ["endings": 5, "override-share": 0.5],
    "mixed-difficulty": ["values": 2, "units": 7, "hard-share": 0.8, "keys": 3],
    "hanoi-step": ["disks": 3],
    "stepwise-arithmetic": ["steps": 2],
    "countdown": ["numbers": 2, "digits": 1],
    "dictionary-sum": ["steps": 2, "modulus": 4],
  ]

  /// Tasks with as many right answers as there are ways; a guesser finds none of them in a lifetime.
  static let open: Set = ["countdown"]

  @Test func namesAreUnique() {
    #expect(Set(Self.names).count == Self.names.count)
    #expect(Self.names.count >= 14)
  }

  @Test(arguments: names) func theStreamIsNamedBySeedAndIndex(_ name: String) throws {
    let task = try TaskCatalog.task(named: name)
    let again = try TaskCatalog.task(named: name)
    #expect(task.knobs == again.knobs)
    let first = (0..<50).map { task.example($0, of: 3) }
    #expect(first == (0..<50).map { again.example($0, of: 3) })
    #expect(task.example(31, of: 3) == first[31])
    #expect((0..<50).map { task.example($0, of: 4) } != first)
    // Memo trap has as few as 64 different lines, used by Zipf's law.
    #expect(Set(first).count > 10)
  }

  @Test(arguments: names) func examplesKeepTheirShape(_ name: String) throws {
    for overrides in [[:], Self.guessable[name] ?? [:]] {
      let task = try TaskCatalog.task(named: name, overrides)
      let card = type(of: task).card
      let alphabet = Set(task.answerAlphabet)
      #expect(alphabet.count == task.answerAlphabet.count)
      for index in 0..<200 {
        let example = task.example(index, of: 1)
        #expect(example.tokens.allSatisfy { $0 >= 0 && $0 < Int32(task.vocabularyCount) })
        #expect(example.tokens[0] == 0)
        #expect(example.tokens.dropFirst().allSatisfy { $0 != 0 })
        #expect(example.tokens.count <= task.longestExample)
        #expect(!example.answer.isEmpty)
        #expect(example.answer.allSatisfy(alphabet.contains))
        #expect(zip(example.answerPositions, example.answerPositions.dropFirst()).allSatisfy(<))
        #expect(example.labels.allSatisfy(card.labels.indices.contains))
        #expect(example.isAnswer.count { $0 } == example.answer.count)
        #expect(example.prompt.count { $0 == TaskExample.blank } == example.answer.count)
        #expect(zip(example.prompt, example.tokens).allSatisfy { $0 == $1 || $0 == -1 })
      }
    }
  }

  @Test(arguments: names) func theLongestExampleOccurs(_ name: String) throws {
    let task = try TaskCatalog.task(named: name, name == "memo-trap" ? ["override-share": 1] : [:])
    let longest = (0..<400).map { task.example($0, of: 1).tokens.count }.max()
    #expect(longest == task.longestExample)
  }

  @Test(arguments: names) func theVerifierKnowsRightFromWrong(_ name: String) throws {
    for overrides in [[:], Self.guessable[name] ?? [:]] {
      let task = try TaskCatalog.task(named: name, overrides)
      for index in 0..<200 {
        let example = task.example(index, of: 2)
        let (prompt, answer) = (example.prompt, example.answer)
        #expect(task.verify(prompt: prompt, answer: answer))
        let accepted = task.acceptedAnswers(to: prompt)
        #expect(accepted.contains(answer))
        #expect(accepted.allSatisfy { $0.count == answer.count })
        #expect(accepted.count <= 2 || Self.open.contains(name))
        // Every other token in every place of the answer is wrong, unless it is a second answer.
        for place in answer.indices {
          for token in task.answerAlphabet.prefix(6) where token != answer[place] {
            var changed = answer
            changed[place] = token
            #expect(task.verify(prompt: prompt, answer: changed) == accepted.contains(changed))
            if answer.count > 1, !Self.open.contains(name) {
              #expect(!task.verify(prompt: prompt, answer: changed))
            }
          }
        }
        #expect(!task.verify(prompt: prompt, answer: Array(answer.dropLast())))
        #expect(!task.verify(prompt: prompt, answer: answer + [answer[0]]))
      }
    }
  }

  @Test(arguments: names) func strangersAreNoPrompts(_ name: String) throws {
    let task = try TaskCatalog.task(named: name)
    #expect(!task.verify(prompt: [], answer: [1]))
    #expect(!task.verify(prompt: [0], answer: [1]))
    #expect(!task.verify(prompt: [0, -1], answer: [1]))
    #expect(!task.verify(prompt: [-1, -1, -1], answer: [1, 1, 1]))
  }

  @Test(arguments: names) func guessersReachTheChanceLevel(_ name: String) throws {
    let task = try TaskCatalog.task(named: name, Self.guessable[name] ?? [:])
    let trials = 20_000
    var random = SplittableRandom(seed: 17)
    var right = 0
    var tokensRight = 0
    var tokens = 0
    for index in 0..<trials {
      let example = task.example(index, of: 5)
      let guess = example.answer.map { _ in
        task.answerAlphabet[random.nextIndex(below: task.answerAlphabet.count)]
      }
      if task.verify(prompt: example.prompt, answer: guess) { right += 1 }
      tokensRight += zip(guess, example.answer).count(where: ==)
      tokens += guess.count
    }
    func expectShare(_ hits: Int, of count: Int, toBe truth: Double) {
      let error = (truth * (1 - truth) / Double(count)).squareRoot()
      let share = Double(hits) / Double(count)
      #expect(abs(share - truth) < 4 * error, "found \(share), expected \(truth)")
      #expect(truth * Double(count) > 10, "too rare to be measured")
    }
    if !Self.open.contains(name) { expectShare(right, of: trials, toBe: task.chanceLevel) }
    expectShare(tokensRight, of: tokens, toBe: task.tokenChanceLevel)
  }

  @Test(arguments: names) func knobsAreChecked(_ name: String) throws {
    let task = try TaskCatalog.task(named: name)
    let card = type(of: task).card
    #expect(!card.knobs.isEmpty && !card.summary.isEmpty && !card.source.isEmpty)
    #expect(Set(card.knobs.map(\.name)).count == card.knobs.count)
    let unknown = OptionError(
      card: name, option: "colour", .unknown(known: card.knobs.map(\.name)))
    #expect(throws: TaskError.knob(unknown)) { try TaskCatalog.task(named: name, ["colour": 1]) }
    for knob in card.knobs {
      let standard = task.knobs.number(knob.name)
      #expect(.number(standard) == knob.standard)
      #expect(!knob.meaning.isEmpty)
      let ends: (lower: Double, upper: Double)
      switch knob.domain {
      case .whole(let range):
        ends = (Double(range.lowerBound), Double(range.upperBound))
        #expect(throws: TaskError.self) {
          try TaskCatalog.task(named: name, [knob.name: standard + 0.5])
        }
      case .number(let range, nil): ends = (range.lower, range.upper)
      default:
        Issue.record("a knob that is no number")
        continue
      }
      for outside in [ends.lower - 1, ends.upper + 1, .nan] {
        #expect(throws: TaskError.self) {
          try TaskCatalog.task(named: name, [knob.name: outside])
        }
      }
    }
  }

  @Test func unknownTasksAreNamed() {
    #expect(throws: TaskError.unknownTask(found: "chess", known: Self.names)) {
      try TaskCatalog.task(named: "chess")
    }
    #expect(TaskError.unknownTask(found: "chess", known: ["copy"]).description.contains("copy"))
  }
}
