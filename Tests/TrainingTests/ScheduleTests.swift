import Foundation
import Testing
import Training

@Suite struct ScheduleTests {
  private func expect(_ schedule: Schedule, of steps: Int, _ points: [Int: Double]) {
    for (step, value) in points {
      #expect(abs(schedule.factor(at: step, of: steps) - value) < 1e-12, "step \(step)")
    }
  }

  // All by hand: with u steps done including this one, warm-up is u/W, progress (u − W)/(S − W).
  @Test func pointsByHand() {
    expect(Schedule(warmup: 4, .constant), of: 10, [0: 0.25, 1: 0.5, 3: 1, 4: 1, 9: 1])
    expect(Schedule(.constant), of: 10, [0: 1, 9: 1])
    expect(
      Schedule(warmup: 2, .cosine(floor: 0.1)), of: 10,
      // Half-way, progress 4/8: 0.1 + 0.9/2. A quarter: 0.1 + 0.45(1 + √½).
      [0: 0.5, 1: 1, 5: 0.55, 3: 0.1 + 0.45 * (1 + 0.5.squareRoot()), 9: 0.1])
    expect(Schedule(warmup: 2, .linear), of: 10, [1: 1, 2: 0.875, 5: 0.5, 9: 0])
    expect(
      Schedule(
        warmup: 2, .warmupStableDecay(decayFraction: 0.4, decayShape: .linear, floor: 0.2)),
      of: 10, [1: 1, 4: 1, 5: 1, 6: 0.8, 7: 0.6, 9: 0.2])
    expect(
      Schedule(
        warmup: 0,
        .warmupStableDecay(decayFraction: 0.4, decayShape: .oneMinusSquareRoot, floor: 0)),
      of: 10, [5: 1, 6: 0.5, 9: 0])
    expect(
      Schedule(.warmupStableDecay(decayFraction: 0.4, decayShape: .cosine, floor: 0)),
      of: 10, [7: 0.5, 9: 0])
    expect(
      Schedule(warmup: 1, .constantWithCooldown(cooldownSteps: 4)), of: 10,
      [0: 1, 5: 1, 6: 0.5, 7: 1 - 0.5.squareRoot(), 9: 0])
  }

  @Test func aLongerRunOfACooldownHasTheSameTrunk() {
    let schedule = Schedule(warmup: 3, .constantWithCooldown(cooldownSteps: 5))
    let (short, long) = (schedule.rates(peak: 2, steps: 20), schedule.rates(peak: 2, steps: 40))
    #expect(short[..<15] == long[..<15])
    #expect(Array(short[15...]) == Array(long[35...]))
  }

  @Test(arguments: [
    (Schedule(warmup: 11, .constant), "schedule.warmup"),
    (Schedule(.cosine(floor: 1.5)), "schedule.floor"),
    (
      Schedule(
        warmup: 8, .warmupStableDecay(decayFraction: 0.5, decayShape: .linear, floor: 0)),
      "schedule.decayFraction"
    ),
    (Schedule(warmup: 8, .constantWithCooldown(cooldownSteps: 3)), "schedule.cooldownSteps"),
  ])
  func phasesThatDoNotFit(_ schedule: Schedule, _ key: String) throws {
    let error = #expect(throws: TrainingError.self) { try schedule.validate(steps: 10) }
    #expect(error?.place == key)
  }
}
