import RunTables
import Testing

/// Attempts that do not stand one a row, and rows that do not stand in a list of objects.
@Suite struct OutcomeShapeTests {
  /// Problems a and b with two attempts each, of which b's first is wrong.
  private func expectUsual(_ text: String, _ source: String) throws {
    let arm = try oneArm(text, source: source)
    #expect(arm.problems == ["a", "b"] && arm.starts == [0, 2, 4] && arm.correct == [1, 1, 0, 1])
    #expect(arm.answers.map { $0[2] != $0[3] } ?? true)
  }

  @Test(arguments: [
    // Columns, split, and the orients of pandas.
    """
    {"problem": ["a", "a", "b", "b"], "answer": [1, 1, 2, 3], "correct": [1, 1, 0, 1]}
    """,
    """
    {"model": "m", "problem": ["a", "a", "b", "b"],
     "correct": [true, true, false, true]}
    """,
    """
    {"columns": ["problem", "correct"], "data": [["a", 1], ["a", 1], ["b", 0], ["b", 1]]}
    """,
    """
    {"columns": ["problem", "correct"], "index": [0, 1, 2, 3],
     "data": [["a", true], ["a", true], ["b", false], ["b", true]]}
    """,
    """
    {"problem": {"0": "a", "1": "a", "2": "b", "3": "b"},
     "correct": {"0": 1, "1": 1, "2": 0, "3": 1}}
    """,
    """
    {"0": {"problem": "a", "correct": 1}, "1": {"problem": "a", "correct": 1},
     "2": {"problem": "b", "correct": 0}, "3": {"problem": "b", "correct": 1}}
    """,
    """
    {"schema": {"fields": [{"name": "problem"}]}, "data": [{"problem": "a", "correct": 1},
     {"problem": "a", "correct": 1}, {"problem": "b", "correct": 0}, {"problem": "b", "correct": 1}]}
    """,
    // Rows inside a document of a harness.
    """
    {"status": "success", "eval": {"task": "t"}, "samples": [
     {"id": "a", "epoch": 1, "correct": 1}, {"id": "a", "epoch": 2, "correct": 1},
     {"id": "b", "epoch": 1, "correct": 0}, {"id": "b", "epoch": 2, "correct": 1}]}
    """,
    """
    {"score": 0.75, "details": {"a": {"correct": [true, true]}, "b": {"correct": [false, true]}}}
    """,
    """
    {"eval": {"a": [{"passed": true}, {"passed": true}], "b": [{"passed": false}, {"passed": true}]},
     "pass_at_k": {"pass@1": 0.75}}
    """,
  ])
  func documents(_ text: String) throws { try expectUsual(text, "a.json") }

  @Test(arguments: [
    // Several problems a line.
    ("{\"problem\": [\"a\", \"a\", \"b\", \"b\"], \"correct\": [1, 1, 0, 1]}\n", "a.jsonl"),
    (
      "{\"problem\": [\"a\", \"a\"], \"answer\": [1, 1], \"correct\": [1, 1]}\n"
        + "{\"problem\": [\"b\", \"b\"], \"answer\": [2, 3], \"correct\": [0, 1]}\n", "a.jsonl"
    ),
    // Grades side by side.
    ("problem,correct_0,correct_1\na,1,1\nb,0,1\n", "a.csv"),
    ("problem,answer_1,answer_2,pass_1,pass_2\na,7,7,true,true\nb,2,3,false,true\n", "a.csv"),
    ("task_id;run 1;run 2\na;pass;pass\nb;fail;pass\n", "a.csv"),
    ("problem,0,1\na,1,1\nb,0,1\n", "a.csv"),
    ("problem,attempt_1,attempt_2,attempt_3\na,1,1,\nb,0,1,\n", "a.csv"),
    (
      "{\"id\": \"a\", \"correct_0\": 1, \"correct_1\": 1}\n"
        + "{\"id\": \"b\", \"correct_0\": 0, \"correct_1\": 1}\n", "a.jsonl"
    ),
  ])
  func rows(_ text: String, source: String) throws { try expectUsual(text, source) }

  @Test(arguments: [
    "task_id,n,c\na,4,3\nb,2,0\n", "task_id,num_samples,num_correct\na,4,3\nb,2,0\n",
    "problem,total,passes\na,4,3\nb,2,0\n", "problem,n_correct,n_samples\na,3,4\nb,0,2\n",
    "problem,num_samples,pass@1\na,4,0.75\nb,2,0\n", "problem;n;pass_rate\na;4;0,75\nb;2;0,0\n",
  ])
  func counts(_ text: String) throws {
    for bytes in [1 << 20, 6] {
      let arm = try oneArm(text, options: OutcomeOptions(blockBytes: bytes, threads: 2))
      #expect(arm.starts == [0, 4, 6] && arm.correct == [1, 1, 1, 0, 0, 0])
    }
  }

  @Test func manyCountsTakeTheirRoom() throws {
    let arm = try oneArm("problem,n,c\n" + (0..<50).map { "p\($0),1000,\($0)\n" }.joined())
    #expect(arm.attemptCount == 50_000)
    #expect(arm.correct.reduce(0) { $0 + Int($1) } == 49 * 50 / 2)
  }

  @Test func countsThatCannotBe() {
    #expect(
      message { _ = try OutcomeTable.parse("problem,n,c\na,4,5\n", source: "a.csv") }
        == "a.csv:2: column c: found 5 right answers, expected at most the 4 attempts of the row")
    #expect(
      message { _ = try OutcomeTable.parse("problem,total,correct\na,16,11\n", source: "a.csv") }?
        .contains("--map num_correct=correct,num_samples=COLUMN") == true)
    #expect(
      message { _ = try OutcomeTable.parse("problem,n,pass@1\na,4,0.6\n", source: "a.csv") }?
        .contains("column pass@1: found \"0.6\"") == true)
  }

  @Test func sharesBesideTheirAnswers() throws {
    let rows = """
      {"doc_id": 0, "filtered_resps": [["x", "y", "z", "x"]], "pass@1": 0.75}
      {"doc_id": 1, "filtered_resps": [["x", "y", "z", "x"]], "pass@1": 1.0}
      """
    let arm = try oneArm(rows, source: "a.jsonl")
    #expect(arm.starts == [0, 4, 8] && arm.correct == [1, 1, 1, 0, 1, 1, 1, 1])
    #expect(arm.answers == nil)
    // Without a name that says it, shares and whole grades beside several answers contradict each other.
    #expect(
      message {
        _ = try OutcomeTable.parse(rows.replacing("pass@1", with: "acc"), source: "a.jsonl")
      }?
      .contains("--map 'pass@1=acc'") == true)
    let single = try oneArm(
      "{\"doc_id\": 0, \"filtered_resps\": [\"x\"], \"pass@1\": 1.0}\n", source: "a.jsonl")
    #expect(single.correct == [1] && single.answers == [0])
  }

  @Test func oneGradeBesideSeveralAnswersIsSaid() throws {
    let table = try OutcomeTable.parse(
      "{\"doc_id\": 0, \"filtered_resps\": [[\"x\", \"y\"]], \"exact_match\": 1.0}\n",
      source: "a.jsonl")
    #expect(table.arms[0].correct == [1])
    #expect(table.notes.contains { $0.hasPrefix("1 row has one grade beside several answers") })
  }

  @Test func aNameWithABracketIsNoList() throws {
    let arm = try oneArm("problem,correct\n\"[1, 2]\",1\n\"[1, 2]\",0\n")
    #expect(arm.problems == ["[1, 2]"])
    let listed = try oneArm("problem,correct\n\"[x] of y\",\"[1, 0]\"\n")
    #expect(listed.problems == ["[x] of y"] && listed.correct == [1, 0])
  }

  @Test func listsOfDifferentLengthsAreRefused() {
    #expect(
      message {
        _ = try OutcomeTable.parse(
          "{\"problem\": [\"a\", \"b\"], \"correct\": [1, 1, 0]}\n", source: "a.jsonl")
      } == "a.jsonl:1: column problem: found a list of 2, expected 3 entries, as in correct")
  }

  @Test func documentsWithoutRowsSaySo() {
    let text = message {
      _ = try OutcomeTable.parse("{\"score\": 0.4, \"metrics\": {}}", source: "a.json")
    }
    #expect(text?.contains("outcomes in JSON are one array of objects") == true)
    let two = message {
      _ = try OutcomeTable.parse(
        "{\"n\": 2, \"train\": [{\"id\": 1, \"correct\": 1}], \"test\": [{\"id\": 1, \"correct\": 1}]}",
        source: "a.json")
    }
    #expect(two?.contains("expected one list of rows") == true)
  }

  /// Lists under several names may use the same names of problems.
  @Test func listsOfSeveralSets() throws {
    let arm = try oneArm(
      "{\"train\": [{\"id\": 1, \"correct\": 1}], \"test\": [{\"id\": 1, \"correct\": 0}]}",
      source: "a.json")
    #expect(arm.problems == ["train/1", "test/1"] && arm.correct == [1, 0])
  }

  // MARK: Words and repeats

  @Test func wordsOfTheUser() throws {
    var options = OutcomeOptions()
    options.rightWords = ["A", "100%"]
    options.wrongWords = ["NOT_ATTEMPTED", "b"]
    let arm = try oneArm(
      "problem,correct\na,A\na,B\na,not_attempted\na,100%\na,1\n", options: options)
    #expect(arm.correct == [1, 0, 0, 1, 1])
    #expect(
      message { _ = try OutcomeTable.parse("problem,correct\na,B\n", source: "a.csv") }?
        .hasSuffix("; if it means right, --right 'B'; if it means wrong, --wrong 'B'") == true)
  }

  @Test func rowsThatSayTheSameCountOnce() throws {
    let same = "problem,attempt,correct,answer\na,0,1,7\na,1,0,8\nb,0,1,7\na,0,1,7\nb,0,1,7\n"
    let table = try OutcomeTable.parse(same, source: "a.csv")
    #expect(table.arms[0].starts == [0, 2, 3] && table.arms[0].correct == [1, 0, 1])
    #expect(
      table.notes.contains("2 rows left out that repeat an attempt with the same values"))
    let different = "problem,attempt,correct\na,0,0\na,1,0\na,0,1\n"
    var options = OutcomeOptions()
    options.repeats = .last
    #expect(try oneArm(different, options: options).correct == [1, 0])
    options.repeats = .first
    #expect(try oneArm(different, options: options).correct == [0, 0])
  }
}
