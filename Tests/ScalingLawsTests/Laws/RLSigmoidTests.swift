import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct RLSigmoidTests {
  private func curve(
    ceiling: Double, steepness: Double = 1.8, middle: Double = 4000, upTo limit: Double,
    points: Int = 40
  ) -> PlantedLaw {
    PlantedLaw(
      law: RLSigmoid(initial: 0.2), truth: ["A": ceiling, "B": steepness, "C_mid": middle],
      columns: ["C": (1...points).map { limit * Double($0) / Double(points) }])
  }

  @Test func halfTheGainIsMadeAtTheMidpoint() {
    #expect(abs(RLSigmoid().prediction([0.2, 0.61, 2.3, 4000], at: [4000]) - 0.405) < 1e-12)
    let law = RLSigmoid(initial: 0.2)
    #expect(abs(law.prediction([0.61, 2.3, 4000], at: [4000]) - 0.405) < 1e-12)
  }

  @Test func recoversPlantedParametersInAnyUnit() throws {
    let planted = PlantedLaw(
      law: RLSigmoid(), truth: ["R0": 0.15, "A": 0.61, "B": 1.7, "C_mid": 5000],
      columns: ["C": [200, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]])
    #expect(try planted.recoveryError() < 1e-5)
    #expect(try planted.recoveryError(scaling: ["C": 1e18]) < 1e-7)
  }

  @Test func aHeldStartIsNotFitted() throws {
    let planted = curve(ceiling: 0.61, upTo: 16_000)
    let held = try fit(
      RLSigmoid(), to: planted.observations(),
      options: FitOptions(fixed: ["R0": 0.2], interval: .none))
    #expect(held.value(of: "R0") == 0.2)
    #expect(abs((held.value(of: "A") ?? 0) - 0.61) < 1e-6)
    #expect(throws: FitError.self) { try RLSigmoid().setting("R0", to: "1.5") }
    #expect(try RLSigmoid().setting("R0", to: "0.2").parameters.count == 3)
  }

  /// Noise of 0.01; the first half of the run passes the midpoint.
  @Test func theFirstHalfOfARunRevealsTheCeiling() throws {
    for seed in 0..<8 {
      let ceilings = try [0.52, 0.595, 0.71].map { ceiling -> Double in
        let planted = curve(ceiling: ceiling, upTo: 16_000)
        let found = try fit(
          planted.law, to: planted.observations(noise: 0.01, seed: UInt64(seed)),
          options: FitOptions(interval: .none))
        let estimate = try #require(found.value(of: "A"))
        #expect(abs(estimate - ceiling) < 0.02, "seed \(seed): \(estimate) for \(ceiling)")
        return estimate
      }
      #expect(ceilings == ceilings.sorted())
    }
  }

  /// A prefix that ends before the midpoint must give a wide interval, not a shifted one; 90 %
  /// intervals of eight runs may miss the truth now and then.
  @Test func beforeTheMidpointTheCeilingIsUndecided() throws {
    func intervals(_ limit: Double) throws -> [Estimated] {
      try (1...8).map { seed in
        let planted = curve(ceiling: 0.6, upTo: limit)
        let found = try fit(
          planted.law, to: planted.observations(noise: 0.01, seed: UInt64(seed)),
          options: FitOptions(interval: .profile))
        return try #require(found.interval(of: "A"))
      }
    }
    let early = try intervals(2000)
    #expect(early.filter { $0.high - $0.low > 0.3 }.count >= 6, "\(early)")
    #expect(early.filter { $0.low < 0.6 && 0.6 < $0.high }.count >= 6, "\(early)")
    let late = try intervals(16_000)
    #expect(late.allSatisfy { $0.high - $0.low < 0.06 }, "\(late)")
    #expect(late.filter { $0.low < 0.6 && 0.6 < $0.high }.count >= 6, "\(late)")
  }

  /// A power law fitted to the same prefix misses the doubled compute by more.
  @Test func aPowerLawExtrapolatesWorse() throws {
    var worse = 0
    for seed in 0..<20 {
      let planted = curve(ceiling: 0.6, upTo: 16_000)
      var rows = planted.observations(noise: 0.01, seed: UInt64(seed))
      rows.columns["examples"] = rows.columns["C"]
      let sigmoid = try fit(planted.law, to: rows, options: FitOptions(interval: .none))
      let power = try fit(PostTraining(), to: rows, options: FitOptions(interval: .none))
      let exact = planted.law.prediction(planted.point, at: [32_000])
      let sigmoidError = try abs(sigmoid.prediction(at: ["C": 32_000]) - exact)
      let powerError = try abs(power.prediction(at: ["examples": 32_000]) - exact)
      worse += powerError > sigmoidError ? 1 : 0
    }
    #expect(worse >= 18)
  }
}
