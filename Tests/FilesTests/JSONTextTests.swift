import Files
import Foundation
import Testing

struct JSONTextTests {
  /// As `json.dumps(…, ensure_ascii=False)` of Python 3 writes them.
  @Test(arguments: [
    ("", "\"\""), ("say \"x\"", #""say \"x\"""#), ("line\nend", #""line\nend""#),
    ("cr\rlf\r\n", #""cr\rlf\r\n""#), ("tab\tend", #""tab\tend""#),
    ("\0\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""), ("\\back", #""\\back""#),
    ("\"\u{301}quote", "\"\\\"\u{301}quote\""), ("😀 é", "\"😀 é\""),
    ("\u{2028} sep", "\"\u{2028} sep\""),
  ])
  func escapesAsPythonDoes(text: String, json: String) {
    #expect(JSONText.string(text, controls: .lettered).utf8.elementsEqual(json.utf8))
  }

  @Test func controlsByNumber() {
    #expect(JSONText.string("a\n\r\t\u{8}") == #""a\u000a\u000d\u0009\u0008""#)
  }

  @Test func everyScalarBelow128ReadsBack() throws {
    let text = String(String.UnicodeScalarView((0..<128).map { Unicode.Scalar(UInt8($0)) }))
    for controls in [JSONText.Controls.numbered, .lettered] {
      let json = "[\(JSONText.string(text, controls: controls))]"
      #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [text])
    }
  }

  @Test(arguments: [
    (7.0, "7"), (0.1, "0.1"), (1e22, "1e+22"), (-0.0, "-0"), (.infinity, "\"inf\""),
    (-.infinity, "\"-inf\""), (Double.nan, "null"),
  ])
  func numbers(value: Double, json: String) { #expect(JSONText.number(value) == json) }
}
