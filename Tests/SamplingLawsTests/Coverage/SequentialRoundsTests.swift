import Foundation
import Quantities
import RunTables
import SamplingLaws
import Testing

@Suite struct SequentialRoundsTests {
  @Test func countsOfASmallTable() throws {
    // a: wrong, right, wrong; b: wrong, wrong, right; and a second chain of b: right, right.
    var arm = OutcomeArm(
      problems: ["a", "b"], starts: [0, 3, 8], correct: [0, 1, 0, 0, 0, 1, 1, 1])
    arm.rounds = [0, 1, 2, 0, 1, 2, 0, 1]
    let rounds = try #require(SequentialRounds(arm))
    #expect(rounds.chains == 3)
    #expect(rounds.flips == 1)
    // Wrong before: a1, b1, b2 of which a1 and b2 turned right. Right before: a2, b's second.
    #expect(abs(try #require(rounds.gain).value - 2.0 / 3) < 1e-15)
    #expect(try #require(rounds.loss).value == 0.5)
    #expect(abs(try #require(rounds.stationary).value - 4.0 / 7) < 1e-15)
    #expect(rounds.rounds.map(\.attempts) == [3, 3, 2])
    #expect(rounds.rounds[1].wrongBefore == 2)
    #expect(rounds.rounds[1].hazard?.value == 0.5)
    #expect(rounds.rounds[0].hazard == nil)
    #expect(SequentialRounds(OutcomeArm(problems: ["a"], starts: [0, 1], correct: [1])) == nil)
  }

  @Test func plantedChainIsRecovered() throws {
    let world = PlantedWorld(
      problems: 3000, attempts: 1, components: [.init(a: 1, b: 4)],
      rounds: .init(count: 8, gain: 0.25, loss: 0.08))
    let rounds = try #require(SequentialRounds(world.table(seed: 4).arms[0]))
    let gain = try #require(rounds.gain)
    let loss = try #require(rounds.loss)
    let stationary = try #require(rounds.stationary)
    #expect(gain.low < 0.25 && 0.25 < gain.high)
    #expect(loss.low < 0.08 && 0.08 < loss.high)
    let level = 0.25 / 0.33
    #expect(stationary.low < level && level < stationary.high)
    #expect(stationary.high - stationary.low < 0.03)
    #expect(rounds.warnings.contains { $0.contains("not absorbing") })
    let truth = try #require(PlantedTruth(world).rounds)
    for (round, exact) in zip(rounds.rounds, truth) {
      #expect(abs(round.predicted - exact) < 0.03)
      #expect(abs(round.accuracy - exact) < 0.03)
    }
    #expect(try #require(rounds.constancy) > 0.01)
  }

  @Test func absorbingRoundsFollowTheSaturatingCurve() throws {
    let world = PlantedWorld(
      problems: 2000, attempts: 1, components: [.init(a: 0.01, b: 1000)],
      rounds: .init(count: 10, gain: 0.3, loss: 0))
    let rounds = try #require(SequentialRounds(world.table(seed: 3).arms[0]))
    #expect(rounds.flips == 0)
    #expect(try #require(rounds.stationary).value == 1)
    let curve = try #require(rounds.absorbing)
    for round in rounds.rounds {
      #expect(abs(round.accuracy - curve.value(Double(round.round))) < 0.04)
    }
    #expect(abs(curve.saturation(gain: 0.01) - 10) <= 1)
  }

  @Test func aFallingHazardIsNoticed() throws {
    // Tries at problems of unequal difficulty that end with the first success: those still wrong
    // are the hard ones.
    let parallel = PlantedWorld(
      problems: 1000, attempts: 8, components: [.init(a: 0.5, b: 1)]
    ).table(seed: 5).arms[0]
    let arm = OutcomeArm(
      attempts: (0..<1000).map { problem in
        var attempts: [OutcomeAttempt] = []
        for row in parallel.rows(ofProblem: problem) where attempts.last?.correct != true {
          attempts.append(
            OutcomeAttempt(correct: parallel.correct[row] == 1, round: attempts.count))
        }
        return attempts
      })
    let rounds = try #require(SequentialRounds(arm))
    #expect(try #require(rounds.constancy) < 1e-6)
    #expect(rounds.warnings.contains { $0.contains("not the same in all rounds") })
    // p-values of a constant hazard are not small more often than they should be.
    let small = (0..<100).count { seed in
      let world = PlantedWorld(
        problems: 150, attempts: 1, components: [.init(a: 1, b: 4)],
        rounds: .init(count: 6, gain: 0.2, loss: 0))
      return
        (SequentialRounds(
          world.table(seed: UInt64(seed)).arms[0], bootstrap: ProblemBootstrap(resamples: 10))?
        .constancy ?? 0) < 0.1
    }
    #expect(small <= 20, "\(small)")
  }
}
