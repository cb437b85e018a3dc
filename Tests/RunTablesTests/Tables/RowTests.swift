import Foundation
import RunTables
import Testing

@Suite struct RowTests {
  private func sample() throws -> RunTable {
    try plain(
      """
      family,run,N,D,loss,eval/loss,odd name,metric.acc,note,c4
      c4,190M,1e9,2e10,3,3.5,1,0.5,c4,1
      c4,a-b,2e9,8e11,2.5,2.75,2,0.25,x,2
      pile,b,7B,1.4e12,2,NA,3,1,NA,3
      """)
  }

  @Test(arguments: [
    ("D/N<=200 && family==c4", [0]), ("N>=7B", [2]), ("N < 2e9 || N > 2e9", [0, 2]),
    ("!(family==c4)", [2]), ("!family==c4", [2]), ("family!=c4", [2]), ("family=='pile'", [2]),
    ("family==\"pile\"", [2]), ("\"odd name\" > 1", [1, 2]), ("`odd name` == 2", [1]),
    ("metric.acc >= 0.5", [0, 2]), ("eval/loss > 3", [0]), ("eval/loss!=3.5", [1, 2]),
    ("eval/loss == eval/loss", [0, 1]), ("loss^2 == 9", [0]), ("-loss^2 == -4", [2]),
    ("2^3^2 == 512", [0, 1, 2]), ("-2^2 == -4", [0, 1, 2]), ("2^-1 == 0.5", [0, 1, 2]),
    ("(loss - 1) * 2 == 4", [0]), ("10 - 3 - 2 == 5", [0, 1, 2]), ("8/4/2 == 1", [0, 1, 2]),
    ("1 + 2 * 3 == 7", [0, 1, 2]), ("log(exp(loss)) > 2.9", [0]), ("ln(1) == 0", [0, 1, 2]),
    ("log10(N) == 9", [0]), ("log2(8) == 3", [0, 1, 2]), ("sqrt(N*N) == 2e9", [1]),
    ("abs(-loss) < 2.2", [2]), ("run==190M", [0]), ("run!=190M && run!=b", [1]),
    ("run=='a-b'", [1]),
    ("family==note", [0]), ("note==''", []), ("note==NA", [2]), ("eval/loss==NA", [2]),
    ("eval/loss!=None", [0, 1]), ("note!='NA'", [0, 1]), ("c4==2", [1]), ("1e9==N", [0]),
    ("pile==family", [2]),
    ("N==1_000_000_000", [0]), ("N > 1.5e+9 && N < 3E9", [1]),
    ("family==c4 && N>1 || N==7B", [0, 1, 2]),
    ("N>8B", []), ("+N==1G", [0]), ("D > 1T", [2]), ("loss <3&&loss> 2", [1]), ("!!(N==7B)", [2]),
  ])
  func filters(text: String, rows: [Int]) throws {
    let table = try sample()
    let kept = try table.filtered(by: text)
    #expect(kept.lineNumbers == rows.map { $0 + 2 })
    #expect(kept.rowCount == rows.count)
  }

  @Test(arguments: [
    ("", 1, "the end of the filter", "a number, a column or '('"),
    ("N >", 4, "the end of the filter", "a number, a column or '('"),
    ("N = 3", 3, "\"=\"", "'=='"),
    ("N > 1 & D > 1", 7, "\"&\"", "'&&'"),
    ("(N > 1", 7, "the end of the filter", "')'"),
    ("N > 1)", 6, "\")\"", "'&&', '||' or the end of the filter"),
    ("N", 1, "\"N\" without a comparison", "a comparison such as N > 1e9"),
    ("N && D > 1", 1, "\"N\" without a comparison", "a comparison such as N > 1e9"),
    ("1 < N < 3", 7, "\"<\"", "'&&' between two comparisons"),
    ("N > 1 and D > 1", 7, "\"and\"", "'&&', '||' or the end of the filter"),
    ("family < c4", 8, "\"<\"", "'==' or '!=', since column family holds text"),
    (
      "family == N+1", 11, "\"N+1\" beside column family, which holds text",
      "text in quotes: family=='N+1'"
    ),
    ("N == 'x'", 6, "the text \"x\"", "a number"),
    ("(N > 1) + 1 > 0", 1, "a comparison", "a number"),
    ("`zzzzzz` > 1", 1, "\"zzzzzz\"", "a column of runs.csv"),
    ("N > #", 5, "\"#\"", "a number, a column or an operator"),
    ("run == 'a", 8, "\"'a\"", "a closing '"),
    ("los > 1", 1, "\"los\"", "a column of runs.csv; did you mean loss?"),
    ("family > 1", 8, "\">\"", "'==' or '!=', since column family holds text"),
  ])
  func malformedFilters(text: String, at: Int, found: String, expected: String) throws {
    let table = try sample()
    let shown = message { _ = try RowFilter.parse(text, for: table) }
    #expect(
      shown == "filter \"\(text)\": character \(at): found \(found), expected \(expected)")
  }

  @Test func textInAFormulaNamesTheCell() throws {
    let table = try plain("N,loss\n1,2\n2,abc\n")
    let shown = message { _ = try RowFilter.parse("loss + 1 > 2", for: table) }
    #expect(shown?.hasSuffix("runs.csv:3: column loss: found \"abc\", expected a number") == true)
  }

  @Test func nestingIsBoundedAndLengthIsNot() throws {
    let table = try sample()
    for deep in ["(", "-", "!", "2^"] {
      let text = String(repeating: deep, count: 100_000) + "1"
      #expect(message { _ = try RowFilter.parse(text, for: table) } != nil)
    }
    let long = String(repeating: "0+", count: 5000) + "N == 1e9"
    #expect(try table.filtered(by: long).rowCount == 1)
  }

  @Test func manyRows() throws {
    let rows = 5000
    let table = try RunTable(
      [
        "N": .numbers((0..<rows).map(Double.init)), "s": .text((0..<rows).map { "t\($0 % 3)" }),
      ], source: "made")
    let kept = try table.filtered(by: "N >= 100 && s == t1 && N/2 < 2000")
    #expect(try kept.numbers("N") == (100..<4000).filter { $0 % 3 == 1 }.map(Double.init))
  }

  @Test func groups() throws {
    let table = try plain("s,x,y\nb,1,1\na,1,2\nb,NA,3\nb,1,4\n,NA,5\n")
    let groups = try table.grouped(by: ["s", "x"])
    #expect(
      groups.map(\.key) == ["s=b, x=1", "s=a, x=1", "s=b, x=(blank)", "s=(blank), x=(blank)"])
    #expect(groups.map(\.values) == [["b", "1"], ["a", "1"], ["b", ""], ["", ""]])
    #expect(try groups.map { try $0.table.numbers("y") } == [[1, 4], [2], [3], [5]])
    #expect(groups[0].table.lineNumbers == [2, 5])
    #expect(try table.grouped(by: []).map(\.table.rowCount) == [5])
    #expect(try table.unique("s") == ["b", "a"])
    #expect(try table.unique("x") == ["1"])
    #expect(throws: TableError.self) { try table.grouped(by: ["z"]) }
  }

  @Test func curves() throws {
    let table = try plain(
      """
      run,N,step,lr,loss,note
      a,10,20,0.1,2,u
      b,20,0,0.3,5,w
      a,10,10,0.2,3,v
      a,10,15,0.2,NA,v
      b,20,5,NA,4,w
      c,30,0,0.1,NA,w
      """)
    let curves = try table.curves()
    #expect(curves.map(\.run) == ["a", "b"])
    #expect(curves[0].steps == [10, 20])
    #expect(curves[0].losses == [3, 2])
    #expect(curves[0].learningRates == [0.2, 0.1])
    #expect(curves[0].lineNumbers == [4, 2])
    #expect(curves[0].constantNames == ["run", "N"])
    #expect(curves[1].constant("note") == .text("w"))
    #expect(curves[1].number("N") == 20 && curves[1].number("note") == nil)
    #expect(curves[1].learningRates?[1].isNaN == true)
    let paired = try table.curves(run: ["run", "N"])
    #expect(paired[0].run == "a / 10")
    let again = try plain("run,step,loss\na,1,2\nb,1,2\na,1,3\n")
    #expect(
      message { _ = try again.curves() }
        == "runs.csv:4: column step: found step 1 of run a again (first on line 2), "
        + "expected each step once in a run")
    let absent = try plain("run,step,loss\na,NA,2\n")
    #expect(
      message { _ = try absent.curves() }
        == "runs.csv:2: column step: found a missing value, expected the step of the run")
  }

  @Test(arguments: [
    ("0", "0"), ("-1", "-1"), ("NA", "a missing value"), ("inf", "inf"), ("1e999", "inf"),
    ("nan", "a missing value"), ("", "a missing value"),
  ])
  func badLoss(cell: String, found: String) throws {
    let table = try plain("N,loss\n1,2\n2,\(cell)\n0,1\n")
    #expect(
      message { _ = try table.validated(positive: ["N", "loss"]) }
        == "runs.csv:3: column loss: found \(found), expected a positive finite number")
    #expect(
      message { _ = try table.validated(positive: ["N"]) }
        == "runs.csv:4: column N: found 0, expected a positive finite number")
  }

  @Test func missingRowsAreDroppedAndCounted() throws {
    let table = try plain("N,loss,run\n1,2,a\nNA,3,b\n4,5,\n")
    let (kept, dropped) = try table.droppingMissing(in: ["N", "run"])
    #expect(dropped == 2 && kept.lineNumbers == [2])
    #expect(kept.notes == ["dropped 2 rows with a missing value in N, run"])
    let all = try table.droppingMissing(in: ["loss"])
    #expect(all.dropped == 0 && all.table.notes.isEmpty)
    #expect(try kept.validated(positive: ["N", "loss"]).rowCount == 1)
  }

  @Test func columnsCanBeAddedAndRenamed() throws {
    let table = try plain("a,b\n1,2\n3,4\n")
    #expect(try table.adding("c", .numbers([5, 6])).columnNames == ["a", "b", "c"])
    #expect(throws: TableError.self) { try table.adding("c", .numbers([5])) }
    #expect(try table.renaming("a", to: "z").columnNames == ["z", "b"])
    #expect(throws: TableError.self) { try table.renaming("a", to: "b") }
    #expect(throws: TableError.self) { try table.renaming("q", to: "z") }
    let picked = table.selecting(rows: [1, 1, 0])
    #expect(try picked.numbers("a") == [3, 3, 1])
    #expect(picked.lineNumbers == [3, 3, 2])
    #expect(throws: TableError.self) {
      try RunTable(["a": .numbers([1]), "b": .text([])], source: "made")
    }
  }
}
