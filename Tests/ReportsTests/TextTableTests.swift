import Reports
import Testing

@Suite struct TextTableTests {
  let table = TextTable(
    columns: [.init("law"), .init("formula"), .init("error", alignment: .trailing)],
    rows: [
      ["chinchilla", "E + A/N^alpha + B/D^beta", "1.1%"], ["power", "A·N^(−alpha)", "10.4%"],
    ])

  @Test func alignsColumns() {
    #expect(
      table.render() == """
        law         formula                   error
        ──────────  ────────────────────────  ─────
        chinchilla  E + A/N^alpha + B/D^beta   1.1%
        power       A·N^(−alpha)              10.4%

        """)
  }

  @Test func truncatesTheWidestTextColumn() {
    var narrow = table
    narrow.widthLimit = 35
    #expect(
      narrow.render() == """
        law         formula           error
        ──────────  ────────────────  ─────
        chinchilla  E + A/N^alpha +…   1.1%
        power       A·N^(−alpha)      10.4%

        """)
  }

  @Test func wraps() {
    var narrow = table
    (narrow.widthLimit, narrow.overflow) = (35, .wrap)
    #expect(
      narrow.render() == """
        law         formula           error
        ──────────  ────────────────  ─────
        chinchilla  E + A/N^alpha +    1.1%
                    B/D^beta
        power       A·N^(−alpha)      10.4%

        """)
  }

  @Test(arguments: [10, 20, 30, 47, 80])
  func keepsToItsWidth(limit: Int) {
    for overflow in [TextTable.Overflow.truncate, .wrap] {
      var limited = table
      (limited.widthLimit, limited.overflow) = (max(limit, 13), overflow)
      let widest = limited.render().split(separator: "\n").map(\.count).max() ?? 0
      #expect(widest <= max(limit, 13))
    }
  }

  @Test func controlCharactersCannotReachTheTerminal() {
    let evil = TextTable(columns: [.init("a\u{1B}[31m")], rows: [["x\ny\u{7}\u{9B}0m"]])
    let text = evil.render()
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0 == "\u{9B}" })
    #expect(text.split(separator: "\n").count == 3)
    #expect(evil.render(style: .ansi).hasPrefix("\u{1B}[1m"))
  }

  @Test func wideCharactersTakeTwoCells() {
    let text = TextTable(columns: [.init("a"), .init("b")], rows: [["日本", "x"], ["abcd", "y"]])
      .render()
    #expect(text.contains("日本  x\n") && text.contains("abcd  y\n"))
  }

  @Test func missingCellsAreEmpty() {
    let text = TextTable(columns: [.init("a"), .init("b")], rows: [["1"], ["1", "2", "3"]]).render()
    #expect(text == "a  b\n─  ─\n1\n1  2\n")
    #expect(TextTable(columns: []).render().isEmpty)
  }

  @Test func sparkline() {
    #expect(Sparkline.render([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.render([1, .nan, 1]) == "▄ ▄")
    #expect(Sparkline.render((0..<1_000).map(Double.init), width: 20).count == 20)
    #expect(Sparkline.render([]).isEmpty)
  }
}

/// Names that begin alike.
@Suite struct TextTableNameTests {
  @Test func namesThatBeginAlikeStayDifferent() {
    var table = TextTable(
      columns: [.init("task"), .init("score", alignment: .trailing)], widthLimit: 24)
    let names = ["mmlu_high_school_biology", "mmlu_high_school_physics"]
    table.rows = names.map { [$0, "0.5"] }
    let lines = table.render().split(separator: "\n").dropFirst(2).map(String.init)
    #expect(Set(lines).count == 2 && lines.allSatisfy { $0.count <= 24 })
    #expect(lines[0].contains("biology") && lines[1].contains("physics"))
    // Alike at both ends: nothing may be cut.
    table.rows = ["1", "2"].map { ["mmlu_high_school_\($0)_biology_of_plants", "0.5"] }
    let wrapped = table.render().split(separator: "\n").dropFirst(2)
    #expect(wrapped.count > 2 && wrapped.allSatisfy { $0.count <= 24 })
    // What differs at once is cut at its end, as ever.
    table.rows = [["alpha_of_all_the_long_names", "1"], ["beta_of_all_the_long_names", "2"]]
    #expect(table.render().contains("alpha_of_all_the…"))
  }
}
