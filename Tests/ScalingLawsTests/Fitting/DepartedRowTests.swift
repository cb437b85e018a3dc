import Foundation
import Quantities
import ScalingLaws
import Testing

/// Rows that left the law, and tables that lie on it.
@Suite struct DepartedRowTests {
  static func table(diverged: [Int: Double], names: Bool = true) -> Observations {
    var table = PlantedTables.chinchilla(sizes: 6, noise: 0.003, seed: 11)
    for (row, value) in diverged { table.response[row] = value }
    if names { table.runNames = table.response.indices.map { "r\($0)" } }
    return table
  }

  @Test func aDivergedRunIsNoScatter() throws {
    let clean = try fit(
      Chinchilla(), to: Self.table(diverged: [:]), options: FitOptions(interval: .none))
    let result = try fit(
      Chinchilla(), to: Self.table(diverged: [7: 9.5]), options: FitOptions(resamples: 100))
    #expect(clean.departedRows.isEmpty)
    #expect(result.departedRows == [7])
    #expect(abs(result.residualScatter / clean.residualScatter - 1) < 0.2)
    let run = try result.forecast(at: ["N": 7e9, "D": 1.4e11]).run
    let floor = try #require(result.value(of: "E"))
    #expect(run.low > floor)
    #expect(run.high - run.low < 0.1)
    let sentence = try #require(result.departureSentence)
    #expect(sentence.contains("run r7 (loss 9.5 where the law says"))
    #expect(result.warnings.contains(sentence))
  }

  @Test func leastSquaresDoesNotHideIt() throws {
    let result = try fit(
      Chinchilla(), to: Self.table(diverged: [7: 9.5]),
      options: FitOptions(objective: .squaredLog, interval: .none))
    #expect(result.departedRows == [7])
  }

  @Test func theFilterKeepsTheOthers() throws {
    let high = try fit(
      Chinchilla(), to: Self.table(diverged: [3: 7.8, 20: 10.9]),
      options: FitOptions(interval: .none))
    #expect(Set(high.departedRows) == [3, 20])
    let filter = try #require(high.departureFilter)
    let limit = try #require(filter.split(separator: "<").last.flatMap { Double($0) })
    #expect(filter.hasPrefix("loss<"))
    let others = high.observations.response.enumerated().filter { ![3, 20].contains($0.offset) }
    #expect(others.allSatisfy { $0.element < limit })
    #expect(limit <= 7.8)
    // A loss among the others cannot be cut off by a limit, so runs are named.
    let inside = try fit(
      Chinchilla(), to: Self.table(diverged: [29: 2.9]), options: FitOptions(interval: .none))
    #expect(inside.departedRows == [29])
    #expect(inside.departureFilter == "run!=\"r29\"")
  }

  @Test func aTableOnTheLawHasNoScatter() throws {
    let table = PlantedTables.chinchilla(sizes: 6, noise: 0, seed: 1)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 50))
    #expect(result.isExact)
    #expect(result.draws.isEmpty)
    #expect(result.warnings.contains { $0.hasPrefix("the rows lie on the law exactly") })
    #expect(!result.warnings.contains { $0.contains("optim") })
    #expect(abs((result.value(of: "E") ?? 0) - 1.69) < 1e-6)
    #expect(abs((result.value(of: "alpha") ?? 0) - 0.34) < 1e-7)
    #expect(FitDocument(result).exact == true)
    let noisy = PlantedTables.chinchilla(sizes: 6, noise: 1e-5, seed: 1)
    #expect(!(try fit(Chinchilla(), to: noisy, options: FitOptions(interval: .none)).isExact))
  }
}
