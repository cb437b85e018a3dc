import Foundation
import RunTables
import TestSupport
import Testing

@Suite struct OutcomeReadingTests {
  @Test func columnsOfOneArm() throws {
    let arm = try oneArm(
      """
      problem,attempt,correct,tokens,tokens_in,score,answer,verifier_pass,round,stratum
      p1,1,1,10,3,0.5,7,1,0,easy
      p2,0,0,20,,-1e-3,"a, b",0,1,hard
      p1,0,false,,3,NA,8,no,2,easy
      p2,1,True,40.0,2,-inf,,pass,0,hard

      """)
    #expect(arm.problems == ["p1", "p2"])
    #expect(arm.starts == [0, 2, 4])
    #expect(arm.correct == [0, 1, 0, 1])
    #expect(arm.tokens?.map { $0.isNaN ? -1 : $0 } == [-1, 10, 20, 40])
    #expect(arm.promptTokens?.map { $0.isNaN ? -1 : $0 } == [3, 3, -1, 2])
    #expect(arm.scores?.map { $0.isNaN ? 9 : $0 } == [9, 0.5, -1e-3, -.infinity])
    #expect(arm.answers == [0, 1, 0, -1])
    #expect(arm.passes == [0, 1, 0, 1])
    #expect(arm.rounds == [2, 0, 1, 0])
    #expect(arm.strata == ["easy", "hard"])
    #expect(arm.steps == nil && arm.attemptNumbers == nil && arm.stepScores == nil)
    #expect(arm.key.isEmpty && arm.constants.isEmpty)
  }

  @Test(arguments: [
    "0", "0.0", "false", "False", "FALSE", "no", "fail", "1", "1.0", "true", "True", "yes", "Pass",
    "\"1\"", "\"1.0\"", "\"0.0\"",
  ])
  func truths(_ word: String) throws {
    let right = ["1", "1.0", "true", "yes", "pass", "\"1\"", "\"1.0\""].contains(word.lowercased())
    let arm = try oneArm("problem,correct,verifier_pass\na,\(word),\(word)\n")
    #expect(arm.correct == [right ? 1 : 0])
    #expect(arm.passes == [right ? 1 : 0])
  }

  @Test func answersAreText() throws {
    let text = "problem,correct,answer\na,1,1\na,1,1.0\na,1,\" 1 \"\nb,1,\nb,1,1.0\nb,0,1\n"
    let table = try OutcomeTable.parse(
      text, source: "a.csv", options: OutcomeOptions(answers: .exact))
    #expect(table.arms[0].answers == [0, 1, 0, -1, 0, 1])
    #expect(table.notes == ["answers are compared as text, so that 1 and 1.0 differ"])
    #expect(try oneArm(text).answers == [0, 0, 0, -1, 0, 0])
  }

  @Test func quotedAndEscapedAnswersAreTheSame() throws {
    let csv = "problem,correct,answer\na,1,\"say \"\"x\"\"\"\na,1,plain\n"
    let json = #"""
      {"problem":"a","correct":1,"answer":"say \"x\""}
      {"problem":"a","correct":1,"answer":"pla\u0069n"}
      {"problem":"a","correct":true,"answer":"plain"}
      """#
    #expect(try oneArm(csv).answers == [0, 1])
    #expect(try oneArm(json, source: "a.jsonl").answers == [0, 1, 1])
  }

  // MARK: Order of attempts

  @Test func numbersSortNumericallyAndNamesStay() throws {
    #expect(
      try oneArm("problem,attempt,correct,score\na,10,1,10\na,9,1,9\na,-1,1,-1\n").scores
        == [-1, 9, 10])
    #expect(
      try oneArm("problem,attempt,correct,score\na,2000000000,1,2\na,-5,1,1\na,7.0,1,7\n").scores
        == [1, 7, 2])
    #expect(
      try oneArm("problem,attempt,correct,score\na,10,1,10\na,nine,1,9\na,-1,1,-1\n").scores
        == [10, 9, -1])
    #expect(try oneArm("problem,correct,score\na,1,10\na,1,9\n").scores == [10, 9])
  }

  @Test func stepsOfAnAttemptStandTogether() throws {
    let text = """
      problem,attempt,step,correct
      a,2,1,1
      a,1,0,0
      a,2,0,1
      b,1,0,1
      a,1,2,0
      """
    let arm = try oneArm(text)
    #expect(arm.steps == [0, 2, 0, 1, 0])
    #expect(arm.attemptNumbers == [1, 1, 2, 2, 1])
    #expect(arm.correct == [0, 0, 1, 1, 1])
    let named = try oneArm(text.replacing("a,2", with: "a,x").replacing("a,1", with: "a,w"))
    #expect(named.attemptNumbers == [0, 0, 1, 1, 0])
    #expect(named.steps == [0, 1, 0, 2, 0])
    let unnumbered = try oneArm("problem,step,correct\na,0,1\na,1,1\na,0,0\na,2,1\nb,3,1\n")
    #expect(unnumbered.attemptNumbers == [0, 0, 1, 1, 0])
    #expect(unnumbered.steps == [0, 1, 0, 2, 3])
  }

  @Test func roundsOfAnAttemptStandTogether() throws {
    let arm = try oneArm(
      "problem,attempt,round,correct\na,1,1,1\na,0,0,0\na,1,0,0\na,0,1,1\n")
    #expect(arm.rounds == [0, 1, 0, 1])
    #expect(arm.attemptNumbers == [0, 0, 1, 1])
    #expect(arm.correct == [0, 1, 0, 1])
  }

  // MARK: Arms

  @Test func armsAndConstants() throws {
    let text = """
      model,problem,correct,strategy,n_params,layers,temperature,heads,extra
      m,a,1,s,7B,2,0.5,1,x
      n,b,0,s,13B,2,0.5,1,x
      m,b,1,s,7B,3,0.5,,x
      m,a,0,t,7B,2,0.5,1,x
      """
    let table = try OutcomeTable.parse(text, source: "a.csv")
    #expect(table.armColumns == ["model", "strategy"])
    #expect(table.arms.map(\.key) == [["m", "s"], ["n", "s"], ["m", "t"]])
    #expect(table.arms.map(\.problems) == [["a", "b"], ["b"], ["a"]])
    #expect(table.arms.map(\.correct) == [[1, 1], [0], [0]])
    #expect(table.arms[0].constants == ["n_params": 7e9, "heads": 1])
    #expect(table.arms[1].constants == ["n_params": 13e9, "layers": 2, "heads": 1])
    #expect(
      table.notes == [
        "columns not used: temperature, extra",
        "column layers is not used where it is blank, text or not constant within an arm",
      ])
    let by = try OutcomeTable.parse(
      text, source: "a.csv", options: OutcomeOptions(by: ["temperature", "model"]))
    #expect(by.armColumns == ["model", "strategy", "temperature"])
    #expect(by.arms[0].key == ["m", "s", "0.5"])
    #expect(
      message {
        _ = try OutcomeTable.parse(text, source: "a.csv", options: OutcomeOptions(by: ["modle"]))
      }?.hasSuffix("expected a column modle; did you mean model?") == true)
  }

  @Test func armsLackColumnsThatAreBlankInThem() throws {
    let table = try OutcomeTable.parse(
      "strategy,problem,correct,tokens,verifier_pass,round,answer,step_scores,stratum\n"
        + "s,a,1,,,,,,\nt,a,1,5,1,2,x,0.5,hard\n", source: "a.csv")
    let (s, t) = (table.arms[0], table.arms[1])
    #expect(s.tokens == nil && s.passes == nil && s.rounds == nil && s.answers == nil)
    #expect(s.stepScores == nil && s.strata == nil)
    #expect(t.tokens == [5] && t.passes == [1] && t.rounds == [2] && t.answers == [0])
    #expect(t.stepScores?.values == [0.5] && t.strata == ["hard"])
  }

  @Test func strataThatContradict() throws {
    let table = try OutcomeTable.parse(
      "problem,correct,level_of_difficulty\na,1,\na,1,2\na,0,3\nb,1,4\n", source: "a.csv")
    #expect(table.arms[0].strata == ["2", "4"])
    #expect(
      table.notes == [
        "column level_of_difficulty read as stratum",
        "1 problem has more than one level_of_difficulty; the first in the file counts",
      ])
  }

  @Test(arguments: [
    "0.9;0.8;0.25", "0.9 0.8 0.25", "\"0.9,0.8, 0.25\"", "\"[0.9, 0.8, 0.25]\"", "[0.9 0.8 0.25]",
  ])
  func stepScores(_ cell: String) throws {
    let arm = try oneArm("problem,correct,step_scores\na,1,1\na,1,\(cell)\na,0,\nb,1,[]\n")
    #expect(arm.stepScores?.starts == [0, 1, 4, 4, 4])
    #expect(arm.stepScores?.values == [1, 0.9, 0.8, 0.25])
  }

  // MARK: Names

  @Test func everyAliasIsUnderstoodAndNoted() throws {
    // Counts are a pair.
    for column in OutcomeColumn.allCases where column != .rightCount && column != .attemptCount {
      for alias in column.aliases {
        let others: [OutcomeColumn] = [.problem, .correct].filter { $0 != column }
        let names = [alias] + others.map(\.rawValue)
        let text =
          names.joined(separator: ",") + "\n" + names.map { _ in "1" }.joined(separator: ",")
        let table = try OutcomeTable.parse(text, source: "a.csv")
        #expect(
          table.notes.first == "column \(alias) read as \(column.rawValue)", "\(text)")
      }
    }
  }

  @Test func choiceOfNames() throws {
    let both = try OutcomeTable.parse("task_id,problem_id,acc\n1,2,1\n", source: "a.csv")
    #expect(both.arms[0].problems == ["2"])
    #expect(
      both.notes == [
        "column problem_id read as problem (also present and not used: task_id)",
        "column acc read as correct", "column not used: task_id",
      ])
    let cased = try OutcomeTable.parse("Problem,CORRECT,Model\n1,1,m\n", source: "a.csv")
    #expect(cased.armColumns == ["model"])
    #expect(
      cased.notes == [
        "column Model read as model", "column Problem read as problem",
        "column CORRECT read as correct",
      ])
    let passed = try OutcomeTable.parse("problem,passed\n1,1\n", source: "a.csv")
    #expect(passed.notes == ["column passed read as correct"])
    #expect(
      message { _ = try OutcomeTable.parse("problem,passed,verified\n1,1,1\n", source: "a.csv") }
        == "a.csv: found columns problem, passed, verified, expected a column correct")
  }

  @Test func maps() throws {
    let map = try ColumnMap.parse("problem=q,verifier_pass=ok,correct=ok,score=value2")
    let table = try OutcomeTable.parse(
      "q,ok,value2,score\nx,1,0.5,9\n", source: "a.csv", options: OutcomeOptions(map: map))
    #expect(table.arms[0].problems == ["x"])
    #expect(table.arms[0].passes == [1] && table.arms[0].correct == [1])
    #expect(table.arms[0].scores == [0.5])
    #expect(
      table.notes == [
        "the column score of the file is kept as score.original",
        "column q read as problem, as asked", "column ok read as verifier_pass, as asked",
        "column ok read as correct, as asked", "column value2 read as score, as asked",
        "column not used: score.original",
      ])
    #expect(
      message {
        _ = try OutcomeTable.parse(
          "q,ok\nx,1\n", source: "a.csv",
          options: OutcomeOptions(map: ColumnMap(entries: [.init(target: "problem", source: "qq")]))
        )
      } == "a.csv: found columns q, ok, expected a column qq to be read as problem; did you mean q?"
    )
  }

  // MARK: JSON

  @Test func jsonLinesAndArrays() throws {
    let rows = [
      #"{"problem": 1, "correct": true, "meta": {"tokens": 5}, "step_scores": [0.5, 1]}"#,
      #"{"problem": "1", "correct": 0, "score": null, "step_scores": []}"#,
      #"{"correct": false, "problem": 2, "score": -1.5, "step_scores": null}"#,
    ]
    let options = OutcomeOptions(map: try ColumnMap.parse("tokens=meta.tokens"))
    let array: String = "[" + rows.joined(separator: ",\n") + "]"
    let forms: [(text: String, name: String)] = [
      (rows.joined(separator: "\n"), "a.jsonl"),
      (rows.joined(separator: "\r\n"), "a.json"),
      (array, "a.json"),
      ("\u{FEFF} \(array)\n", "other"),
    ]
    for (text, name) in forms {
      let arm = try oneArm(text, source: name, options: options)
      #expect(arm.problems == ["1", "2"])
      #expect(arm.correct == [1, 0, 0])
      #expect(arm.tokens?.map { $0.isNaN ? -1 : $0 } == [5, -1, -1])
      #expect(arm.scores?.map { $0.isNaN ? 9 : $0 } == [9, 9, -1.5])
      #expect(arm.stepScores?.starts == [0, 2, 2, 2])
    }
  }

  // MARK: Where the bytes come from

  @Test func filesAndPipes() throws {
    let text = "problem,correct\r\n" + (0..<1000).map { "p\($0 % 7),1\r\n" }.joined()
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let path = scratch.path("plain.csv")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let whole = try OutcomeTable.parse(text, source: "a.csv")
    #expect(picture(try OutcomeTable.read(contentsOf: path)) == picture(whole))
    let pipe = Pipe()
    let data = Data(text.utf8)
    DispatchQueue.global().async {
      pipe.fileHandleForWriting.write(data)
      try? pipe.fileHandleForWriting.close()
    }
    let piped = try OutcomeTable.read(
      contentsOf: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)",
      options: OutcomeOptions(blockBytes: 100))
    #expect(picture(piped) == picture(whole))
    #expect(
      message { _ = try OutcomeTable.read(contentsOf: "/nowhere/a.csv") }
        == "/nowhere/a.csv: found no such file or directory, expected a readable file")
    #expect(
      message { _ = try OutcomeTable.read(contentsOf: "/") }
        == "/: found a folder, expected a file")
  }
}
