import Foundation
import RunTables
import TestSupport
import Testing

@Suite struct WriterTests {
  /// A table of every kind of double and of awkward text.
  private func awkward() throws -> RunTable {
    var random = SeededGenerator(seed: 7)
    var numbers: [Double] = [
      0, -0.0, 1, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      1e16, 1e-5, 0.1,
      9_007_199_254_740_992, 1e22, 1e23, 123_456_789_012,
    ]
    for _ in 0..<2000 { numbers.append(Double(bitPattern: random.next())) }
    let pieces = ["a", ",", "\"", "\n", "\r\n", " ", "\t", "é", "😀", ";", "|", "\\", "'", "{", "7"]
    let texts = numbers.indices.map { _ in
      "x" + (0..<random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined() + "y"
    }
    let edges = texts.map { " " + $0 + " " }
    return try RunTable(
      ["x, \"odd\"": .numbers(numbers), "t": .text(texts), "edges": .text(edges)],
      source: "made")
  }

  @Test func csvRoundTrip() throws {
    let table = try awkward()
    let back = try plain(table.csvText())
    #expect(back.columns == table.columns)
    #expect(back.csvText() == table.csvText())
  }

  @Test func jsonLinesRoundTrip() throws {
    let table = try awkward()
    let back = try plain(table.jsonLinesText(), source: "x.jsonl")
    #expect(back.columns == table.columns)
  }

  @Test func oneColumnWithMissingValues() throws {
    let table = try RunTable(["N": .numbers([.nan, 1, .nan])], source: "made")
    #expect(table.csvText() == "N\n\"\"\n1\n\"\"\n")
    #expect(try plain(table.csvText()).columns == table.columns)
  }

  @Test func filesRoundTrip() throws {
    let table = try awkward()
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let base = folder.path("runs")
    try table.writeCSV(to: base + ".csv")
    try table.writeJSONLines(to: base + ".jsonl")
    #expect(try RunTable.read(contentsOf: base + ".csv").columns == table.columns)
    #expect(try RunTable.read(contentsOf: base + ".jsonl").columns == table.columns)
  }
}
