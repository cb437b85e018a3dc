import Foundation
import Testing

/// `allometry testtime hanoi` and `allometry testtime thinking`, which train models of their own.
@Suite struct TestTimeTrainingTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func number(_ object: [String: Any], _ name: String) throws -> Double {
    try #require((object[name] as? NSNumber)?.doubleValue, "\(name)")
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f%%", 100 * share) }

  /// The rows of a table that begin with a whole number, by their words.
  private func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      .filter { row in row.first.flatMap { Int($0) } != nil }
  }

  /// Wilson's interval for a share, at 95 %.
  private func wilson(_ share: Double, _ count: Double) -> (low: Double, high: Double) {
    let z = 1.959963984540054
    let scale = 1 + z * z / count
    let middle = (share + z * z / (2 * count)) / scale
    let width = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / scale
    return (middle - width, middle + width)
  }

  @Test func towersOfHanoiArePlayed() async throws {
    let arguments = [
      "testtime", "hanoi", "--disks", "3", "--games", "20", "--margins", "1,2", "--long-disks",
      "4", "--training-steps", "200",
    ]
    let one = try await workspace.run(arguments + ["--json", "--threads", "1"])
    let two = try await workspace.run(arguments + ["--json", "--threads", "2"])
    #expect(one.status == 0 && two.status == 0, "\(one.error)")
    // What the clock says is all that differs.
    func untimed(_ outcome: Outcome) -> [Substring] {
      outcome.output.split(separator: "\n").filter { !$0.contains("Seconds\"") }
    }
    #expect(untimed(one) == untimed(two))
    let json = try one.json
    #expect(json["schema"] as? String == "allometry.testtime-hanoi/1")
    let games = try #require(json["games"] as? [[String: Any]])
    let text = try await workspace.run(arguments + ["--threads", "2"])
    let table = rows(text.output)
    #expect(games.count == 2)
    var chances: [Double] = []
    for (position, game) in games.enumerated() {
      let expected = try #require(game["expected"] as? [String: Any])
      for name in ["success", "meanRight", "leastRight", "meanValid", "pairwiseSuccess"] {
        #expect((0...1).contains(try number(expected, name)), "\(name)")
      }
      chances.append(try number(expected, "success"))
      // Three disks take 2³ − 1 moves.
      #expect(try number(game, "stepCount") == 7)
      let errors = try #require(game["firstErrors"] as? [Int])
      #expect(errors.count == 20 && errors.allSatisfy { (-1..<7).contains($0) })
      let replies = try #require(game["replies"] as? [Int])
      let cost = try #require(game["cost"] as? [String: Any])
      let count = try number(cost, "replies")
      #expect(Double(replies.reduce(0, +)) == count)
      // A reply is a vote or raises a red flag.
      let votes = try number(game, "votes")
      let flags = try number(game, "redFlags")
      #expect(votes + flags == count)
      let steps = try number(game, "steps")
      #expect(votes >= steps * Double(position + 1))
      if position == 0 { #expect(votes == steps) }
      let won = Double(errors.filter { $0 == -1 }.count) / 20
      let (low, high) = wilson(won, 20)
      let row = try #require(table.first { $0[0] == "\(position + 1)" })
      #expect(
        row[1...5] == [
          percent(won), percent(low), "to", percent(high), percent(chances[position]),
        ])
    }
    #expect(chances[1] > chances[0])
    let long = try #require(json["long"] as? [String: Any])
    #expect(try number(long, "stepCount") == 15)
    #expect(text.output.contains("4 disks, 15 steps, without noise and with a lead of 3"))
  }

  @Test func pathsOfThoughtAreSummedUp() async throws {
    let arguments = [
      "testtime", "thinking", "--paths", "1,3", "--training-steps", "40", "--problems", "100",
    ]
    let one = try await workspace.run(arguments + ["--json", "--threads", "1"])
    let two = try await workspace.run(arguments + ["--json", "--threads", "2"])
    #expect(one.status == 0 && one.output == two.output, "\(one.error)")
    let json = try one.json
    #expect(json["schema"] as? String == "allometry.testtime-thinking/1")
    #expect(json["problems"] as? Int == 100)
    let known = try #require(json["rows"] as? [[String: Any]])
    #expect(known.map { $0["paths"] as? Int } == [1, 3])
    let text = try await workspace.run(arguments)
    let table = rows(text.output)
    for row in known {
      let (single, majority, summary) = (
        try number(row, "singlePath"), try number(row, "majority"), try number(row, "summary")
      )
      #expect([single, majority, summary].allSatisfy { (0...1).contains($0) })
      // Right for sure with 0.35, else one of four answers.
      #expect(abs(single - (0.35 + 0.65 / 4)) < 0.15)
      let line = try #require(table.first { $0[0] == "\(Int(try number(row, "paths")))" })
      #expect(line[1...3] == [percent(single), percent(majority), percent(summary)])
      #expect(line[4] == String(format: "%.1f", 100 * (summary - majority)))
      let error = 1.959963984540054 * (try number(row, "standardError"))
      #expect(line[6] == String(format: "%.1f", 100 * error))
    }
    // One path is its own majority; of three the majority is right more often, and costs more.
    #expect(try number(known[0], "majority") == number(known[0], "singlePath"))
    #expect(try number(known[1], "majority") > number(known[1], "singlePath"))
    #expect(try number(known[1], "operations") > number(known[0], "operations"))
  }

  @Test(arguments: [
    (["hanoi", "--disks", "40"], "--disks: found 40, expected 1 to 20"),
    (["hanoi", "--long-disks", "99"], "--long-disks: found 99, expected 0 to 20"),
    (["hanoi", "--disks", "0"], "--disks: found 0, expected 1 to 20"),
    (["hanoi", "--games", "0"], "--games: found 0, expected 1 or more"),
    (["hanoi", "--margins", "0"], "--margins: found 0, expected a positive number"),
    (["hanoi", "--margins", "x"], "--margins: found \"x\", expected a number"),
    (["hanoi", "--noise", "1"], "--noise: found 1.0, expected a share below 1"),
    (["hanoi", "--training-steps", "0"], "--training-steps: found 0, expected 1 or more"),
    (["hanoi", "--threads", "0"], "--threads: found 0, expected 1 or more"),
    (["thinking", "--paths", "0"], "--paths: found 0, expected a positive number"),
    (["thinking", "--answers", "1"], "--answers: found 1, expected 2 or more"),
    (["thinking", "--reliability", "1.5"], "--reliability: found 1.5, expected a share"),
    (["thinking", "--problems", "0"], "--problems: found 0, expected 2 or more"),
    (["thinking", "--training-steps", "0"], "--training-steps: found 0, expected 1 or more"),
  ])
  func wrongOptionsAreRefused(arguments: [String], sentence: String) async throws {
    expectOneSentence(
      try await workspace.run(["testtime"] + arguments), status: 64, containing: sentence)
  }
}
