import RunTables
import Testing

@Suite struct FlopsPerTokenTests {
  private func table() throws -> RunTable {
    try RunTable(
      [
        "N": .numbers([1e8, 1e9]), "D": .numbers([2e9, 3e10]), "C": .numbers([1e18, 1e20]),
        "layers": .numbers([12, 24]), "width": .numbers([768, 2048]),
        "context": .numbers([1024, 2048]),
      ], source: "runs.csv")
  }

  /// 6·1e9 + 12·24·2048·2048 = 7.207959552e9 FLOPs a token, by hand.
  @Test func countsAttention() throws {
    let counted = try table().countingFlops(perToken: "attention")
    let compute = try counted.numbers("C")
    #expect(abs(compute[1] / (7.207_959_552e9 * 3e10) - 1) < 1e-12)
    #expect(try counted.numbers("C.original") == [1e18, 1e20])
    #expect(counted.flopsPerToken == "6*N + 12*layers*width*context")
    #expect(try table().countingFlops(perToken: "6N").numbers("C") == [1.2e18, 1.8e20])
  }

  @Test func refusesAbsentColumns() throws {
    #expect(throws: TableError.self) { try table().countingFlops(perToken: "nonembedding") }
    let bare = try RunTable(["N": .numbers([1e8])], source: "runs.csv")
    #expect(throws: TableError.self) { try bare.countingFlops(perToken: "6N") }
  }
}
