import RunTables
import Testing

/// Decimal commas against commas between thousands.
@Suite struct CommaTests {
  /// A European export of planted losses in every form that tools write, and the right values.
  static let losses = [6.278, 5.163, 4.476, 5.758]

  static func file(_ form: String) -> (text: String, source: String) {
    let cells = losses.map { "\($0)".replacing(".", with: ",") }
    let rows = cells.enumerated().map { ("\(10_000_000 * ($0.offset + 1))", $0.element) }
    switch form {
    case "quoted":
      return (
        "\"N\",\"loss\"\n" + rows.map { "\"\($0.0)\",\"\($0.1)\"\n" }.joined(), "a.csv"
      )
    case "semicolon": return ("N;loss\n" + rows.map { "\($0.0);\($0.1)\n" }.joined(), "a.csv")
    case "semicolon quoted":
      return ("N;loss\n" + rows.map { "\($0.0);\"\($0.1)\"\n" }.joined(), "a.csv")
    case "tab": return ("N\tloss\n" + rows.map { "\($0.0)\t\($0.1)\n" }.joined(), "a.tsv")
    case "pipe": return ("N|loss\n" + rows.map { "\($0.0)|\($0.1)\n" }.joined(), "a.txt")
    case "object of arrays":
      return (
        "{\"N\":[\(rows.map(\.0).joined(separator: ","))],"
          + "\"loss\":[\(cells.map { "\"\($0)\"" }.joined(separator: ","))]}", "a.json"
      )
    default:
      return (
        rows.map { "{\"N\": \($0.0).0, \"loss\": \"\($0.1)\"}\n" }.joined(), "a.jsonl"
      )
    }
  }

  @Test(arguments: [
    "quoted", "semicolon", "semicolon quoted", "tab", "pipe", "object of arrays", "lines",
  ])
  func aLossIsNotInTheThousands(form: String) throws {
    let file = Self.file(form)
    let table = try RunTable.parse(file.text, source: file.source)
    #expect(try table.numbers("loss") == Self.losses)
    #expect(try table.numbers("N") == [1e7, 2e7, 3e7, 4e7])
    #expect(
      table.notes.contains {
        $0.hasPrefix("column loss: the comma is a decimal comma") && $0.contains("6,278 is 6.278")
      })
  }

  /// Columns that only one reading fits, whatever they are called.
  @Test(arguments: [
    (["0,747", "0,736"], [0.747, 0.736]), (["3,21", "4,5"], [3.21, 4.5]),
    (["2,345", "2,3"], [2.345, 2.3]), (["-0,250", "1,125"], [-0.25, 1.125]),
    (["1.234,5", "2.000.000,25"], [1234.5, 2_000_000.25]), (["1,5e3", "2,5e3"], [1500, 2500]),
    (["1.234.567", "12.345.678"], [1_234_567, 12_345_678]), ([",5", "1,5"], [0.5, 1.5]),
    (["1234,5", "1,234"], [1234.5, 1.234]), (["1,5B", "2,345B"], [1.5e9, 2.345e9]),
    (["1,234,567", "2,345"], [1_234_567, 2345]), (["1,234.5", "2,345"], [1234.5, 2345]),
    (["1,000,000", "500"], [1_000_000, 500]), (["2,345", "NA", "2,34"], [2.345, .nan, 2.34]),
    (["200.000", "1.200.000"], [200_000, 1_200_000]), (["+3,5", "1"], [3.5, 1]),
  ])
  func decisiveCells(cells: [String], values: [Double]) throws {
    let text = "x,y\n" + cells.map { "\"\($0)\",a\n" }.joined()
    let numbers = try plain(text).numbers("x")
    #expect(numbers.count == values.count)
    #expect(zip(numbers, values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(numbers)")
    let json = cells.map { "{\"x\": \"\($0)\"}\n" }.joined()
    let same = try plain(json, source: "a.jsonl").numbers("x")
    #expect(zip(same, values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(same)")
  }

  /// What the rest of the file and the meaning of the column say.
  @Test(arguments: [
    ("x;y\n\"2,345\";0,5\n", "x", 2.345), ("x;y\n2,345;a\n", "x", 2.345),
    ("x,y\n\"2,345\",\"0,5\"\n", "x", 2.345), ("x,y\n\"2,345\",0.5\n", "x", 2345),
    ("x,y\n\"2,345\",\"1,234,567\"\n", "x", 2345), ("D,y\n\"2,345\",a\n", "D", 2345),
    ("tokens,loss\n\"900,000\",2.5\n", "D", 900_000), ("step,y\n\"1,000\",a\n", "step", 1000),
    ("metric.arc,y\n\"0,512\",a\n", "metric.arc", 0.512),
    ("val_loss,y\n\"2,345\",a\n", "loss", 2.345),
    ("learning_rate;y\n1e-4;a\n\"0,001\";b\n", "lr", 1e-4),
  ])
  func theFileDecides(text: String, column: String, value: Double) throws {
    #expect(try RunTable.parse(text, source: "a.csv").numbers(column)[0] == value)
  }

  @Test func aMapGivesTheMeaning() throws {
    let options = TableOptions(map: try ColumnMap.parse("loss=ce"))
    let table = try RunTable.parse("ce,y\n\"2,345\",a\n", source: "a.csv", options: options)
    #expect(try table.numbers("loss") == [2.345])
  }

  /// Both readings are possible: refused with the cell and the option, and obeyed with it.
  @Test(arguments: [
    "x,y\n\"2,345\",a\n", "N;loss\n10,000;2\n", "loss,lr\n\"2,345\",0.001\n",
    "tokens_B,y\n\"2,345\",a\n", "loss,D\n\"2,345\",\"1,000,000\"\n",
    "{\"x\": \"2,345\"}\n",
  ])
  func ambiguous(text: String) throws {
    let source = text.first == "{" ? "a.jsonl" : "a.csv"
    let table = try plain(text, source: source)
    let name = table.columnNames[0]
    let sentence = message { _ = try table.numbers(name) }
    #expect(sentence?.contains("column \(name): found \"") == true, "\(sentence ?? "read")")
    #expect(
      sentence?.hasSuffix(
        "expected a number: its comma is a decimal mark or separates thousands; say which with "
          + "--decimal comma or --decimal point") == true, "\(sentence ?? "read")")
    for (mark, factor) in [(DecimalMark.comma, 1.0), (.point, 1000)] {
      var options = TableOptions()
      options.decimalMark = mark
      let asked = try plain(text, source: source, options: options)
      let value = text.contains("10,000") ? 10.0 : 2.345
      #expect(abs(try asked.numbers(name)[0] / (value * factor) - 1) < 1e-12)
    }
  }

  @Test(arguments: [
    (["0,5", "1,234,567"], "\"1,234,567\" beside \"0,5\" (line 2)"),
    (["0,5", "1.5"], "\"1.5\" beside \"0,5\" (line 2)"),
    (["1,234.5", "1.234,5"], "\"1.234,5\" beside \"1,234.5\" (line 2)"),
  ])
  func contradictions(cells: [String], found: String) throws {
    let table = try plain("x,y\n" + cells.map { "\"\($0)\",a\n" }.joined())
    let sentence = message { _ = try table.numbers("x") }
    #expect(
      sentence?.hasPrefix("runs.csv:3: column x: found \(found)") == true, "\(sentence ?? "")")
  }

  /// Words with commas stay words.
  @Test func textIsLeftAlone() throws {
    let table = try plain("x,y\n\"a, b\",1\n\"1,5\",2\n")
    #expect(try table.texts("x") == ["a, b", "1,5"])
  }

  /// Attempts: a score is no thousand and tokens have no fraction.
  @Test func outcomes() throws {
    let table = try OutcomeTable.parse(
      """
      "problem","correct","score","tokens","step_scores"
      "p0","1","1,125","1,024","0,9;0,5"
      "p0","0","-0,25","12","0,8 1"
      """, source: "a.csv")
    let arm = try #require(table.arms.first)
    #expect(arm.scores == [1.125, -0.25])
    #expect(arm.tokens == [1024, 12])
    #expect(arm.stepScores?.values == [0.9, 0.5, 0.8, 1])
    #expect(table.notes.contains("column score: the comma is a decimal comma"))
    #expect(table.notes.contains("column tokens: the comma is between thousands"))
    let semicolons = try OutcomeTable.parse(
      "problem;correct;score\np0;1;0,912\np0;0;0,45\n", source: "a.csv")
    #expect(semicolons.arms[0].scores == [0.912, 0.45])
    let mean = try OutcomeTable.parse("problem;correct;tokens\np;1;537,5\n", source: "a.csv")
    #expect(mean.arms[0].tokens == [537.5])
  }

  /// Beside decimal commas a point separates thousands, in cells and in strings of JSON.
  @Test(arguments: [
    "N;D;loss\n10.000;200.000;2,345\n20.000;400.000;2,11\n",
    "N,D,loss\n10.000,200.000,\"2,345\"\n20.000,400.000,\"2,11\"\n",
    "{\"N\":\"10.000\",\"D\":\"200.000\",\"loss\":\"2,345\"}\n{\"N\":\"20.000\",\"D\":\"400.000\",\"loss\":\"2,11\"}\n",
    "N;D;loss\n10.000;200.000;2,345\n20.000;400.000;2,110\n",
  ])
  func pointsSeparateThousandsBesideDecimalCommas(text: String) throws {
    let table = try RunTable.parse(text, source: text.hasPrefix("{") ? "a.jsonl" : "a.csv")
    #expect(try table.numbers("N") == [10_000, 20_000])
    #expect(try table.numbers("D") == [200_000, 400_000])
    #expect(try table.numbers("loss") == [2.345, 2.11])
    #expect(table.notes.contains { $0.contains("10.000 is 10000") })
  }

  /// A file with both marks is refused; a rate and files without decimal commas keep their points.
  @Test func pointsThatAreDecimalMarksStay() throws {
    let mixed = try RunTable.parse(
      "N;width;loss;ratio\n1e6;1.500;2,345;0.5\n2e6;2.500;2,11;0.7\n", source: "a.csv")
    #expect(message { _ = try mixed.numbers("width") }?.contains("--decimal comma") == true)
    #expect(try mixed.numbers("ratio") == [0.5, 0.7])
    let rate = try RunTable.parse("N;loss;seconds\n1e6;2.345;0,5\n2e6;2.110;0,7\n", source: "a.csv")
    #expect(try rate.numbers("loss") == [2.345, 2.11])
    let plain = try RunTable.parse("N;loss\n10.000;2.345\n", source: "a.csv")
    #expect(try plain.numbers("N") == [10])
    var options = TableOptions()
    options.decimalMark = .comma
    let asked = try RunTable.parse("N;M\n10.000;3\n", source: "a.csv", options: options)
    #expect(try asked.numbers("N") == [10_000])
  }
}
