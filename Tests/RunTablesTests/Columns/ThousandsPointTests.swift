import RunTables
import Testing

/// Numbers whose thousands are apart, and units in names and cells.
@Suite struct ThousandsPointTests {
  @Test func pointsBesideUnits() throws {
    let table = try RunTable.parse(
      "N;D;loss\n70M;2.500 M;3,5\n1.000M;10.000 M;2,9\n", source: "a.csv")
    #expect(try table.numbers("N") == [70e6, 1e9])
    #expect(try table.numbers("D") == [2.5e9, 10e9])
  }

  @Test func filesThatDisagreeAreRefused() throws {
    let text = "lr;params_M;loss\n0.0003;70;3,5\n0.0003;1.000;2,9\n"
    let table = try RunTable.parse(text, source: "a.csv")
    #expect(
      message { _ = try table.numbers("N") }?.contains("say which with --decimal comma") == true)
    var options = TableOptions()
    options.decimalMark = .comma
    let comma = try RunTable.parse(text, source: "a.csv", options: options)
    #expect(try comma.numbers("N") == [70e6, 1e9])
    // What has a point and no thousands contradicts the user, if it is used.
    #expect(
      message { _ = try comma.numbers("lr") }?.contains("leave out --decimal") == true)
  }

  @Test(arguments: [
    ("N\n70\u{A0}000\u{A0}000\n", 70e6), ("N\n70\u{202F}000\u{202F}000\n", 70e6),
    ("N\n70 000 000\n", 70e6), ("N\n70'000'000\n", 70e6), ("N\n70’000’000\n", 70e6),
    ("N\n0.07 billion\n", 70e6), ("N\n0.07Bn\n", 70e6), ("N\n70M params\n", 70e6),
    ("D\n2.5 trillion tokens\n", 2.5e12),
  ])
  func spellings(_ text: String, expected: Double) throws {
    #expect(
      try RunTable.parse(text, source: "a.csv").numbers(text.hasPrefix("N") ? "N" : "D") == [
        expected
      ])
  }

  @Test(arguments: ["70 00 000", "1 2", "7'0", "70 000 0", "2025-03-01 10:00"])
  func otherTextStays(_ cell: String) throws {
    let table = try RunTable.parse("x\n\(cell)\n", source: "a.csv")
    #expect(try table.texts("x") == [cell])
  }

  @Test func whatIsNotReadNamesItsMend() throws {
    let percent = try RunTable.parse("loss\n28.89%\n", source: "a.csv")
    #expect(
      message { _ = try percent.numbers("loss") }?.hasSuffix(
        "write per cent as shares without the sign, 0.2889 for 28.89 %") == true)
    let error = try RunTable.parse("loss\n3.52 ± 0.01\n", source: "a.csv")
    #expect(
      message { _ = try error.numbers("loss") }?.hasSuffix("its error in a column of its own")
        == true)
  }

  @Test func theFirstLineOfASpreadsheet() throws {
    let table = try RunTable.parse("sep=;\r\nN;loss\r\n7;2,5\r\n9;x\r\n", source: "a.csv")
    #expect(table.columnNames == ["N", "loss"])
    #expect(
      message { _ = try table.numbers("loss") }
        == "a.csv:4: column loss: found \"x\", expected a number")
  }

  // MARK: Units in names

  @Test(arguments: [
    ("params (1e6)", "N", 1e6), ("tokens (10^9)", "D", 1e9), ("tokens / 10**9", "D", 1e9),
    ("D (T tokens)", "D", 1e12), ("N (billion params)", "N", 1e9), ("MParams", "N", 1e6),
    ("GTokens", "D", 1e9),
  ])
  func unitsInNames(_ name: String, column: String, factor: Double) throws {
    let table = try RunTable.parse("\(name),loss\n2.5,3\n", source: "a.csv")
    #expect(try table.numbers(column) == [2.5 * factor])
  }

  @Test(arguments: [
    ("Val loss (bits)", "loss", "--map 'loss=`Val loss (bits)`*log(2)'"),
    ("bits_per_byte", "loss", "--map 'loss=bits_per_byte*log(2)'"),
    ("my size (M)", "N", "--map 'N=`my size (M)`*1e6'"),
    ("the run's tokens, B", "D", "--map 'D=`the run'\\''s tokens, B`*1e9'"),
  ])
  func mapsThatAreProposed(_ name: String, column: String, map: String) throws {
    let table = try RunTable.parse("\"\(name)\"\n2.5\n", source: "a.csv")
    #expect(table.suggestedMap(for: [column]) == map)
  }

  @Test func tokensOfTrainers() throws {
    let steps = try RunTable.parse(
      "N,step,batch_size,seq_len,loss\n1,2,3,4,5\n", source: "a.csv")
    #expect(steps.suggestedMap(for: ["D"]) == "--map 'D=step*batch_size*seq_len'")
    let ratio = try RunTable.parse("N,tokens per parameter,loss\n1,20,5\n", source: "a.csv")
    #expect(ratio.suggestedMap(for: ["D"]) == "--map 'D=`tokens per parameter`*N'")
  }

  // MARK: Documents

  @Test(arguments: [
    "{\"columns\": [\"N\", \"loss\"], \"data\": [[1e6, 3.5], [2e6, 3.25]]}",
    "{\"N\": {\"0\": 1e6, \"1\": 2e6}, \"loss\": {\"0\": 3.5, \"1\": 3.25}}",
    "{\"0\": {\"N\": 1e6, \"loss\": 3.5}, \"1\": {\"N\": 2e6, \"loss\": 3.25}}",
    "{\"runs\": [{\"data\": {\"metrics\": [{\"key\": \"eval_loss\", \"value\": 3.5, \"step\": 0}], "
      + "\"params\": [{\"key\": \"n_params\", \"value\": \"1000000\"}]}}, {\"data\": {\"metrics\": "
      + "[{\"key\": \"eval_loss\", \"value\": 3.25, \"step\": 0}], \"params\": [{\"key\": \"n_params\", "
      + "\"value\": \"2000000\"}]}}], \"next_page_token\": \"\"}",
  ])
  func documents(_ text: String) throws {
    let table = try RunTable.parse(text, source: "a.json")
    #expect(try table.numbers("N") == [1e6, 2e6])
    #expect(try table.numbers("loss") == [3.5, 3.25])
  }

  @Test func scoresOfHarnessesSayWhichTheyAre() throws {
    let text =
      "[{\"results\": {\"gsm8k\": {\"exact_match,strict-match\": 0.2, \"exact_match_stderr,strict-match\": "
      + "0.01, \"exact_match,flexible-extract\": 0.3, \"exact_match_stderr,flexible-extract\": 0.02}, "
      + "\"piqa\": {\"acc,none\": 0.6}}}]"
    let table = try RunTable.parse(text, source: "a.json")
    #expect(try table.numbers("metric.gsm8k") == [0.2])
    #expect(
      table.notes.contains(
        "the score of gsm8k is exact_match,strict-match (not exact_match,flexible-extract); --map "
          + "'metric.gsm8k=\"results.gsm8k.exact_match,flexible-extract\"' takes another"))
    var options = TableOptions()
    options.map = try ColumnMap.parse(
      "metric.gsm8k=\"results.gsm8k.exact_match,flexible-extract\"")
    let other = try RunTable.parse(text, source: "a.json", options: options)
    #expect(try other.numbers("metric.gsm8k") == [0.3])
    #expect(try other.numbers("stderr.gsm8k") == [0.02])
    #expect(try other.numbers("metric.piqa") == [0.6])
  }
}
