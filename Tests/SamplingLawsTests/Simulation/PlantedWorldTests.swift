import Foundation
import RunTables
import SamplingLaws
import Testing

@Suite struct PlantedWorldTests {
  @Test func truthsOfABetaWorldHaveTheirClosedForms() {
    let truth = PlantedTruth(PlantedWorld(components: [.init(a: 0.5, b: 2)]))
    #expect(abs(truth.coverage(1) - 0.2) < 1e-12)
    #expect(abs(truth.coverage(10) - 0.612235) < 1e-6)
    #expect(abs(truth.coverage(100) - 0.868214) < 1e-6)
    // E p³ = (a)(a+1)(a+2) / ((a+b)(a+b+1)(a+b+2))
    #expect(abs(truth.reliability(3) - 0.5 * 1.5 * 2.5 / (2.5 * 3.5 * 4.5)) < 1e-12)
    let mixed = PlantedTruth(
      PlantedWorld(
        components: [.init(weight: 3, a: 200, b: 100), .init(weight: 1, a: 1, b: 1)],
        unsolvable: 0.1, certain: 0.2))
    #expect(abs(mixed.accuracy - (0.2 + 0.7 * (0.75 * 2 / 3 + 0.25 * 0.5))) < 1e-12)
    #expect(abs(mixed.coverage(1e9) - 0.9) < 1e-6)
  }

  /// All outcomes of four votes among a right and two wrong answers, averaged over Beta(2, 3).
  @Test func majorityEqualsEnumeration() throws {
    let answers = PlantedWorld.Answers(wrong: 2, concentration: 1.5, unreadable: 0.25)
    let world = PlantedWorld(components: [.init(a: 2, b: 3)], answers: answers)
    func moment(_ right: Int, _ wrong: Int) -> Double {
      var value = 1.0
      for i in 0..<right { value *= (2 + Double(i)) / (5 + Double(i)) }
      for j in 0..<wrong { value *= (3 + Double(j)) / (5 + Double(right + j)) }
      return value
    }
    let shares = answers.shares
    // Answers 0 right, 1 and 2 wrong, 3 unreadable; their shares of the wrong attempts.
    let wrong = [1, 0.75 * shares[0], 0.75 * shares[1], 0.25]
    for n in 1...4 {
      var expected = 0.0
      for code in 0..<Int(pow(4, Double(n))) {
        var counts = [0, 0, 0, 0]
        var weight = 1.0
        var rest = code
        for _ in 0..<n {
          counts[rest % 4] += 1
          weight *= wrong[rest % 4]
          rest /= 4
        }
        let rivals = [counts[1], counts[2]]
        guard counts[0] > 0, rivals.allSatisfy({ $0 <= counts[0] }) else { continue }
        let ties = rivals.count { $0 == counts[0] }
        expected += weight * moment(counts[0], n - counts[0]) / Double(1 + ties)
      }
      let majority = try #require(PlantedTruth(world).majority(n))
      #expect(abs(majority - expected) < 1e-12, "n = \(n)")
    }
  }

  @Test func tablesAgreeWithTheirTruths() throws {
    let world = PlantedWorld(
      problems: 20_000, attempts: 8,
      components: [
        .init(label: "easy", a: 4, b: 2), .init(label: "hard", weight: 2, a: 0.4, b: 3),
      ],
      unsolvable: 0.1, certain: 0.05, answers: .init(wrong: 3, unreadable: 0.1),
      verifier: .init(discrimination: 1.2, problemEffect: 0.7, threshold: 0.8),
      tokens: .init(mean: 300, deviation: 200, wrongFactor: 1.5, hardness: 0.6),
      arms: [.init(name: "small"), .init(name: "large", ability: 1, tokenFactor: 2)])
    let table = world.table(seed: 3)
    #expect(table.armColumns == ["model"])
    #expect(table.arms.map(\.key) == [["small"], ["large"]])
    for (index, arm) in table.arms.enumerated() {
      let truth = PlantedTruth(world, arm: index)
      let passes = try #require(arm.passes)
      let scores = try #require(arm.scores)
      let tokens = try #require(arm.tokens)
      let answers = try #require(arm.answers)
      let gains = try #require(truth.resampling(samples: 8, falseCost: 0.5, sampleCost: 0.01))
      var right = 0.0
      var covered = 0.0
      var best = 0.0
      var voted = 0.0
      var value = 0.0
      for problem in 0..<arm.problemCount {
        let rows = arm.rows(ofProblem: problem)
        right += rows.reduce(0) { $0 + Double(arm.correct[$1]) } / 8
        covered += rows.contains { arm.correct[$0] == 1 } ? 1 : 0
        let top = try #require(rows.max { scores[$0] < scores[$1] })
        best += Double(arm.correct[top])
        var votes: [Int32: (count: Int, right: Double)] = [:]
        for row in rows where answers[row] >= 0 {
          votes[answers[row], default: (0, Double(arm.correct[row]))].count += 1
        }
        let most = votes.values.map(\.count).max() ?? 0
        let winners = votes.values.filter { $0.count == most }
        voted += winners.reduce(0) { $0 + $1.right } / Double(max(winners.count, 1))
        let first = rows.first { passes[$0] == 1 }
        value -= 0.01 * Double((first ?? rows.upperBound - 1) - rows.lowerBound + 1)
        if let first { value += arm.correct[first] == 1 ? 1 : -0.5 }
      }
      let problems = Double(arm.problemCount)
      // Five standard errors of a mean of numbers within a unit interval are below 0.018.
      #expect(abs(right / problems - truth.accuracy) < 0.012)
      #expect(abs(covered / problems - truth.coverage(8)) < 0.015)
      #expect(abs(best / problems - (try #require(truth.bestOfN(8)))) < 0.015)
      #expect(abs(voted / problems - (try #require(truth.majority(8)))) < 0.015)
      #expect(abs(value / problems - gains.gains[7]) < 0.02)
      let mean = tokens.reduce(0) { $0 + Double($1) } / Double(tokens.count)
      #expect(abs(mean / (try #require(truth.tokens)) - 1) < 0.02)
    }
    let strata = try #require(table.arms[0].strata)
    #expect(abs(Double(strata.count { $0 == "hard" }) / 20_000 - 0.85 * 2 / 3) < 0.015)
  }

  @Test func roundsFollowTheirChain() throws {
    let world = PlantedWorld(
      problems: 20_000, attempts: 1, components: [.init(a: 1, b: 3)],
      rounds: .init(count: 5, gain: 0.3, loss: 0.1))
    let arm = world.table(seed: 1).arms[0]
    let rounds = try #require(PlantedTruth(world).rounds)
    // Towards gain/(gain + loss) by a factor 1 − gain − loss a round.
    for round in 0..<5 {
      #expect(abs(rounds[round] - (0.75 - 0.5 * pow(0.6, Double(round)))) < 1e-12)
      let right = (0..<20_000).reduce(0) { $0 + Int(arm.correct[arm.starts[$1] + round]) }
      #expect(abs(Double(right) / 20_000 - rounds[round]) < 0.02)
    }
    #expect(arm.rounds?.prefix(6) == [0, 1, 2, 3, 4, 0])
  }

  @Test func resamplingHasAnInteriorBestOnlyForMixedDifficulty() throws {
    // Part D: r = (.87, .13), pi = (.58, .42), completeness 1, soundness .75, here as two sharp
    // components.
    let sharp = 4e6
    func world(_ weights: [Double]) -> PlantedWorld {
      PlantedWorld(
        components: [
          .init(weight: weights[0], a: 0.87 * sharp, b: 0.13 * sharp),
          .init(weight: weights[1], a: 0.13 * sharp, b: 0.87 * sharp),
        ], verifier: .init(completeness: 1, soundness: 0.75))
    }
    let truth = PlantedTruth(world([0.58, 0.42]))
    let one = try #require(truth.resampling(samples: 4, falseCost: 1))
    #expect(one.best == 2)
    for (gain, expected) in zip(one.gains, [0.4490, 0.4724, 0.4614, 0.4516]) {
      #expect(abs(gain - expected) < 6e-5)
    }
    #expect(truth.resampling(samples: 9, falseCost: 0.7)?.best == 3)
    #expect(truth.resampling(samples: 9, falseCost: 2)?.best == 1)
    let easy = PlantedTruth(world([1, 0])).resampling(samples: 9, falseCost: 1)
    #expect(easy?.best == 9)
  }

  @Test func wrongModeShareIsWhereVotesFail() throws {
    let world = PlantedWorld(
      components: [.init(a: 2, b: 2)], answers: .init(wrong: 4, concentration: 2))
    let truth = PlantedTruth(world)
    let share = try #require(truth.wrongModeShare)
    let late = try #require(truth.majority(200))
    #expect(abs((1 - share) - late) < 0.005)
  }

  @Test func settingsKeepDefaultsAndAreChecked() throws {
    let text = #"{"problems": 7, "components": [{"label": "", "weight": 1, "a": 2, "b": 3}]}"#
    let world = try JSONDecoder().decode(PlantedWorld.self, from: Data(text.utf8))
    #expect(world == PlantedWorld(problems: 7, components: [.init(a: 2, b: 3)]))
    try world.validate()
    var broken = world
    broken.unsolvable = 1.5
    #expect(throws: PlantedWorldError.self) { try broken.validate() }
    broken = world
    broken.verifier = .init(threshold: 1, completeness: 1, soundness: 1)
    #expect(throws: PlantedWorldError.self) { try broken.validate() }
    #expect(world.table(seed: 4).arms[0].correct == world.table(seed: 4).arms[0].correct)
    #expect(world.table(seed: 4).arms[0].correct != world.table(seed: 5).arms[0].correct)
  }
}

@Suite struct PlantedTruthTableTests {
  @Test func concentrationIsSolvedForAShareOfWrongModes() throws {
    var world = PlantedWorld(
      components: [.init(a: 0.8, b: 1.2)], answers: .init(wrong: 6, concentration: 0))
    let concentration = try #require(world.concentration(wrongModeShare: 0.4))
    world.answers?.concentration = concentration
    #expect(abs(try #require(PlantedTruth(world).wrongModeShare) - 0.4) < 1e-6)
    #expect(world.concentration(wrongModeShare: 0.99) == nil)
    #expect(PlantedWorld().concentration(wrongModeShare: 0.4) == nil)
  }

  @Test func tableHoldsTheCurves() throws {
    let world = PlantedWorld(
      answers: .init(), verifier: .init(completeness: 0.9, soundness: 0.8), tokens: .init())
    let table = PlantedTruth(world).table(samples: [1, 8])
    #expect(table.rows.map(\.samples) == [1, 8])
    let one = table.rows[0]
    #expect(abs(one.coverage - 0.2) < 1e-12 && abs(one.reliability - 0.2) < 1e-12)
    #expect(abs(try #require(one.majority) - 0.2) < 1e-12)
    #expect(abs(try #require(one.bestOfN) - 0.2) < 1e-9)
    // 0.2 · 0.9 − 0.8 · 0.2
    #expect(abs(try #require(one.resampling) - 0.02) < 1e-12)
    #expect(try #require(table.rows[1].majority) <= table.rows[1].coverage)
    #expect(abs(try #require(table.tokens) - 500) < 1e-9)
  }
}
