import Files
import Testing

struct CSVTextTests {
  /// As `csv.writer(…, lineterminator="\n")` of Python 3 writes them.
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("line\nend", "\"line\nend\""), ("cr\rlf\r\n", "\"cr\rlf\r\n\""), ("tab\tend", "tab\tend"),
    (" edge", " edge"), ("edge ", "edge "), ("a;b|c", "a;b|c"),
    ("\0\u{1}\u{1F}\u{7F}", "\0\u{1}\u{1F}\u{7F}"), ("\\back", "\\back"),
    ("e\u{301}", "e\u{301}"), ("\"\u{301}quote", "\"\"\"\u{301}quote\""), ("😀", "😀"),
  ])
  func quotesAsPythonDoes(text: String, cell: String) {
    #expect(CSVText.cell(text, quoting: .necessary).utf8.elementsEqual(cell.utf8))
  }

  @Test(arguments: ["a;b", "a\tb", "a|b", " a", "a ", " \u{301}", "a\r\nb", "a,b"])
  func whatMayBeTakenForADelimiterIsQuoted(text: String) {
    #expect(CSVText.cell(text).utf8.elementsEqual("\"\(text)\"".utf8))
  }

  @Test func otherTextIsLeftAlone() {
    for text in ["", "a b", "it's", "1.5", "ä:b", "a\u{2028}b"] {
      #expect(CSVText.cell(text) == text)
    }
  }

  @Test(arguments: [
    (7.0, "7"), (0.1, "0.1"), (1e22, "1e+22"), (-0.0, "-0"), (.leastNonzeroMagnitude, "5e-324"),
    (Double.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.infinity, "inf"),
    (-.infinity, "-inf"), (.nan, ""), (1.0 / 3, "0.3333333333333333"),
  ])
  func numbers(value: Double, text: String) {
    #expect(CSVText.number(value) == text)
    if value.isFinite { #expect(Double(text)?.bitPattern == value.bitPattern) }
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("@x", "'@x"), ("-a", "'-a"), ("-1.5", "-1.5"), ("+2", "+2"), ("a", "a"),
    ("", ""), ("\tx", "'\tx"),
  ])
  func formulasAreText(text: String, cell: String) {
    #expect(SpreadsheetText.inert(text) == cell)
  }
}
