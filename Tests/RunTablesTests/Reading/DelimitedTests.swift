import Foundation
import RunTables
import TestSupport
import Testing

@Suite struct DelimitedTests {
  @Test func columnsAreTypedAndLinesRemembered() throws {
    let table = try plain("run,N,loss\na,10,2.5\n\nb,20,2.25\n")
    #expect(table.columnNames == ["run", "N", "loss"])
    #expect(table.rowCount == 2)
    #expect(try table.texts("run") == ["a", "b"])
    #expect(try table.numbers("N") == [10, 20])
    #expect(try table.numbers("loss") == [2.5, 2.25])
    #expect(table.lineNumbers == [2, 4])
    #expect(table.source == "runs.csv")
    #expect(table.notes.isEmpty)
  }

  /// The rules of RFC 4180, section 2, and the line ends and marks met in practice.
  @Test(arguments: [
    ("a,b\n\"x,1\",2\n", "x,1", 2.0),
    ("a,b\n\"say \"\"hi\"\"\",2\n", "say \"hi\"", 2),
    ("a,b\n\"two\nlines\",2\n", "two\nlines", 2),
    ("a,b\r\nx,2\r\n", "x", 2),
    ("a,b\r\n\"x\r\ny\",2", "x\r\ny", 2),
    ("a,b\rx,2\r", "x", 2),
    ("\u{FEFF}a,b\nx,2", "x", 2),
    ("\u{FEFF}\"a\",\"b\"\n\"x\",\"2\"", "x", 2),
    ("a;b\nx,y;2\n", "x,y", 2),
    ("a\tb\nx y\t2\n", "x y", 2),
    ("a|b\nx|2\n", "x", 2),
    (" a , b \n  x , 2 \n", "x", 2),
    ("a,b\n\" x \",2\n", " x ", 2),
    ("\"a\",b\n\n\n  \nx,2\n", "x", 2),
    ("a,b\n  \"x\"  ,2\n", "x", 2),
    ("a,b\nété,2\n", "été", 2),
    ("a,b\r\nx,2\r", "x", 2),
  ])
  func oneRow(text: String, first: String, second: Double) throws {
    let table = try plain(text, source: "runs")
    #expect(table.columnNames == ["a", "b"])
    #expect(try table.texts("a") == [first])
    #expect(try table.numbers("b") == [second])
  }

  @Test func linesCountLineEndsInsideQuotes() throws {
    let table = try plain("a,b\n\"1\n2\n3\",x\ny,z\n")
    #expect(table.lineNumbers == [2, 5])
  }

  @Test func delimiterOption() throws {
    let table = try plain("a:b\n1,5:2\n", options: TableOptions(delimiter: ":"))
    #expect(try table.numbers("a") == [1.5])
    #expect(
      message { _ = try plain("a\n1\n", options: TableOptions(delimiter: "é")) }?
        .contains("found the delimiter \"é\"") == true)
    let tabbed = try plain("a,b\tc\n1\t2\n", source: "runs.tsv")
    #expect(tabbed.columnNames == ["a,b", "c"])
  }

  /// Everything that is wrong is said with file, line, what was found and what was expected.
  @Test(arguments: [
    ("", "runs.csv: found an empty file, expected a table with a header row"),
    (" \n\n", "runs.csv: found an empty file, expected a table with a header row"),
    ("\u{FEFF}", "runs.csv: found an empty file, expected a table with a header row"),
    ("N,D\n", "runs.csv:1: found a header and no rows, expected at least one row of data"),
    ("N,D", "runs.csv:1: found a header and no rows, expected at least one row of data"),
    ("N,D\n \n", "runs.csv:1: found a header and no rows, expected at least one row of data"),
    ("N,D,N\n1,2,3\n", "runs.csv:1: found the column name \"N\" twice, expected each name once"),
    ("N,D\n1,2\n3\n", "runs.csv:3: found 1 cell, expected 2, as in the header"),
    ("N,D\n1,2\n3,4,5,6\n", "runs.csv:3: found 4 cells, expected 2, as in the header"),
    (
      "N,D\n\"1,2\n3,4\n",
      "runs.csv:2: found a quote that is never closed, "
        + "expected a closing quote before the end of the file"
    ),
    (
      "\"N,D\n1,2\n",
      "runs.csv:1: found a quote that is never closed, "
        + "expected a closing quote before the end of the file"
    ),
    (
      "N,D\n1,2\n3,\"4\"5\n",
      "runs.csv:3: found \"5\" after a closing quote, expected the delimiter or the end of the line "
        + "(a quote inside a cell is doubled)"
    ),
    (
      "N,D\n1,5\"\n",
      "runs.csv:2: found a quote inside an unquoted cell, "
        + "expected the whole cell in quotes, with the quotes inside it doubled"
    ),
    (
      "1,2\n3,4\n",
      "runs.csv:1: found a first row of numbers, expected a header row with column names"
    ),
  ])
  func malformed(text: String, expected: String) {
    #expect(message { _ = try plain(text) } == expected)
  }

  @Test func otherEncodings() throws {
    let wide = "N,D\n1,2\n".data(using: .utf16).map(Array.init) ?? []
    let little = "N,D\n1,2\n".data(using: .utf16LittleEndian).map(Array.init) ?? []
    let big = "N,D\n1,2\n".data(using: .utf16BigEndian).map(Array.init) ?? []
    for bytes in [wide, little, big] {
      #expect(
        message { _ = try RunTable.parse(bytes, source: "w.csv") }
          == "w.csv:1: found UTF-16 text, expected UTF-8; save the file as UTF-8")
    }
    let latin = Array("run,N\n".utf8) + [0xE9, 0x2C, 0x31, 0x0A]
    #expect(
      message { _ = try RunTable.parse(latin, source: "l.csv") }
        == "l.csv:2: column run: found text in another encoding, expected UTF-8 text; "
        + "save the file as UTF-8, or iconv -f WINDOWS-1252 -t UTF-8 FILE")
  }

  @Test func badNumberIsNamedWhenAskedFor() throws {
    let table = try plain("run,loss\na,2.5\nb,abc\nc,2\n")
    #expect(table.hasColumn("loss"))
    #expect(try table.texts("loss") == ["2.5", "abc", "2"])
    let text = message { _ = try table.numbers("loss") }
    #expect(text == "runs.csv:3: column loss: found \"abc\", expected a number")
  }

  @Test func badNumberFarDownMakesTheColumnText() throws {
    // Far behind the first block, from which the types of the columns are guessed.
    var text = "N,loss\n"
    for row in 0..<30_000 { text += "\(row),2.5\n" }
    text += "7,oops\n"
    let table = try plain(text)
    #expect(try table.numbers("N").last == 7)
    #expect(
      message { _ = try table.numbers("loss") }
        == "runs.csv:30002: column loss: found \"oops\", expected a number")
  }

  @Test func missingColumnSuggestsTheNearest() throws {
    let table = try plain("params,tokens,loss\n1,2,3\n")
    #expect(
      message { _ = try table.numbers("parms") }
        == "runs.csv: found columns params, tokens, loss, expected a column parms; "
        + "did you mean params?")
  }

  @Test func headerWithoutNames() throws {
    let table = try plain(",N\n0,5\n")
    #expect(table.columnNames == ["unnamed1", "N"])
    #expect(table.notes == ["column 1 has no name and is called unnamed1"])
  }

  @Test func filesAndTheirErrors() throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let file = folder.path("runs.csv")
    try "N,loss\n1,2\n".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try RunTable.read(contentsOf: file).source == "runs.csv")
    #expect(throws: TableError.self) { try RunTable.read(contentsOf: folder.path) }
    do {
      _ = try RunTable.read(contentsOf: file + ".absent")
      Issue.record("an absent file was read")
    } catch {
      #expect(error.code == .missingFile)
      #expect(error.code.rawValue == 66)
      #expect(error.description.contains("no such file or directory"))
    }
    do {
      try RunTable.read(contentsOf: file).writeCSV(to: file + "/below/a/file.csv")
      Issue.record("a file was taken for a folder")
    } catch {
      #expect(error.code == .inputOutput)
    }
  }

  /// The blocks are cut by the options; the table must not depend on them, nor must the error.
  @Test(arguments: [1, 2, 3, 5, 7, 16, 61, 1000])
  func parallelEqualsSerial(blockBytes: Int) throws {
    var random = SeededGenerator(seed: 41)
    for quotes in [false, true] {
      var text = "run,note,N,loss\n"
      for row in 0..<200 {
        let note = quotes && random.below(3) == 0 ? "\"a,\"\"b\n\"\"\"" : "plain words of the row"
        let loss = row == 150 ? "bad" : row % 17 == 0 ? "NA" : "\(Double(row) / 7)"
        text += "r\(row),\(note),\(random.below(1_000_000))M,\(loss)\(row % 9 == 0 ? "\r\n" : "\n")"
        if row % 31 == 0 { text += "\n" }
      }
      for tail in ["", "x,y\n", "x,\"y\n", "x,y\"\n"] {
        let whole = Result { try plain(text + tail) }
        let cut = Result { try plain(text + tail, options: TableOptions(blockBytes: blockBytes)) }
        switch (whole, cut) {
        case (.success(let a), .success(let b)):
          #expect(tail.isEmpty)
          #expect(a.columns == b.columns)
          #expect(a.lineNumbers == b.lineNumbers)
        case (.failure(let a), .failure(let b)): #expect("\(a)" == "\(b)")
        default: Issue.record("one reading failed and the other did not")
        }
      }
    }
  }
}
