import Foundation
import RunTables
import Testing

/// Everything that is wrong is said in one sentence: place, what was found, what was expected.
@Suite struct OutcomeErrorTests {
  /// What mends rows that claim to be the same attempt.
  private static let mend =
    "; if the file joins runs or data sets, --by COLUMN makes arms of them, and --map problem=COLUMN "
    + "takes unique names of problems; if a resumed job wrote a row again, --repeats first or --repeats "
    + "last keeps one"

  static let truths = "0 or 1 (or true or false, yes or no, pass or fail)"

  @Test(arguments: [
    ("", "a.csv: found an empty file, expected a table with a header row"),
    (" \n\n", "a.csv: found an empty file, expected a table with a header row"),
    ("\u{FEFF}", "a.csv: found an empty file, expected a table with a header row"),
    (
      "problem,correct\n", "a.csv:1: found a header and no rows, expected at least one row of data"
    ),
    ("problem,correct", "a.csv:1: found a header and no rows, expected at least one row of data"),
    (
      "problem,correct\n \n",
      "a.csv:1: found a header and no rows, expected at least one row of data"
    ),
    (
      "problem,correct,problem\na,1,a\n",
      "a.csv:1: found the column name \"problem\" twice, expected each name once"
    ),
    ("problem,correct\na,1\nb\n", "a.csv:3: found 1 cell, expected 2, as in the header"),
    ("problem,correct\na,1\nb,1,2,3\n", "a.csv:3: found 4 cells, expected 2, as in the header"),
    (
      "problem,correct\n\"a,1\nb,0\n",
      "a.csv:2: found a quote that is never closed, "
        + "expected a closing quote before the end of the file"
    ),
    (
      "problem,correct\na,1\"\n",
      "a.csv:2: found a quote inside an unquoted cell, "
        + "expected the whole cell in quotes, with the quotes inside it doubled"
    ),
    (
      "1,2\n3,4\n",
      "a.csv:1: found a first row of numbers, expected a header row with column names"
    ),
    (
      "problm,correct\na,1\n",
      "a.csv: found columns problm, correct, expected a column problem; did you mean problm?"
    ),
    (
      "problem,corect\na,1\n",
      "a.csv: found columns problem, corect, expected a column correct; did you mean corect?"
    ),
    (
      "model,samples_k,success_rate\nm,1,0.5\n",
      "a.csv: found columns model, samples_k, success_rate, expected a column problem; "
        + "a table of coverage by number of samples is read by `allometry testtime curve`"
    ),
    (
      "problem,correct\na,1\n,1\n",
      "a.csv:3: column problem: found a missing value, expected the label of a problem"
    ),
    (
      "problem,correct\n\n\"a\nb\",1\n\"  \",1\n",
      "a.csv:5: column problem: found a missing value, expected the label of a problem"
    ),
    (
      "problem,correct,attempt\na,1,\n",
      "a.csv:2: column attempt: found a missing value, expected the number of an attempt"
    ),
    (
      "problem,correct,tokens_out\na,1,5\na,1,-5\n",
      "a.csv:3: column tokens_out: found \"-5\", expected a number of tokens, 0 or more"
    ),
    (
      "problem,correct,tokens_in\na,1,inf\n",
      "a.csv:2: column tokens_in: found \"inf\", expected a number of tokens, 0 or more"
    ),
    (
      "problem,correct,score\na,1,good\n",
      "a.csv:2: column score: found \"good\", expected a number"
    ),
    (
      "problem,correct,round\na,1,-1\n",
      "a.csv:2: column round: found \"-1\", expected a whole number, 0 or more"
    ),
    (
      "problem,correct,step\na,1,1.5\n",
      "a.csv:2: column step: found \"1.5\", expected a whole number, 0 or more"
    ),
    (
      "problem,correct,step\na,1,\n",
      "a.csv:2: column step: found a missing value, expected a whole number, 0 or more"
    ),
    (
      "problem,correct,step_scores\na,1,0.5;;1\n",
      "a.csv:2: column step_scores: found \"0.5;;1\", "
        + "expected numbers separated by semicolons, commas or blanks"
    ),
    (
      "problem,attempt,correct\na,1,1\nb,1,1\na,2,1\na,1,0\nb,1,1\n",
      "a.csv:5: found attempt 1 of problem \"a\" twice (lines 2 and 5), expected each attempt once"
    ),
    (
      "problem,attempt,correct\na,1,1\n\na,900000,1\na,900000.0,0\n",
      "a.csv:5: found attempt 900000 of problem \"a\" twice (lines 4 and 5), "
        + "expected each attempt once"
    ),
    (
      "model,problem,attempt,correct\nm,a,x,1\nn,a,x,1\nm,a,x,0\n",
      "a.csv:4: found attempt x of problem \"a\" of m twice (lines 2 and 4), "
        + "expected each attempt once"
    ),
    (
      "problem,attempt,step,correct\na,1,0,1\na,1,1,1\na,1,0,0\n",
      "a.csv:4: found step 0 of attempt 1 of problem \"a\" twice (lines 2 and 4), "
        + "expected each step once"
    ),
    (
      "problem,attempt,round,correct\na,1,2,1\na,1,2,0\n",
      "a.csv:3: found round 2 of attempt 1 of problem \"a\" twice (lines 2 and 3), "
        + "expected each round once"
    ),
    (
      "problem,correct,verifier_pass\na,1,1\na,1,\n",
      "a.csv:3: column verifier_pass: found a missing value, expected \(truths)"
    ),
    (
      "problem,correct,base_pass\na,1,\na,1,\n",
      "a.csv:2: column base_pass: found a missing value, expected \(truths)"
    ),
  ])
  func malformed(text: String, sentence: String) {
    let expected = sentence.contains(" twice (lines ") ? sentence + Self.mend : sentence
    #expect(message { _ = try OutcomeTable.parse(text, source: "a.csv") } == expected)
    for bytes in [1, 3, 20] {
      let options = OutcomeOptions(blockBytes: bytes, threads: 3)
      #expect(
        message { _ = try OutcomeTable.parse(text, source: "a.csv", options: options) } == expected)
    }
  }

  @Test(arguments: ["NaN", "", "2", "0.5", "-1", "maybe", "10", "1e9999"])
  func notATruth(_ cell: String) {
    let found = cell == "NaN" || cell.isEmpty ? "a missing value" : "\"\(cell)\""
    let hint =
      switch cell {
      case "0.5":
        "; if it is the share of right ones among several attempts, --map "
          + "'pass@1=acc,num_samples=COLUMN' with the column of their number; "
          + "partial credit is read with --threshold, such as --threshold 0.5"
      case "2", "10":
        "; if it counts the right ones among several attempts, --map "
          + "num_correct=acc,num_samples=COLUMN with the column of their number; "
          + "if it is in points, --threshold 50 takes 50 and more for right"
      case "maybe": "; if it means right, --right 'maybe'; if it means wrong, --wrong 'maybe'"
      default: ""
      }
    #expect(
      message { _ = try OutcomeTable.parse("problem,acc\na,1\na,\(cell)\n", source: "a.csv") }
        == "a.csv:3: column acc: found \(found), expected \(Self.truths)\(hint)")
  }

  @Test(arguments: [
    (
      "{\"problem\":1,\"correct\":1}\n{\"problem\":1}\n",
      "a.jsonl:2: column correct: found a missing value, expected \(truths)"
    ),
    (
      "{\"problem\":1,\"correct\":1}\n\n[1]\n",
      "a.jsonl:3: found \"[1]\", expected an object in braces, one a line"
    ),
    (
      "{\"problem\":1,\"correct\":1,\"problem\":2}",
      "a.jsonl:1: found the key \"problem\" twice, expected each key once in an object"
    ),
    (
      "{\"problem\":1,\"correct\":1}\n{\"problem\":1,\"correct\":1}}\n",
      "a.jsonl:2: found \"}\", expected the end of the line"
    ),
    (
      "{\"problem\":[1,2],\"correct\":1,\"score\":\"x\"}",
      "a.jsonl:1: column score: found \"x\", expected a number"
    ),
    ("{}", "a.jsonl: found no rows, expected at least one row of data"),
  ])
  func malformedLines(text: String, expected: String) {
    #expect(message { _ = try OutcomeTable.parse(text, source: "a.jsonl") } == expected)
    let options = OutcomeOptions(blockBytes: 5, threads: 3)
    #expect(
      message { _ = try OutcomeTable.parse(text, source: "a.jsonl", options: options) } == expected)
  }

  @Test func malformedDocuments() {
    #expect(
      message { _ = try OutcomeTable.parse("[]", source: "a.json") }
        == "a.json: found no rows, expected at least one row of data")
    #expect(
      message {
        _ = try OutcomeTable.parse(
          "[{\"problem\":1,\"correct\":1},\n\n{\"problem\":1,\"correct\":7}]", source: "a.json")
      } == "a.json:3: column correct: found \"7\", expected \(Self.truths); "
        + "if it counts the right ones among several attempts, --map "
        + "num_correct=correct,num_samples=COLUMN with the column of their number; "
        + "if it is in points, --threshold 50 takes 50 and more for right")
    #expect(
      message { _ = try OutcomeTable.parse("{\n\"rows\": []\n}", source: "a.json") }
        == "a.json:1: found the end of the text, expected a string in double quotes; "
        + "outcomes in JSON are one array of objects, or one object a line")
  }

  @Test func encodings() {
    let wide = "problem,correct\na,1\n".data(using: .utf16LittleEndian).map(Array.init) ?? []
    #expect(
      message { _ = try OutcomeTable.parse(wide, source: "a.csv") }
        == "a.csv:1: found UTF-16 text, expected UTF-8; save the file as UTF-8")
    let latin = Array("problem,correct\n".utf8) + [0xE9, 0x2C, 0x31, 0x0A]
    #expect(
      message { _ = try OutcomeTable.parse(latin, source: "a.csv") }
        == "a.csv:2: column problem: found text in another encoding, expected UTF-8 text; "
        + "save the file as UTF-8, or iconv -f WINDOWS-1252 -t UTF-8 FILE")
    let model = Array("problem,correct,model\na,1,m\na,1,".utf8) + [0xE9, 0x0A]
    #expect(
      message { _ = try OutcomeTable.parse(model, source: "a.csv") }
        == "a.csv:3: column model: found text in another encoding, expected UTF-8 text; "
        + "save the file as UTF-8, or iconv -f WINDOWS-1252 -t UTF-8 FILE")
  }

  @Test func lineEndsAndMarks() throws {
    for text in [
      "\u{FEFF}problem,correct\r\n\"a, b\",1\r\nc,0", "problem;correct\n\"a, b\";1\nc;0\n",
      "problem,correct\r\"a, b\",1\rc,0\r", "problem\tcorrect\na, b\t1\nc\t0\n",
      " problem , correct \n \"a, b\" , 1 \n c , 0 \n   \n",
    ] {
      let arm = try oneArm(text)
      #expect(arm.problems == ["a, b", "c"])
      #expect(arm.correct == [1, 0])
    }
  }
}
