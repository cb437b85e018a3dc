import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct JointFitTests {
  static let scales = PlantedLadder.decades(17, 20, 8)

  /// F = ((f₀ − f₁)/q)/(f₁/ν) for squares.
  @Test func statisticIsFisherForSquares() {
    let f = NestedTest.statistic(smaller: 3, larger: 2, kappa: 1, extra: 2, freedom: 10)
    #expect(abs(f - (1.0 / 2) / (2.0 / 10)) < 1e-14)
    #expect(NestedTest.statistic(smaller: 2, larger: 2, kappa: 1, extra: 2, freedom: 10) == 0)
  }

  @Test func everyLargerHypothesisFitsAtLeastAsWell() throws {
    var random = SplittableRandom(seed: 3)
    let baseline = PlantedGrid().runs(&random)
    let treatment = PlantedGrid(point: [1.7, 360, 369, 0.34, 0.28]).runs(&random)
    let joint = try fitJointly(
      Chinchilla(), baseline: baseline, treatment: treatment,
      options: quickOptions(objective: .huberLog))
    #expect(
      joint.entries.map(\.hypothesis) == [
        .same, .floor, .amplitude, .floorAndAmplitude, .amplitudeAndExponent, .everything,
      ])
    for test in joint.tests {
      let smaller = try #require(joint.entries.first { $0.hypothesis == test.smaller })
      let larger = try #require(joint.entries.first { $0.hypothesis == test.larger })
      #expect(larger.fit.objectiveValue <= smaller.fit.objectiveValue)
      #expect(Set(smaller.relaxed).isStrictSubset(of: larger.relaxed))
    }
    #expect(joint.choice.hypothesis == .amplitude)
  }

  /// Catalogue check of [42]: equal exponents are not declared different, p > 0.05 in ~95 % of
  /// simulations, and a difference of a quarter of the exponent is found.
  @Test func exponentEqualityHoldsItsLevel() throws {
    var accepted = 0
    var found = 0
    let baseline = PlantedLadder(floor: 1.7, amplitude: 700, exponent: 0.16, scales: Self.scales)
    var steeper = baseline
    steeper.exponent = 0.2
    steeper.amplitude = 700 * pow(1e18, 0.04)
    var equal = baseline
    equal.amplitude = 630
    for simulation in 0..<200 {
      var random = SplittableRandom(seed: 42).split(simulation)
      let runs = baseline.runs(&random)
      for (arm, isEqual) in [(equal, true), (steeper, false)] {
        let joint = try fitJointly(
          PowerConstant(), baseline: runs, treatment: arm.runs(&random), options: quickOptions())
        let p = try #require(joint.exponentEquality).pValue
        if isEqual, p > 0.05 { accepted += 1 }
        if !isEqual, p < 0.05 { found += 1 }
      }
    }
    #expect((180...196).contains(accepted))
    #expect(found >= 190)
  }

  /// Two tests with 100 simulated tables each tell no p-value below 0.02 after the correction.
  @Test func simulatedProbabilitiesAreBounds() throws {
    var random = SplittableRandom(seed: 78)
    let ladder = PlantedLadder(
      amplitude: 20, exponent: 0.05, scales: PlantedLadder.decades(15, 17, 8), seeds: 1)
    var better = ladder
    better.amplitude = 15
    better.scales = PlantedLadder.decades(15.1, 17.1, 8)
    let joint = try fitJointly(
      PowerLaw(), baseline: ladder.runs(&random), treatment: better.runs(&random),
      options: quickOptions(refits: 100))
    let tests = joint.tests.filter { $0.smaller == .same }
    #expect(tests.allSatisfy { $0.calibration == .simulated && $0.floor == 0.01 })
    let p = joint.pValueOfNoDifference
    #expect(p <= joint.pValueFloor && p > 0)
    #expect(NumberFormat.probability("p", p, floor: joint.pValueFloor) == "p < 0.02")
  }

  /// The simulated calibration holds its level where the objective is Huber's and the table small.
  ///
  /// The arms share no rung and repeat none, else rungs would be tested.
  @Test func simulatedCalibrationHoldsItsLevel() throws {
    var rejected = 0
    let ladder = PlantedLadder(
      amplitude: 20, exponent: 0.05, scales: PlantedLadder.decades(15, 17, 10), seeds: 1)
    var between = ladder
    between.scales = PlantedLadder.decades(15.1, 17.1, 10)
    for simulation in 0..<200 {
      var random = SplittableRandom(seed: 77).split(simulation)
      let joint = try fitJointly(
        PowerLaw(), baseline: ladder.runs(&random), treatment: between.runs(&random),
        options: quickOptions(refits: 99, objective: .huberLog))
      let test = try #require(joint.test(of: .same, against: .everything))
      #expect(test.calibration == .simulated)
      if test.pValue <= 0.05 { rejected += 1 }
    }
    // 5 % of 200 is 10; 20 is three standard errors above.
    #expect(rejected <= 20)
  }
}
