import Quantities
import Testing

@Suite struct TerminalTextTests {
  @Test func widthIsCountedInCells() {
    #expect(TerminalText.width("abc") == 3)
    #expect(TerminalText.width("深層") == 4)
    #expect(TerminalText.width("e\u{301}") == 1)
  }

  @Test func paragraphsBreakAtSpacesOnly() {
    #expect(TerminalText.paragraph("one two three", 7, indent: 2) == "one two\n  three")
    #expect(TerminalText.paragraph("unbreakable", 4) == "unbreakable")
    #expect(TerminalText.paragraph("深層 学習", 8) == "深層\n学習")
    #expect(TerminalText.paragraph("", 4) == "")
  }

  @Test func wrappedLinesNeverExceedTheLimit() {
    #expect(TerminalText.wrapped("abcdefgh ij", 4) == ["abcd", "efgh", "ij"])
  }
}
