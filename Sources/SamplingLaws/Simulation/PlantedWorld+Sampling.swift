internal import RealModule
public import RunTables
internal import Statistics

extension PlantedWorld.Answers {
  static func zipfWeight(rank: Int, exponent: Double) -> Double {
    Double.exp(-exponent * Double.log(Double(rank)))
  }
}

extension PlantedWorld {
  /// The arms, or the one without a name.
  public var drawnArms: [Arm] { arms.isEmpty ? [Arm(name: "")] : arms }

  /// The chance p moved by an arm's ability on the log-odds scale.
  static func shifted(_ p: Double, by ability: Double) -> Double {
    if ability == 0 || p == 0 || p == 1 { return p }
    let odds = p * Double.exp(ability)
    return odds / (odds + 1 - p)
  }

  /// Draws a table with one arm for each of ``arms``, told apart by the column `model`; the same
  /// seed gives the same table.
  ///
  /// Problems are shared by the arms, with the difficulty and stratum that `split(problem)` draws;
  /// the attempts of arm a at a problem have the stream `split(problem).split(a + 1)`.
  public func table(seed: UInt64) -> OutcomeTable {
    let root = SplittableRandom(seed: seed)
    let difficulties = (0..<problems).map { problem -> (chance: Double, stratum: String) in
      var random = root.split(problem)
      return difficulty(using: &random)
    }
    let labelled = components.contains { !$0.label.isEmpty }
    let drawn = drawnArms.enumerated().map { index, arm -> OutcomeArm in
      var outcome = draw(
        arm, chances: difficulties.map { Self.shifted($0.chance, by: arm.ability) },
        random: { root.split($0).split(index + 1) })
      if labelled { outcome.strata = difficulties.map(\.stratum) }
      if !arms.isEmpty { outcome.key = [arm.name] }
      return outcome
    }
    return OutcomeTable(
      source: "planted world, seed \(seed)", armColumns: arms.isEmpty ? [] : ["model"],
      arms: drawn)
  }

  private func difficulty(
    using random: inout SplittableRandom
  ) -> (chance: Double, stratum: String) {
    var place = random.nextUniform()
    if place < unsolvable { return (0, "unsolvable") }
    place -= unsolvable
    if place < certain { return (1, "certain") }
    let total = components.reduce(0) { $0 + $1.weight }
    var rest = random.nextUniform() * total
    let component =
      components.first {
        rest -= $0.weight
        return rest < 0
      } ?? components[components.count - 1]
    return (random.nextBeta(component.a, component.b), component.label)
  }

  private func draw(
    _ arm: Arm, chances: [Double], random stream: (Int) -> SplittableRandom
  ) -> OutcomeArm {
    let chains = arm.attempts ?? attempts
    let rows = chains * (rounds?.count ?? 1)
    let cumulative = answers.map { answers -> [Double] in
      var sum = 0.0
      return answers.shares.map {
        sum += $0
        return sum
      }
    }
    var columns = DrawnColumns(capacity: rows * problems)
    for problem in 0..<problems {
      var random = stream(problem)
      let effect = (verifier?.problemEffect ?? 0) * random.nextNormal()
      var classes = [Int32](repeating: -1, count: (answers?.wrong ?? 0) + 1)
      var known: Int32 = 0
      for _ in 0..<chains {
        var isRight = false
        for round in 0..<(rounds?.count ?? 1) {
          let chance =
            round == 0
            ? chances[problem] : isRight ? 1 - (rounds?.loss ?? 0) : (rounds?.gain ?? 0)
          isRight = random.nextUniform() < chance
          columns.correct.append(isRight ? 1 : 0)
          if rounds != nil { columns.rounds.append(Int32(round)) }
          if let answers, let cumulative {
            let answer = Self.answer(isRight, answers, cumulative, &random)
            if answer >= 0, classes[answer] < 0 {
              classes[answer] = known
              known += 1
            }
            columns.answers.append(answer < 0 ? -1 : classes[answer])
          }
          if let verifier {
            let score = effect + (isRight ? verifier.discrimination : 0) + random.nextNormal()
            columns.scores.append(score)
            if verifier.decides {
              let passes = verifier.passes(isRight, score: score, using: &random)
              columns.passes.append(passes ? 1 : 0)
            }
          }
          if let tokens {
            let count = tokens.draw(isRight, chance: chances[problem], using: &random)
            columns.tokens.append(Float(max((arm.tokenFactor * count).rounded(), 1)))
          }
        }
      }
    }
    return columns.arm(
      problems: problems, rows: rows, prompt: tokens.map { Float($0.prompt) })
  }

  /// 0 for the right answer, r for the r-th wrong one, −1 for one that cannot be read.
  private static func answer(
    _ isRight: Bool, _ answers: Answers, _ cumulative: [Double],
    _ random: inout SplittableRandom
  ) -> Int {
    if isRight { return 0 }
    if answers.unreadable > 0, random.nextUniform() < answers.unreadable { return -1 }
    let place = random.nextUniform()
    return (cumulative.firstIndex { place < $0 } ?? cumulative.count - 1) + 1
  }
}

extension PlantedWorld.Verifier {
  fileprivate func passes(
    _ isRight: Bool, score: Double, using random: inout SplittableRandom
  ) -> Bool {
    if let threshold { return score >= threshold }
    return random.nextUniform() < (isRight ? completeness ?? 1 : 1 - (soundness ?? 1))
  }
}

extension PlantedWorld.Tokens {
  func mean(_ isRight: Bool, chance: Double) -> Double {
    mean * (isRight ? 1 : wrongFactor) * Double.exp(hardness * (0.5 - chance))
  }

  fileprivate func draw(
    _ isRight: Bool, chance: Double, using random: inout SplittableRandom
  ) -> Double {
    // A log-normal of mean 1 and this coefficient of variation.
    let ratio = deviation / mean
    let variance = Double.log(onePlus: ratio * ratio)
    let factor = Double.exp(variance.squareRoot() * random.nextNormal() - variance / 2)
    return mean(isRight, chance: chance) * factor
  }
}

private struct DrawnColumns {
  var correct: [UInt8] = []
  var rounds: [Int32] = []
  var answers: [Int32] = []
  var scores: [Double] = []
  var passes: [UInt8] = []
  var tokens: [Float] = []

  init(capacity: Int) {
    correct.reserveCapacity(capacity)
  }

  func arm(problems: Int, rows: Int, prompt: Float?) -> OutcomeArm {
    var arm = OutcomeArm(
      problems: (0..<problems).map { String($0) }, starts: (0...problems).map { $0 * rows },
      correct: correct)
    if !rounds.isEmpty { arm.rounds = rounds }
    if !answers.isEmpty { arm.answers = answers }
    if !scores.isEmpty { arm.scores = scores }
    if !passes.isEmpty { arm.passes = passes }
    if !tokens.isEmpty {
      arm.tokens = tokens
      arm.promptTokens = prompt.map { [Float](repeating: $0, count: tokens.count) }
    }
    return arm
  }
}
