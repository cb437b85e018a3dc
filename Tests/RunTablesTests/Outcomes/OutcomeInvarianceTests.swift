import Foundation
import RunTables
import Testing

/// Neither threads nor blocks decide anything, and rows in any order make the same table.
@Suite struct OutcomeInvarianceTests {
  /// A row as the test knows it.
  private struct Row {
    var problem: Int
    var attempt: Int
    var correct: Int
    var tokens: Int
    var answer: String
    var line: String { "p\(problem),\(attempt),\(correct),\(tokens),\"\(answer)\"\n" }
  }

  private func rows(_ random: inout SeededGenerator, names: Int) -> [Row] {
    (0..<40).flatMap { problem in
      (0..<(1 + random.below(60))).map { attempt in
        // Sparse numbers for some problems, so that both ways of sorting are met.
        Row(
          problem: problem, attempt: problem % 3 == 0 ? attempt * attempt * 97 - 500 : attempt,
          correct: random.below(2), tokens: random.below(10_000),
          answer: "answer number \(random.below(names))")
      }
    }.shuffled(using: &random)
  }

  /// The arm that the rows make, put together the slow way.
  private func expected(_ rows: [Row]) -> OutcomeArm {
    var order: [Int] = []
    for row in rows where !order.contains(row.problem) { order.append(row.problem) }
    let attempts = order.map { problem in
      rows.filter { $0.problem == problem }.sorted { $0.attempt < $1.attempt }.map {
        OutcomeAttempt(correct: $0.correct == 1, tokens: Double($0.tokens), answer: $0.answer)
      }
    }
    return OutcomeArm(problems: order.map { "p\($0)" }, attempts: attempts)
  }

  @Test(arguments: [2, 5000]) func shuffledRowsAgreeWithTheSlowWay(names: Int) throws {
    var random = SeededGenerator(seed: UInt64(names))
    let rows = rows(&random, names: names)
    let text = "problem,attempt,correct,tokens,answer\n" + rows.map(\.line).joined()
    let json = rows.map {
      "{\"answer\":\"\($0.answer)\",\"problem\":\"p\($0.problem)\",\"attempt\":\($0.attempt),"
        + "\"tokens\":\($0.tokens),\"correct\":\($0.correct)}\n"
    }.joined()
    let wanted = picture(expected(rows))
    for (blockBytes, threads) in [(1, 1), (7, 4), (100, 2), (1000, 3), (4096, 8), (1 << 22, 2)] {
      let options = OutcomeOptions(blockBytes: blockBytes, threads: threads)
      #expect(picture(try oneArm(text, options: options)) == wanted)
      #expect(picture(try oneArm(json, source: "a.jsonl", options: options)) == wanted)
    }
  }

  /// A slow pipe gives every worker its share of the blocks, whose labels must become one order.
  @Test func labelsOfSeveralWorkers() throws {
    var random = SeededGenerator(seed: 11)
    let names = (0..<6000).map { _ in random.below(2000) }
    var seen: Set<Int> = []
    let order = names.filter { seen.insert($0).inserted }.map { "problem \($0)" }
    let lines = names.enumerated().map { "problem \($1),1,s\($1 % 50),n\($0),m\($1 % 7)\n" }
    let header = "problem,correct,stratum,sample,model\n"
    let whole = try OutcomeTable.parse(
      header + lines.joined(), source: "a.csv", options: OutcomeOptions(threads: 1))
    let pipe = Pipe()
    let writer = pipe.fileHandleForWriting
    Thread.detachNewThread {
      // The head of a table is read at once, and is long enough not to wait for the rest.
      writer.write(Data((header + String(repeating: "\n", count: 1 << 20)).utf8))
      for start in stride(from: 0, to: lines.count, by: 40) {
        writer.write(Data(lines[start..<(start + 40)].joined().utf8))
        Thread.sleep(forTimeInterval: 0.004)
      }
      try? writer.close()
    }
    let piped = try OutcomeTable.read(
      contentsOf: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)",
      options: OutcomeOptions(blockBytes: 500, threads: 4))
    #expect(picture(piped) == picture(whole))
    #expect(Set(piped.arms.flatMap(\.problems)) == Set(order))
    #expect(piped.arms[0].problems == order.filter { piped.arms[0].problems.contains($0) })
  }

  /// Labels of every length around the eight and sixteen bytes that are compared as words.
  @Test func labelsOfEveryLength() throws {
    let labels = (1...40).flatMap { length -> [String] in
      let word = String(repeating: "a", count: length)
      let middle = length / 2
      return [
        word, word.dropLast() + "b", "b" + word.dropFirst(),
        word.prefix(middle) + "b" + word.dropFirst(middle + 1),
      ].map { String($0) }
    }
    var distinct: [String] = []
    for label in labels where !distinct.contains(label) { distinct.append(label) }
    let text = "problem,correct\n" + (labels + labels).map { "\($0),1\n" }.joined()
    let arm = try oneArm(text, options: OutcomeOptions(blockBytes: 64, threads: 3))
    #expect(arm.problems == distinct)
    #expect(arm.attemptCount == 2 * labels.count)
  }

  @Test func firstErrorInTheFileWins() {
    var text = "problem,attempt,correct\n"
    for row in 0..<500 { text += "p\(row % 9),\(row),\(row % 100 == 77 ? 7 : 1)\n" }
    for (blockBytes, threads) in [(1, 4), (50, 8), (1000, 2), (1 << 22, 1)] {
      let options = OutcomeOptions(blockBytes: blockBytes, threads: threads)
      #expect(
        message { _ = try OutcomeTable.parse(text, source: "a.csv", options: options) }?
          .hasPrefix("a.csv:79: column correct: found \"7\"") == true)
    }
  }

  /// Whatever the input, reading ends with a table or a `TableError`, the same for all blocks.
  @Test func damagedInputNeverCrashes() {
    let samples: [(String, String)] = [
      (
        "a.csv",
        "problem,attempt,correct,tokens,answer,step_scores,model\n\"a, b\",0,1,10,\"x \"\"y\"\"\","
          + "0.5;1,m\r\nc,1,false,,NA,,n\nc,0,yes,1e3,z,[1 2],m\n"
      ),
      ("a.tsv", "task_id\tacc\tsample\tround\np\t1\t0\t0\np\t0\t1\t1\nq\t1\t7\t\n"),
      (
        "a.jsonl",
        "{\"problem\":1,\"correct\":true,\"step_scores\":[0.5,1],\"answer\":\"\\u00e9\"}\n"
          + "{\"problem\":\"b\",\"correct\":0,\"N\":7e9}\n"
      ),
      (
        "a.json",
        "[{\"problem\":1,\"correct\":1,\"step\":0},{\"correct\":0,\"problem\":2,\"step\":3}]"
      ),
      ("-", "problem|correct|stratum\n1|1|easy\n\n3|0|\n"),
    ]
    var read = 0
    let cases: UInt64 = 5000
    for seed in 1...cases {
      var mutator = InputMutator(random: SeededGenerator(seed: seed))
      let sample = samples[Int(seed) % samples.count]
      let bytes = mutator.mutate(sample.1)
      let whole = Result { try OutcomeTable.parse(bytes, source: sample.0) }
      let options = OutcomeOptions(
        blockBytes: 1 + mutator.random.below(30), threads: 1 + mutator.random.below(4))
      let cut = Result { try OutcomeTable.parse(bytes, source: sample.0, options: options) }
      switch (whole, cut) {
      case (.success(let table), .success(let other)):
        #expect(picture(table) == picture(other), "seed \(seed)")
        _ = table.csvText()
        read += 1
      case (.failure(let a), .failure(let b)):
        #expect("\(a)" == "\(b)", "seed \(seed)")
        #expect(a is TableError, "seed \(seed)")
      default: Issue.record("seed \(seed): the blocks changed the outcome")
      }
    }
    // A mutator that breaks everything, or nothing, tests nothing.
    #expect(read > Int(cases) / 20 && read < Int(cases) * 19 / 20)
  }
}
