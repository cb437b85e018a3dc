import Foundation
import RunTables
import TestSupport
import Testing

/// Tables made at random, of every shape that a table may have.
struct RandomOutcomes {
  var random: SeededGenerator

  /// Labels that a careless writer or reader would damage.
  private static let labels = [
    "a", "a,b", "say \"x\"", "two\nlines", " edges ", "é", "7", "007", "7.0", "-", "x;y", "1e3",
    "\t",
  ]

  mutating func table() -> OutcomeTable {
    let armColumns = [[], ["model"], ["strategy", "budget"]][random.below(3)]
    let arms = armColumns.isEmpty ? 1 : 1 + random.below(4)
    let stepped = random.below(4) == 0
    let present = (0..<9).map { _ in random.below(3) > 0 }
    return OutcomeTable(
      source: "made", armColumns: armColumns,
      arms: (0..<arms).map { index in
        arm(
          key: armColumns.map { "\($0) \(index)\(["", ",", "\""][random.below(3)])" }, stepped,
          present)
      })
  }

  private mutating func arm(key: [String], _ stepped: Bool, _ present: [Bool]) -> OutcomeArm {
    let problems = Array(Self.labels.shuffled(using: &random).prefix(1 + random.below(6)))
      .filter { $0 != "\t" }
    let labels = problems.isEmpty ? ["one"] : problems
    let attempts = labels.map { _ in
      stepped ? steps(present) : (0..<(1 + random.below(6))).map { _ in attempt(present) }
    }
    var arm = OutcomeArm(key: key, problems: labels, attempts: attempts)
    if present[7] {
      arm.strata = labels.map { _ in ["", "easy", "very, hard"][random.below(3)] }
      if arm.strata?.allSatisfy(\.isEmpty) == true { arm.strata = nil }
    }
    if present[8] { arm.constants = ["n_params": Double(random.below(100)) * 1e7, "layers": 3] }
    return arm
  }

  private mutating func steps(_ present: [Bool]) -> [OutcomeAttempt] {
    var rows: [OutcomeAttempt] = []
    for number in 0..<(1 + random.below(4)) {
      for step in 0..<(1 + random.below(4)) {
        var row = attempt(present)
        (row.attempt, row.step) = (number, step)
        rows.append(row)
      }
    }
    return rows
  }

  mutating func attempt(_ present: [Bool]) -> OutcomeAttempt {
    var row = OutcomeAttempt(correct: random.below(2) == 0)
    if present[0], random.below(5) > 0 {
      row.tokens = Double(Float.random(in: 0...1e5, using: &random))
    }
    if present[1], random.below(5) > 0 { row.promptTokens = Double(random.below(1 << 24)) }
    if present[2], random.below(5) > 0 {
      row.score =
        [Double.random(in: -1...1, using: &random), -.infinity, 1e300, -0.0, 5][
          random.below(5)]
    }
    if present[3], random.below(5) > 0 { row.answer = Self.labels[random.below(12)] }
    if present[4] { row.passes = random.below(2) == 0 }
    if present[5] {
      row.stepScores = (0..<random.below(4)).map { _ in
        Double(Float.random(in: -1...1, using: &random))
      }
    }
    if present[6] { row.round = random.below(3) }
    return row
  }
}

@Suite struct OutcomeRoundTripTests {
  @Test func whatIsWrittenReadsBack() throws {
    for seed in 0..<300 {
      var maker = RandomOutcomes(random: SeededGenerator(seed: UInt64(seed)))
      let table = maker.table()
      let text = table.csvText()
      let options = OutcomeOptions(blockBytes: 1 + maker.random.below(200), threads: 1 + seed % 3)
      let back = try OutcomeTable.parse(text, source: "made.csv", options: options)
      #expect(back.armColumns == table.armColumns)
      #expect(back.arms.map { picture($0) } == table.arms.map { picture(normal($0)) }, "\(seed)")
      #expect(back.csvText() == text, "seed \(seed)")
    }
  }

  /// A column of which nothing was recorded is no column once it is read back.
  private func normal(_ arm: OutcomeArm) -> OutcomeArm {
    var arm = arm
    if arm.stepScores?.values.isEmpty == true { arm.stepScores = nil }
    return arm
  }

  @Test func writerAndTableWriteTheSame() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let path = scratch.path("writer.csv")
    var maker = RandomOutcomes(random: SeededGenerator(seed: 5))
    let attempts = (0..<4000).map { _ in
      maker.attempt([true, true, true, true, true, true, false, false, false])
    }
    let labels = (0..<4).map { "problem \($0)" }
    let arm = OutcomeArm(
      key: ["m"], problems: labels,
      attempts: (0..<4).map { Array(attempts[($0 * 1000)..<($0 * 1000 + 1000)]) })
    let writer = try OutcomeTableWriter(
      path: path, armColumns: ["model"],
      columns: [.tokens, .promptTokens, .score, .answer, .passes, .stepScores, .stratum],
      constants: ["n_params"])
    for (index, attempt) in attempts.enumerated() {
      try writer.write(
        key: ["m"], problem: labels[index / 1000], attempt: index % 1000, outcome: attempt,
        stratum: "s", constants: ["n_params": 7e9])
    }
    try writer.finish()
    var expected = arm
    expected.strata = labels.map { _ in "s" }
    expected.constants = ["n_params": 7e9]
    let back = try OutcomeTable.read(
      contentsOf: path, options: OutcomeOptions(answers: .exact, noAnswer: []))
    #expect(back.arms.map { picture($0) } == [picture(expected)])
    let table = OutcomeTable(source: "made", armColumns: ["model"], arms: [expected])
    try table.writeCSV(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == table.csvText())
  }

  @Test func text() {
    let arm = OutcomeArm(
      key: ["m"], problems: ["a", "b,c"],
      attempts: [
        [.init(correct: true, tokens: 12, score: 0.5, answer: "x", stepScores: [0.5, 1])],
        [.init(correct: false, answer: "y"), .init(correct: true, tokens: 1.5, answer: "z")],
      ])
    #expect(
      OutcomeTable(source: "made", armColumns: ["model"], arms: [arm]).csvText() == """
        model,problem,attempt,correct,tokens,score,answer,step_scores
        m,a,0,1,12,0.5,0,0.5;1.0
        m,"b,c",0,0,,,0,
        m,"b,c",1,1,1.5,,1,

        """)
  }

  @Test func writerErrors() throws {
    #expect(
      message { _ = try OutcomeTableWriter(path: "/nowhere/x.csv") }
        == "/nowhere/x.csv: found a failed write (no such file or directory), "
        + "expected a file that can be written to its end")
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let path = scratch.path("refused.csv")
    let writer = try OutcomeTableWriter(path: path)
    for label in ["", "  "] {
      #expect(
        message {
          try writer.write(problem: label, attempt: 0, outcome: .init(correct: true))
        } == "\(path): column problem: found \"\(label)\", "
          + "expected a label that does not stand for a missing value")
    }
  }

  /// Linux has a device that is always full.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func fullDisk() {
    let sentence =
      "/dev/full: found a failed write (no space left on device), "
      + "expected a file that can be written to its end"
    #expect(message { _ = try OutcomeTableWriter(path: "/dev/full") } == sentence)
  }
}
