import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct SharedFitTests {
  /// Three groups with one exponent; residuals of ln loss in thousandths.
  static let scales = [1e17, 1e18, 1e19, 1e20, 1e21]
  static let residuals = [[3.0, -2, 1, -4, 2], [-1, 4, -3, 2, -2], [2, 1, -4, 3, -1]]

  private func groups(repeats: Int = 1) -> [(name: String, rows: Observations)] {
    zip(["a", "b", "c"], zip([600.0, 700, 900], [1.6, 1.7, 1.8])).enumerated().map {
      index, group in
      let (name, (amplitude, floor)) = group
      var (scale, loss): ([Double], [Double]) = ([], [])
      for (place, value) in Self.scales.enumerated() {
        for copy in 0..<repeats {
          // Repeats scatter around the same mean of ln loss.
          let own = repeats == 1 ? 0 : 0.002 * (Double(copy) - Double(repeats - 1) / 2)
          scale.append(value)
          loss.append(
            (floor + amplitude * pow(value, -0.16))
              * exp(1e-3 * Self.residuals[index][place] + own))
        }
      }
      return (name, Observations(columns: ["C": scale], response: loss))
    }
  }

  /// Expected from scipy.optimize.least_squares of ln residuals over the same fifteen points, from
  /// three starts: the shared exponent, the amplitudes, and the F tests from scipy.stats.f.
  @Test(arguments: [1, 3])
  func agreesWithSciPy(repeats: Int) throws {
    let result = try fitSharing(
      PowerConstant(), groups: groups(repeats: repeats), shared: ["alpha"],
      options: FitOptions(interval: .none))
    #expect(abs(try #require(result.parameter("alpha", group: "b")).value - 0.16254068) < 1e-6)
    #expect(abs(try #require(result.parameter("A", group: "b")).value / 770.97991 - 1) < 1e-4)
    #expect(abs(try #require(result.parameter("E", group: "c")).value - 1.8100557) < 1e-5)
    let test = try #require(result.test)
    #expect(test.extraParameters == 2 && test.degreesOfFreedom == 6)
    #expect(abs(test.statistic - 0.58418) < 1e-3)
    #expect(abs(test.pValue - 0.58640) < 1e-3)
    let floors = try #require(result.further.first { $0.parameters == ["E"] })
    #expect(abs(floors.statistic / 81.5648 - 1) < 1e-3 && floors.degreesOfFreedom == 8)
    #expect(result.averagedRows == 15 * (repeats - 1))
  }

  /// The compiled groups and the formula itself agree, and so do gradients and differences.
  @Test func eachGroupFollowsItsOwnParameters() throws {
    let law = try SharedLaw(base: PowerConstant(), groups: ["a", "b"], shared: ["alpha"])
    #expect(law.parameters.map(\.name) == ["E[a]", "E[b]", "A[a]", "A[b]", "alpha"])
    let point = [1.6, 1.8, 600, 900, 0.16]
    for group in [0, 1] {
      let columns = [3e18, Double(group)]
      #expect(
        law.prediction(point, at: columns)
          == PowerConstant().prediction(law.basePoint(point, group: group), at: [3e18]))
      let gradient = law.gradient(point, at: columns)
      for index in point.indices {
        let step = 1e-5 * point[index]
        var (above, below) = (point, point)
        above[index] += step
        below[index] -= step
        let slope =
          (law.prediction(above, at: columns) - law.prediction(below, at: columns)) / (2 * step)
        #expect(abs(gradient[index] - slope) <= 1e-6 * max(abs(slope), 1e-6))
      }
    }
  }

  /// Intervals of the shared exponent are narrower than those of a group alone, and hold it.
  @Test func sharingNarrows() throws {
    let options = FitOptions(resamples: 200, threads: 2, polished: 4)
    let parts = groups()
    let result = try fitSharing(
      PowerConstant(), groups: parts, shared: ["alpha"], options: options)
    let joint = try #require(result.parameter("alpha", group: "a"))
    let alone = try #require(
      try fit(PowerConstant(), to: parts[0].rows, options: options).interval(of: "alpha"))
    #expect(joint.high - joint.low < alone.high - alone.low)
    #expect(joint.low < 0.16 && 0.16 < joint.high)
  }

  /// A group of a joint fit is a fit of the law: its parameters and refits are the joint ones, its
  /// rows its own; saved among others it comes back by its name.
  @Test func aGroupIsAFitOfItsOwn() throws {
    let options = FitOptions(resamples: 60, threads: 2, polished: 4)
    let result = try fitSharing(
      PowerConstant(), groups: groups(), shared: ["alpha"], options: options
    ).calibrated()
    var documents: [FitDocument] = []
    for (index, name) in ["a", "b", "c"].enumerated() {
      let own = result.fit(ofGroup: index)
      #expect(own.law.name == "power-constant" && own.observations.count == 5)
      for parameter in ["E", "A", "alpha"] {
        let joint = try #require(result.parameter(parameter, group: name))
        #expect(own.value(of: parameter) == joint.value)
        #expect(own.interval(of: parameter) == joint)
      }
      for (row, scale) in Self.scales.enumerated() {
        #expect(abs(try own.prediction(at: ["C": scale]) / own.predictions[row] - 1) < 1e-12)
      }
      #expect(own.draws.count == result.fit.draws.count && own.modelError != nil)
      #expect(!own.warnings.contains { $0.contains("[") && !$0.contains(" [") })
      documents.append(FitDocument(own, group: ["family": name]))
    }
    #expect(documents.map(\.groupName) == ["a", "b", "c"])
    let text = try documents.map { try $0.json() }.joined(separator: ",")
    for schema in ["allometry.fits/1", "allometry.shared-fit/1"] {
      let data = Data("{\"schema\":\"\(schema)\",\"fits\":[\(text)]}".utf8)
      #expect(FitDocument.isSaved(data))
      let saved = try SavedFit(FitDocument.decode(data, source: "f.json", group: "b"))
      let forecast = try saved.forecast(at: ["C": 1e20])
      #expect(
        abs(forecast.law.value - (try result.fit(ofGroup: 1).prediction(at: ["C": 1e20]))) < 1e-12)
      #expect(forecast.law.low < forecast.law.value && forecast.law.value < forecast.law.high)
      #expect {
        try FitDocument.decode(data, source: "f.json", group: nil)
      } throws: { "\($0)".contains("3 fits (a, b, c)") && "\($0)".contains("f.json#a") }
      #expect {
        try FitDocument.decode(data, source: "f.json", group: "z")
      } throws: { "\($0)".contains("expected one of a, b, c") }
    }
  }

  /// Means of repeats scatter less than runs; a group's single runs scatter as runs do.
  @Test func averagingDoesNotShrinkSingleRuns() throws {
    let result = try fitSharing(
      PowerConstant(), groups: groups(repeats: 3), shared: ["alpha"],
      options: FitOptions(interval: .none))
    // Repeats lie at −2, 0 and 2 thousandths about each mean: a pooled variance of 4e-6, of which
    // two thirds are averaged away.
    let means = result.fit.residualScatter
    #expect(abs(result.runScatter - (means * means + 4e-6 * 2 / 3).squareRoot()) < 1e-7)
    #expect(result.fit(ofGroup: 0).scatter == result.runScatter)
  }

  @Test func unknownParametersAreRefused() {
    #expect(throws: FitError.self) {
      try fitSharing(PowerConstant(), groups: groups(), shared: ["beta"])
    }
    #expect(throws: FitError.self) {
      try fitSharing(PowerConstant(), groups: [groups()[0]], shared: ["alpha"])
    }
  }
}

@Suite struct ShiftedPowerTests {
  /// d + a·(x + b)^(−α) from noise-free points on both sides of b.
  @Test func plantedParametersAreRecovered() throws {
    let sizes = PlantedLadder.decades(8, 13, 16)
    let errors = sizes.map { 0.15 + 25 * pow($0 + 3e9, -0.15) }
    let fitted = try fit(
      ShiftedPower(), to: Observations(columns: ["C": sizes], response: errors),
      options: FitOptions(objective: .squaredLog, interval: .none))
    for (name, value) in [("d", 0.15), ("a", 25), ("b", 3e9), ("alpha", 0.15)] {
      #expect(abs(try #require(fitted.value(of: name)) / value - 1) < 1e-3, "\(name)")
    }
  }
}
