import RunTables
import Testing

/// Points and commas in the numbers of recorded attempts.
@Suite struct OutcomeNumberTests {
  @Test(arguments: [
    // Decimal commas elsewhere, also in a column that is not used.
    ("problem;correct;score;tokens\na;1;0,91;1.018\na;0;0,12;537\n", [1018, 537]),
    ("problem\tcorrect\tdauer\ttokens\na\t1\t2,5\t1.018\na\t0\t3,25\t12.537\n", [1018, 12537]),
    ("problem,correct,score,tokens\na,1,\"0,91\",1.018\na,0,\"1,00\",999\n", [1018, 999]),
    // Whole thousands beside decimal commas.
    ("problem;correct;score;tokens\na;1;0,91;1.000\na;0;0,12;2.000\n", [1000, 2000]),
    // Semicolons alone, where the counts have odd ends.
    ("problem;correct;tokens\na;1;1.018\na;0;537\n", [1018, 537]),
    // Several groups say it of the rest.
    ("problem;correct;tokens\na;1;1.018.000\na;0;537.000\n", [1_018_000, 537_000]),
    ("problem,correct,tokens\na,1,1.018.000\na,0,537.000\n", [1_018_000, 537_000]),
    // Quoted cells, and cells with blanks.
    ("problem;correct;tokens\na;1;\"1.018\"\na;0; 2.537 \n", [1018, 2537]),
    // Decimal points stay.
    ("problem,correct,tokens\na,1,512.000\na,0,37.500\n", [512, 37.5]),
    ("problem,correct,tokens,score\na,1,512.125,0.5\na,0,37.500,0.25\n", [512.125, 37.5]),
    ("problem,correct,tokens\na,1,1e3\na,0,1234.5\n", [1000, 1234.5]),
    // A fraction with a comma, and thousands.
    ("problem;correct;tokens\na;1;537,5\na;0;12\n", [537.5, 12]),
    ("problem;correct;tokens\na;1;\"1,018\"\na;0;537\n", [1018, 537]),
  ])
  func tokens(_ text: String, expected: [Float]) throws {
    for bytes in [1 << 20, 8] {
      let arm = try oneArm(text, options: OutcomeOptions(blockBytes: bytes, threads: 2))
      #expect(arm.tokens == expected)
    }
  }

  @Test func stringsOfJSON() throws {
    let strings = """
      {"problem": "a", "correct": 1, "score": "0,91", "tokens": "1.018"}
      {"problem": "a", "correct": 0, "score": "0,12", "tokens": "537"}
      """
    #expect(try oneArm(strings, source: "a.jsonl").tokens == [1018, 537])
    // The point of JSON's own numbers is decimal, whatever the strings say.
    let numbers = strings.replacing("\"1.018\"", with: "1.018").replacing("\"537\"", with: "537")
    #expect(try oneArm(numbers, source: "a.jsonl").tokens == [1.018, 537])
  }

  @Test func whatIsReadIsSaid() throws {
    let table = try OutcomeTable.parse(
      "problem;correct;score;tokens\na;1;0,91;1.018\n", source: "a.csv")
    #expect(
      table.notes.contains(
        "column tokens: the point is between thousands, for other numbers have decimal commas "
          + "(--decimal point reads decimal points)"))
    let doubtful = try OutcomeTable.parse("problem,correct,tokens\na,1,1.018\n", source: "a.csv")
    #expect(doubtful.arms[0].tokens == [1.018])
    #expect(
      doubtful.notes.contains(
        "column tokens: the point is a decimal point; if it is between thousands, --decimal comma"))
  }

  @Test(arguments: [
    // Decimal commas and decimal points in one file.
    "problem;correct;score;zeit;tokens\na;1;0,91;0.5;1.018\n",
    // Three noughts in a file of semicolons may be three decimals.
    "problem;correct;tokens\na;1;512.000\na;0;37.000\n",
    "problem;correct;score;tokens\na;1;0,91;\"1,018\"\nb;1;0,91;\"537,5\"\n",
  ])
  func whatCanBeReadBothWaysIsRefused(_ text: String) {
    #expect(
      message { _ = try OutcomeTable.parse(text, source: "a.csv") }?.contains("--decimal comma")
        == true)
  }

  @Test func theUserDecides() throws {
    let text = "problem,correct,score,tokens\na,1,3,1.018\na,0,2,537\n"
    let comma = try oneArm(text, options: OutcomeOptions(decimalMark: .comma))
    #expect(comma.tokens == [1018, 537])
    let point = try oneArm(
      "problem;correct;tokens\na;1;1.018\na;0;537\n",
      options: OutcomeOptions(decimalMark: .point))
    #expect(point.tokens == [1.018, 537])
    #expect(
      message {
        _ = try OutcomeTable.parse(
          "problem,correct,tokens\na,1,10.5\n", source: "a.csv",
          options: OutcomeOptions(decimalMark: .comma))
      }
        == "a.csv:2: column tokens: found \"10.5\", expected a number of tokens, 0 or more, with a "
        + "decimal comma and points only between thousands (--decimal comma)")
    #expect(
      message {
        _ = try OutcomeTable.parse(
          "problem;correct;score\na;1;0,91\n", source: "a.csv",
          options: OutcomeOptions(decimalMark: .point))
      }
        == "a.csv:2: column score: found \"0,91\", expected a number, with a decimal point and "
        + "commas only between thousands (--decimal point)")
  }
}
