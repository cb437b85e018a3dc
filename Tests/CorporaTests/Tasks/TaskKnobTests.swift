import Cards
import Corpora
import Testing

/// A quantity that a knob moves.
struct KnobEffect: Sendable {
  typealias Measure = @Sendable (any SyntheticTask, [TaskExample]) -> Double

  var low: Double
  var high: Double
  /// Larger at `high` than at `low`.
  var measure: Measure

  static func mean(_ examples: [TaskExample], _ value: (TaskExample) -> Double) -> Double {
    examples.reduce(0) { $0 + value($1) } / Double(examples.count)
  }

  static let length: Measure = { _, examples in mean(examples) { Double($0.tokens.count) } }
  static let answers: Measure = { _, examples in mean(examples) { Double($0.answer.count) } }
  static let fewerAnswers: Measure = { -answers($0, $1) }
  static let vocabulary: Measure = { task, _ in Double(task.vocabularyCount) }
  static let chanceFalls: Measure = { task, _ in -task.chanceLevel }
  static let firstAnswerToken: Measure = { _, examples in mean(examples) { Double($0.answer[0]) } }
  static let answerPosition: Measure = { _, examples in
    mean(examples) { Double($0.answerPositions.reduce(0, +)) / Double($0.answerPositions.count) }
  }
  static let distinctPrompts: Measure = { _, examples in Double(Set(examples.map(\.prompt)).count) }
  static let distinctTokens: Measure = { _, examples in
    Double(Set(examples.flatMap(\.tokens)).count)
  }
  static func count(of token: Int32) -> Measure {
    { _, examples in mean(examples) { Double($0.tokens.count { $0 == token }) } }
  }
  static func share(ofLabel label: Int) -> Measure {
    { _, examples in
      let labels = examples.flatMap(\.labels)
      return Double(labels.count { $0 == label }) / Double(labels.count)
    }
  }
  static func less(_ measure: @escaping Measure) -> Measure { { -measure($0, $1) } }
}

/// Each knob of each task moves what its card says it does.
@Suite struct TaskKnobTests {
  static let effects: [String: [String: KnobEffect]] = [
    "associative-recall": [
      "pairs": .init(low: 4, high: 16, measure: KnobEffect.length),
      "queries": .init(low: 1, high: 8, measure: KnobEffect.answers),
      "slots": .init(low: 8, high: 32, measure: KnobEffect.length),
      "keys": .init(low: 8, high: 32, measure: KnobEffect.vocabulary),
      "values": .init(low: 8, high: 32, measure: KnobEffect.chanceFalls),
      "fillers": .init(low: 1, high: 8, measure: KnobEffect.vocabulary),
      "gap-power": .init(low: 0.01, high: 2, measure: KnobEffect.answerPosition),
    ],
    "needle": [
      "length": .init(low: 64, high: 96, measure: KnobEffect.length),
      "needles": .init(low: 1, high: 8, measure: KnobEffect.count(of: 1)),
      "payload": .init(low: 1, high: 4, measure: KnobEffect.answers),
      "depth": .init(
        low: 0.1, high: 0.9,
        measure: { _, examples in
          KnobEffect.mean(examples) { Double($0.tokens.firstIndex(of: $0.answer[0]) ?? 0) }
        }),
      "keys": .init(low: 8, high: 32, measure: KnobEffect.vocabulary),
      "symbols": .init(low: 8, high: 32, measure: KnobEffect.chanceFalls),
      "fillers": .init(low: 8, high: 32, measure: KnobEffect.vocabulary),
    ],
    "induction": [
      "shortest": .init(low: 4, high: 24, measure: KnobEffect.fewerAnswers),
      "longest": .init(low: 8, high: 40, measure: KnobEffect.fewerAnswers),
      "length": .init(low: 30, high: 64, measure: KnobEffect.answers),
      "symbols": .init(low: 24, high: 64, measure: KnobEffect.vocabulary),
    ],
    "copy": [
      "shortest": .init(low: 2, high: 16, measure: KnobEffect.length),
      "longest": .init(low: 8, high: 32, measure: KnobEffect.length),
      "symbols": .init(low: 2, high: 8, measure: KnobEffect.chanceFalls),
    ],
    "selective-copy": [
      "memory": .init(low: 2, high: 8, measure: KnobEffect.answers),
      "distance": .init(low: 0, high: 64, measure: KnobEffect.length),
      "symbols": .init(low: 2, high: 8, measure: KnobEffect.chanceFalls),
      "distractors": .init(low: 1, high: 8, measure: KnobEffect.vocabulary),
    ],
    "parity": [
      "span": .init(low: 2, high: 16, measure: KnobEffect.length),
      "heads": .init(low: 1, high: 3, measure: KnobEffect.vocabulary),
      "length-factor": .init(low: 0.5, high: 4, measure: KnobEffect.length),
      "bias": .init(low: 0.1, high: 0.9, measure: KnobEffect.count(of: 2)),
    ],
    "delayed-match": [
      "span": .init(low: 2, high: 16, measure: KnobEffect.length),
      "heads": .init(low: 1, high: 3, measure: KnobEffect.vocabulary),
      "length-factor": .init(low: 0.5, high: 4, measure: KnobEffect.length),
    ],
    "addition": [
      "digits": .init(low: 1, high: 5, measure: KnobEffect.answers),
      // The leading digit of a sum is 0 or 1, its last digit is anything.
      "reversed": .init(low: 0, high: 1, measure: KnobEffect.firstAnswerToken),
      "fold": .init(low: 1, high: 0, measure: KnobEffect.distinctPrompts),
      "operands": .init(low: 2, high: 5, measure: KnobEffect.length),
    ],
    "multiplication": [
      "digits": .init(low: 1, high: 5, measure: KnobEffect.answers),
      "reversed": .init(low: 0, high: 1, measure: KnobEffect.firstAnswerToken),
      "fold": .init(low: 1, high: 0, measure: KnobEffect.distinctPrompts),
    ],
    "chained-arithmetic": [
      "steps": .init(low: 1, high: 6, measure: KnobEffect.length),
      "digits": .init(low: 1, high: 3, measure: KnobEffect.answers),
      "operators": .init(low: 1, high: 3, measure: KnobEffect.distinctTokens),
    ],
    "indirect-object": [
      "names": .init(low: 4, high: 32, measure: KnobEffect.chanceFalls),
      "distractors": .init(low: 0, high: 4, measure: KnobEffect.length),
      "distance": .init(low: 0, high: 20, measure: KnobEffect.length),
      "fillers": .init(low: 1, high: 16, measure: KnobEffect.vocabulary),
    ],
    "coloured-objects": [
      "items": .init(low: 1, high: 8, measure: KnobEffect.length),
      "objects": .init(low: 4, high: 32, measure: KnobEffect.vocabulary),
      "colours": .init(low: 4, high: 32, measure: KnobEffect.chanceFalls),
    ],
    "fact-recall": [
      "entities": .init(low: 8, high: 256, measure: KnobEffect.vocabulary),
      "values": .init(low: 8, high: 64, measure: KnobEffect.chanceFalls),
      "statements": .init(low: 1, high: 8, measure: KnobEffect.length),
      "stated-share": .init(
        low: 0.2, high: 0.8, measure: KnobEffect.less(KnobEffect.share(ofLabel: 0))),
      "truth-share": .init(low: 0.2, high: 0.8, measure: KnobEffect.share(ofLabel: 1)),
      "context-share": .init(
        low: 0.1, high: 0.9,
        measure: { task, examples in
          guard let task = task as? FactRecall else { return .nan }
          return KnobEffect.mean(examples) {
            task.outcome(of: $0.answer[0], to: $0.prompt) == .inContext ? 1 : 0
          }
        }),
      "zipf": .init(
        low: 0, high: 2,
        measure: { _, examples in
          -KnobEffect.mean(examples) { Double($0.tokens[$0.tokens.count - 3]) }
        }),
      "table": .init(low: 0, high: 1, measure: KnobEffect.firstAnswerToken),
    ],
    "memo-trap": [
      "override-share": .init(low: 0.01, high: 0.5, measure: KnobEffect.share(ofLabel: 1)),
      "phrases": .init(low: 8, high: 128, measure: KnobEffect.distinctPrompts),
      "phrase-length": .init(low: 2, high: 8, measure: KnobEffect.length),
      "words": .init(low: 16, high: 64, measure: KnobEffect.vocabulary),
      "endings": .init(low: 8, high: 64, measure: KnobEffect.chanceFalls),
      "zipf": .init(low: 0, high: 2, measure: KnobEffect.less(KnobEffect.distinctPrompts)),
      "table": .init(low: 0, high: 1, measure: KnobEffect.firstAnswerToken),
    ],
    "mixed-difficulty": [
      "units": .init(low: 8, high: 32, measure: KnobEffect.length),
      "hard-share": .init(low: 0.1, high: 0.9, measure: KnobEffect.share(ofLabel: 1)),
      "keys": .init(low: 2, high: 32, measure: KnobEffect.fewerAnswers),
      "symbols": .init(low: 4, high: 32, measure: KnobEffect.vocabulary),
      "values": .init(low: 4, high: 32, measure: KnobEffect.chanceFalls),
      "table": .init(low: 0, high: 1, measure: KnobEffect.firstAnswerToken),
    ],
    "hanoi-step": [
      "disks": .init(low: 3, high: 8, measure: KnobEffect.length),
      // Token 8 stands for a disk that is not there.
      "fewest": .init(low: 1, high: 5, measure: KnobEffect.less(KnobEffect.count(of: 8))),
      "arbitrary": .init(low: 0, high: 1, measure: KnobEffect.distinctPrompts),
    ],
    "stepwise-arithmetic": [
      "steps": .init(low: 1, high: 6, measure: KnobEffect.length),
      "digits": .init(low: 1, high: 3, measure: KnobEffect.answers),
      "operators": .init(low: 1, high: 3, measure: KnobEffect.distinctTokens),
    ],
    "stepwise-parity": [
      "steps": .init(low: 2, high: 16, measure: KnobEffect.length),
      "width": .init(low: 1, high: 4, measure: KnobEffect.length),
    ],
    "dictionary-sum": [
      "steps": .init(low: 2, high: 16, measure: KnobEffect.length),
      "keys": .init(low: 1, high: 4, measure: KnobEffect.length),
      "entries": .init(low: 2, high: 16, measure: KnobEffect.vocabulary),
      "modulus": .init(low: 4, high: 32, measure: KnobEffect.chanceFalls),
    ],
    "countdown": [
      "numbers": .init(low: 2, high: 4, measure: KnobEffect.length),
      "digits": .init(low: 2, high: 3, measure: KnobEffect.answers),
      "operators": .init(low: 1, high: 3, measure: KnobEffect.distinctTokens),
      "largest": .init(low: 4, high: 50, measure: KnobEffect.distinctPrompts),
    ],
  ]

  static let cases: [(String, String)] = TaskCatalog.all.flatMap { type in
    type.card.knobs.map { (type.card.name, $0.name) }
  }

  @Test(arguments: cases) func theKnobMovesWhatItShould(_ example: (String, String)) throws {
    let (name, knob) = example
    let effect = try #require(Self.effects[name]?[knob], "no effect is stated for \(knob)")
    func measured(_ value: Double) throws -> Double {
      var overrides = ["chained-arithmetic": ["digits": 1.0]][name] ?? [:]
      overrides[knob] = value
      let task = try TaskCatalog.task(named: name, overrides)
      return effect.measure(task, (0..<400).map { task.example($0, of: 9) })
    }
    let (low, high) = (try measured(effect.low), try measured(effect.high))
    if knob == "table" {
      #expect(low != high)
    } else {
      #expect(low < high, "\(low) at \(effect.low), \(high) at \(effect.high)")
    }
  }

  @Test(arguments: TaskCatalog.all.map { $0.card.name })
  func harderNeverRaisesChance(_ name: String) throws {
    let type = try #require(TaskCatalog.all.first { $0.card.name == name })
    for knob in type.card.knobs where knob.harder == .up {
      let effect = try #require(Self.effects[name]?[knob.name])
      let low = try type.init([knob.name: effect.low]).chanceLevel
      let high = try type.init([knob.name: effect.high]).chanceLevel
      // Longer blocks leave fewer tokens to answer, which chance alone rewards.
      if name == "induction" && knob.name == "longest" { continue }
      if name == "mixed-difficulty" && (knob.name == "keys" || knob.name == "hard-share") {
        continue
      }
      #expect(high <= low)
    }
  }
}
