import Foundation
import RunTables
import Testing

/// Tables as public harnesses write them.
@Suite struct HarnessTableTests {
  // MARK: Words that are answers

  @Test(arguments: ["None", "NA", "null", "nan", "N/A"])
  func wordsForNothingAreAnswers(_ word: String) throws {
    let rows = "f1,1,\(word)\nf1,1,\(word)\nf1,1,\(word)\nf1,0,0\nf2,1,7\n"
    let table = try OutcomeTable.parse("problem,correct,answer\n" + rows, source: "a.csv")
    #expect(table.arms[0].answers == [0, 0, 0, 1, 0])
    #expect(table.notes.contains { $0.contains("3 answers are the word \(word)") })
    let asked = try OutcomeTable.parse(
      "problem,correct,answer\n" + rows, source: "a.csv",
      options: OutcomeOptions(noAnswer: [word]))
    #expect(asked.arms[0].answers == [-1, -1, -1, 0, 0])
    #expect(asked.notes.contains { $0.contains("counts as no answer") })
    // In JSON the word is a string, and nothing is null.
    let lines = """
      {"problem": "f", "correct": true, "answer": "\(word)"}
      {"problem": "f", "correct": false, "answer": null}
      {"problem": "f", "correct": true, "answer": "\(word)"}
      """
    #expect(try oneArm(lines, source: "a.jsonl").answers == [0, -1, 0])
    // Problems, attempts, arms and strata are text as well.
    let labels = try OutcomeTable.parse(
      "model,problem,attempt,correct,stratum\n\(word),\(word),\(word),1,\(word)\n", source: "a.csv")
    #expect(labels.arms[0].key == [word])
    #expect(labels.arms[0].problems == [word] && labels.arms[0].strata == [word])
  }

  @Test func theWordOfAFilterThatFindsNothing() throws {
    let arm = try oneArm("problem,correct,answer\na,0,[invalid]\na,1,5\na,0,[invalid]\n")
    #expect(arm.answers == [-1, 0, -1])
    let kept = try oneArm(
      "problem,correct,answer\na,0,[invalid]\na,1,5\n", options: OutcomeOptions(noAnswer: []))
    #expect(kept.answers == [0, 1])
  }

  // MARK: Right answers beside answers

  @Test(arguments: [
    "pred", "prediction", "extracted_answer", "model_answer", "filtered_resps", "parsed_answer",
  ])
  func theRightAnswerIsNoVote(_ name: String) throws {
    let table = try OutcomeTable.parse(
      "problem,correct,answer,\(name)\na,1,5,5\na,0,5,6\na,0,5,7\n", source: "a.csv")
    #expect(table.arms[0].answers == [0, 1, 2])
    #expect(table.notes[0].hasPrefix("column \(name) read as answer; the file's own"))
    let mapped = try OutcomeTable.parse(
      "problem,correct,answer,\(name)\na,1,5,5\na,1,6,6\n", source: "a.csv",
      options: OutcomeOptions(map: try ColumnMap.parse("answer=answer")))
    #expect(mapped.arms[0].answers == [0, 1])
  }

  @Test func anAnswerThatNeverVariesIsTheRightOne() throws {
    let table = try OutcomeTable.parse(
      "problem,correct,answer\na,1,5\na,0,5\nb,1,7\nb,0,7\nc,1,1\nc,1,1\n", source: "a.csv")
    #expect(table.arms[0].answers == nil)
    #expect(table.notes.last?.contains("taken for the right answer") == true)
    // A model that always answers the same, and is always judged alike, votes.
    #expect(try oneArm("problem,correct,answer\na,1,5\na,1,5\nb,0,7\nb,0,7\n").answers != nil)
  }

  // MARK: Levels

  @Test func aLevelOfProblemsIsTheirStratum() throws {
    let rows = "a,Level 1,1\na,Level 1,0\nb,Level 5,0\nc,Level 1,1\n"
    let table = try OutcomeTable.parse("problem,level,correct\n" + rows, source: "a.csv")
    #expect(table.armColumns.isEmpty && table.arms.count == 1)
    #expect(table.arms[0].problems == ["a", "b", "c"])
    #expect(table.arms[0].strata == ["Level 1", "Level 5", "Level 1"])
    #expect(table.notes.contains { $0.hasPrefix("column level read as the stratum") })
    let models = try OutcomeTable.parse(
      "model,problem,level,correct\n"
        + rows.split(separator: "\n").flatMap { ["m,\($0)", "n,\($0)"] }.joined(separator: "\n"),
      source: "a.csv")
    #expect(models.armColumns == ["model"])
    #expect(models.arms.map(\.key) == [["m"], ["n"]])
    #expect(
      models.arms.map(\.strata) == Array(repeating: ["Level 1", "Level 5", "Level 1"], count: 2))
    let named = try OutcomeTable.parse(
      "problem,level,correct\n" + rows, source: "a.csv", options: OutcomeOptions(by: ["level"]))
    #expect(named.arms.map(\.key) == [["Level 1"], ["Level 5"]])
  }

  @Test func aLevelOfEffortTellsArmsApart() throws {
    let table = try OutcomeTable.parse(
      "problem,level,correct\na,low,1\nb,low,0\na,high,1\nb,high,1\n", source: "a.csv")
    #expect(table.armColumns == ["level"])
    #expect(table.arms.map(\.key) == [["low"], ["high"]])
    // The problems' subject stays the stratum where there is one.
    let subject = try OutcomeTable.parse(
      "problem,level,subject,correct\na,1,algebra,1\nb,2,geometry,0\n", source: "a.csv")
    #expect(subject.armColumns.isEmpty)
    #expect(subject.arms[0].strata == ["algebra", "geometry"])
  }

  // MARK: Gradings

  @Test(arguments: ["filter", "metric", "grader", "scorer"])
  func gradingsAreNoAttempts(_ name: String) throws {
    var lines: [String] = []
    for document in 0..<6 {
      for (grader, right) in [("strict", document == 2), ("flexible", document % 3 > 0)] {
        let response = right ? "1" : "2"
        let match = right ? "1.0" : "0.0"
        lines.append(
          "{\"doc_id\": \(document), \"target\": \"1\", \"filtered_resps\": [\"\(response)\"], "
            + "\"\(name)\": \"\(grader)\", \"exact_match\": \(match)}")
      }
    }
    let table = try OutcomeTable.parse(lines.joined(separator: "\n"), source: "a.jsonl")
    #expect(table.armColumns == [name])
    #expect(table.arms.map(\.key) == [["strict"], ["flexible"]])
    #expect(table.arms.map(\.attemptCount) == [6, 6])
    #expect(table.arms.map { $0.correct.reduce(0, +) } == [1, 4])
    #expect(table.notes.contains { $0.contains("tells 2 gradings of the attempts apart") })
    // One grading is none.
    let one = try OutcomeTable.parse(
      lines.filter { $0.contains("strict") }.joined(separator: "\n"), source: "a.jsonl")
    #expect(one.armColumns.isEmpty && one.arms[0].answers == Array(repeating: 0, count: 6))
  }

  // MARK: Names of attempts

  @Test(arguments: [
    "completion_id", "sample_index", "trial", "rollout", "repeat", "sample_id", "attempt_idx",
    "response_id",
  ])
  func attemptsAreNotCountedTwice(_ name: String) {
    let rows = [("a", 0), ("a", 1), ("b", 0), ("a", 0)].enumerated().map {
      "{\"task_id\": \"\($1.0)\", \"\(name)\": \($1.1), \"passed\": \($0 < 3)}"
    }
    #expect(
      message { _ = try OutcomeTable.parse(rows.joined(separator: "\n"), source: "a.jsonl") }?
        .hasPrefix(
          "a.jsonl:4: found attempt 0 of problem \"a\" twice (lines 1 and 4), "
            + "expected each attempt once; ") == true)
  }

  @Test func epochsOfASampleAreAttempts() throws {
    let arm = try oneArm(
      "sample_id,epoch,score_match\nq1,1,C\nq1,2,I\nq2,1,N\nq2,2,C\n")
    #expect(arm.problems == ["q1", "q2"] && arm.correct == [1, 0, 0, 1])
  }

  // MARK: Grades

  @Test(arguments: [
    ("C", 1), ("I", 0), ("N", 0), ("correct", 1), ("incorrect", 0), ("passed", 1), ("timeout", 0),
    ("timed out", 0), ("failed: AssertionError", 0), ("Runtime Error", 0), ("resolved", 1),
  ])
  func grades(_ word: String, right: Int) throws {
    #expect(try oneArm("problem,correct\na,\(word)\n").correct == [UInt8(right)])
  }

  @Test func partialCreditNeedsAThreshold() throws {
    let text = "problem,correct\na,0.4\na,0.6\na,P\na,1\na,I\na,0.5\n"
    let arm = try oneArm(text, options: OutcomeOptions(threshold: 0.5))
    #expect(arm.correct == [0, 1, 1, 1, 0, 1])
    #expect(try oneArm(text, options: OutcomeOptions(threshold: 1)).correct == [0, 0, 0, 1, 0, 0])
    #expect(
      message { _ = try OutcomeTable.parse(text, source: "a.csv") }?.hasSuffix(
        "partial credit is read with --threshold, such as --threshold 0.5") == true)
    // Points up to a hundred.
    let points = try oneArm(
      "problem,correct\na,100\na,40\na,1\n", options: OutcomeOptions(threshold: 50))
    #expect(points.correct == [1, 0, 0])
  }

  @Test func attemptsThatDidNotEndAreTold() throws {
    let table = try OutcomeTable.parse(
      "problem,correct\na,timeout\na,1\na,error\n", source: "a.csv")
    #expect(
      table.notes == ["2 attempts that ran out of time or into an error count as wrong"])
  }

  @Test func aColumnThatMayHoldGradesIsNamed() {
    #expect(
      message { _ = try OutcomeTable.parse("problem,reward\na,1\n", source: "a.csv") }
        == "a.csv: found columns problem, reward, expected a column correct; "
        + "if it is reward, --map correct=reward")
  }

  // MARK: Lists

  @Test func listsOfGradesAreAttempts() throws {
    let lines = """
      {"question_id": "a", "graded_list": [true, false, true], "preds": ["1", null, "1.0"]}
      {"question_id": "b", "graded_list": [false, false], "preds": ["x", "y"]}
      """
    let table = try OutcomeTable.parse(lines, source: "a.jsonl")
    let arm = table.arms[0]
    #expect(arm.problems == ["a", "b"] && arm.starts == [0, 3, 5])
    #expect(arm.correct == [1, 0, 1, 0, 0])
    #expect(arm.answers == [0, -1, 0, 0, 1])
    #expect(table.notes.last == "2 rows hold lists of attempts; they are read as 5 attempts")
    // Python's spelling in a quoted cell, with scores and tokens of each attempt and one prompt.
    let csv = try oneArm(
      """
      problem,correct,scores,tokens,tokens_in,answers
      a,"[True, False]","[0.5, None]","[10, 20]",7,"['it''s', 'no, [1]']"
      b,"[1]","[2]","[30]",8,"['z']"
      """.replacing("it''s", with: "it\\'s"))
    #expect(csv.correct == [1, 0, 1])
    #expect(csv.scores?.map { $0.isNaN ? 9 : $0 } == [0.5, 9, 2])
    #expect(csv.tokens == [10, 20, 30] && csv.promptTokens == [7, 7, 8])
    #expect(csv.answers == [0, 1, 0])
  }

  @Test func listsOfStepsAndBlocks() throws {
    let rows = (0..<50).map { problem in
      "{\"problem\": \(problem), \"model\": \"m\(problem % 2)\", \"correct\": [1, 0, 1, 1], "
        + "\"step_scores\": [[0.5, 1], [], [0.25], [1, 1, 1]], \"stratum\": \"s\(problem % 3)\"}"
    }
    let text = rows.joined(separator: "\n")
    let whole = try OutcomeTable.parse(text, source: "a.jsonl")
    #expect(whole.arms.map(\.attemptCount) == [100, 100])
    #expect(whole.arms[0].stepScores?.starts.prefix(5) == [0, 2, 2, 3, 6])
    for bytes in [1, 200, 1000] {
      let parts = try OutcomeTable.parse(
        text, source: "a.jsonl", options: OutcomeOptions(blockBytes: bytes, threads: 3))
      #expect(picture(parts) == picture(whole))
    }
  }

  @Test(arguments: [
    (
      #"{"problem": 1, "correct": [1, 0], "answer": ["a"]}"#,
      "a.jsonl:1: column answer: found a list of 1, expected 2 entries, as in correct"
    ),
    (
      #"{"problem": 1, "correct": [1, "maybe"]}"#,
      "a.jsonl:1: column correct: found \"maybe\", expected \(OutcomeErrorTests.truths); "
        + "if it means right, --right 'maybe'; if it means wrong, --wrong 'maybe'"
    ),
    (
      #"{"problem": 1, "correct": 1, "score": [1, 2]}"#,
      "a.jsonl:1: column score: found a list of 2, expected one entry, or as many grades in correct"
    ),
    (
      #"{"problem": 1, "correct": []}"#,
      "a.jsonl:1: column correct: found \"[]\", expected a list such as [1, 0]"
    ),
    (
      #"{"problem": 1, "correct": [[1], [0]]}"#,
      "a.jsonl:1: column correct: found \"[1]\", expected \(OutcomeErrorTests.truths)"
    ),
  ])
  func listsThatDoNotFit(text: String, expected: String) {
    #expect(message { _ = try OutcomeTable.parse(text, source: "a.jsonl") } == expected)
  }

  // MARK: What rows are

  @Test func kindsOfRows() throws {
    let table = try OutcomeTable.parse(
      "strategy,row_kind,problem,correct\ns,sample,a,1\nt,candidate,a,0\n", source: "a.csv")
    #expect(table.armColumns == ["strategy"])
    #expect(table.arms.map(\.kind) == [.sample, .candidate])
    let back = try OutcomeTable.parse(table.csvText(), source: "a.csv")
    #expect(picture(back) == picture(table) && back.arms.map(\.kind) == [.sample, .candidate])
    // Attempts and answers of one strategy are two arms.
    let both = try OutcomeTable.parse(
      "strategy,row_kind,problem,correct\ns,sample,a,1\ns,answer,a,0\n", source: "a.csv")
    #expect(both.arms.map(\.key) == [["s", "sample"], ["s", "answer"]])
    #expect(both.arms.map(\.kind) == [.sample, .answer])
  }
}
