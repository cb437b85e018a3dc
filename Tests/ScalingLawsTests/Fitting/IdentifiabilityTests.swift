import Foundation
import ScalingLaws
import Testing

@Suite struct IdentifiabilityTests {
  @Test func aTableWithOneSizeIsNamed() throws {
    var table = PlantedTables.chinchilla(sizes: 6, noise: 0.002, seed: 1)
    table.columns["N"] = table.columns["N"]?.map { _ in 1e8 }
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 50))
    #expect(result.warnings.contains { $0.hasPrefix("N takes one value only") })
    #expect(result.warnings.contains { $0.contains("trade off") || $0.contains("not determine") })
  }

  @Test func dataOnARayAreNotTwoColumns() throws {
    // D = 20 N everywhere: alpha and beta cannot be told apart.
    var table = PlantedTables.chinchilla(sizes: 8, noise: 0.001, seed: 2)
    table.columns["D"] = table.columns["N"]?.map { 20 * $0 }
    let result = try fit(Coupled(), to: table, options: FitOptions(interval: .none))
    #expect(!result.warnings.isEmpty)
  }

  @Test func aNarrowRangeIsNamed() throws {
    var table = PlantedTables.chinchilla(sizes: 8, noise: 0.001, seed: 3)
    table = table.selecting(
      table.columns["N"]?.indices.filter { (table.columns["N"]?[$0] ?? 0) < 2e8 } ?? [])
    let result = try fit(Chinchilla(), to: table, options: FitOptions(interval: .none))
    #expect(result.warnings.contains { $0.contains("below one decade") })
  }

  @Test func fewerRowsThanParametersAreRefused() {
    let table = PlantedTables.chinchilla(sizes: 1, noise: 0.001, seed: 3).selecting([0, 1, 2])
    #expect(throws: FitError.tooFewRows(law: "chinchilla", found: 3, needed: 5)) {
      try fit(Chinchilla(), to: table)
    }
  }

  @Test func asManyRowsAsParametersGiveNoInterval() throws {
    let table = PlantedTables.chinchilla(sizes: 6, noise: 0.001, seed: 3)
      .selecting([0, 4, 12, 20, 29])
    let result = try fit(Chinchilla(), to: table)
    #expect(result.draws.isEmpty)
    #expect(result.warnings.contains { $0.contains("no residual") })
    let simulated = try fit(
      Chinchilla(), to: table, options: FitOptions(resamples: 50, seedNoise: 0.001))
    #expect(simulated.draws.count > 40)
  }

  @Test func badValuesNameTheirRow() {
    var table = PlantedTables.chinchilla(sizes: 3, noise: 0.001, seed: 3)
    table.response[4] = -2
    #expect(
      throws: FitError.badValue(
        row: "row 5", column: "loss", found: -2, expected: "a positive number")
    ) { try fit(Chinchilla(), to: table) }
  }

  @Test func heldParametersStayAndTheRestMoves() throws {
    let table = PlantedTables.chinchilla(sizes: 6, noise: 0, seed: 3)
    let result = try fit(
      Chinchilla(), to: table,
      options: FitOptions(fixed: ["E": 1.69, "alpha": 0.34], resamples: 20))
    #expect(result.value(of: "E") == 1.69)
    #expect(result.freeParameters == ["A", "B", "beta"])
    #expect(abs((result.value(of: "beta") ?? 0) - 0.28) < 1e-5)
    #expect(result.standardError(of: "E") == 0)
  }

  @Test func boundsAndStartsOfTheUserCount() throws {
    let table = PlantedTables.chinchilla(sizes: 6, noise: 0.001, seed: 3)
    let bounded = try fit(
      Chinchilla(), to: table,
      options: FitOptions(bounds: ["alpha": 0.4...0.6], interval: .none))
    #expect(bounded.value(of: "alpha") == 0.4)
    #expect(bounded.warnings.contains { $0.hasPrefix("alpha ended at its lower bound") })
    let started = try fit(
      Chinchilla(), to: table,
      options: FitOptions(starts: ["alpha": [0.2, 0.3], "beta": [0.3]], interval: .none))
    #expect(started.search.starts == 2)
  }
}
