import Foundation
import Statistics
import Testing

/// `allometry choose sources` and what follows from its distances.
@Suite struct SourcesCommandTests {
  /// Examples of two sources on a plane, and validation data that are 70 % of the first.
  private func examples() -> [String] {
    var random = SplittableRandom(seed: 3)
    func rows(_ name: String, _ count: Int, at x: Double) -> [String] {
      (0..<count).map { _ in "\(name),\(x + random.nextNormal()),\(random.nextNormal())" }
    }
    return ["source,f1,f2"] + rows("web", 80, at: 0) + rows("books", 80, at: 4)
      + rows("validation", 56, at: 0) + rows("validation", 24, at: 4)
  }

  @Test func theNearestMixtureIsToldWithAnInterval() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.lines(examples()), to: "examples.csv")
    let command = ["choose", "sources", "examples.csv", "--refits", "10"]
    let json = try await workspace.run(command + ["--json"]).json
    let sources = try #require(json["sources"] as? [[String: Any]])
    let books = try #require(sources.first { $0["source"] as? String == "books" })
    let share = try #require(books["share"] as? Double)
    let low = try #require(books["shareLow"] as? Double)
    let high = try #require(books["shareHigh"] as? Double)
    #expect(abs(share - 0.3) < 0.1)
    #expect(low < 0.3 && high > 0.3 && high - low < 0.4)
    let text = try await workspace.run(command)
    #expect(text.output.contains("books"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// Accuracy that falls by 0.1 a unit of distance, twice the size worth 0.05: the law says so.
  @Test func runsGetTheirDistances() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.lines(examples()), to: "examples.csv")
    var rows = ["D,share_web,share_books,accuracy"]
    for size in [1e6, 2e6, 4e6] {
      for books in [0, 0.25, 0.5, 0.75, 1] {
        rows.append("\(size),\(1 - books),\(books),\(0.5 + 0.05 * log2(size / 1e6))")
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "runs.csv")
    let command = [
      "choose", "sources", "examples.csv", "--refits", "0", "--runs", "runs.csv", "--out",
      "measured.csv",
    ]
    #expect(try await workspace.run(command).status == 0)
    let measured = try workspace.read("measured.csv").split(separator: "\n")
    #expect(measured[0].hasSuffix("distance"))
    let distances = measured.dropFirst().prefix(5).compactMap {
      Double($0.split(separator: ",").last ?? "")
    }
    // Nearest at a quarter, farthest at all books.
    #expect(distances.count == 5)
    #expect(distances.min() == distances[1])
    #expect(distances.max() == distances[4])
    let planted = zip(
      rows.dropFirst(), distances + distances + distances
    ).map { row, distance -> String in
      var cells = row.split(separator: ",").map(String.init)
      let accuracy = (Double(cells[3]) ?? 0) - 0.1 * distance
      cells[3] = "\(accuracy)"
      return (cells + ["\(distance)"]).joined(separator: ",")
    }
    try workspace.write(
      PlantedTables.lines(["D,share_web,share_books,accuracy,distance"] + planted),
      to: "planted.csv")
    let fit = try await workspace.run(
      "fit", "planted.csv", "--law", "projektor", "--interval", "none", "--json")
    #expect(fit.status == 0, "\(fit.error)")
    // An existing table of the user's is not replaced.
    let again = try await workspace.run(command)
    #expect(again.status != 0)
    #expect(try workspace.read("measured.csv").split(separator: "\n").count == measured.count)
  }

  @Test func whatIsMissingIsNamed() async throws {
    let workspace = try Workspace()
    try workspace.write("source,f1\nweb,1\nweb,2\n", to: "examples.csv")
    let none = try await workspace.run("choose", "sources", "examples.csv")
    #expect(none.status == 65)
    #expect(none.error.contains("expected sources and \"validation\""))
    try workspace.write("source,f1\nweb,1\nvalidation,\n", to: "hole.csv")
    let hole = try await workspace.run("choose", "sources", "hole.csv")
    #expect(hole.status == 65)
    #expect(hole.error.contains("hole.csv:3: column f1"))
  }
}
