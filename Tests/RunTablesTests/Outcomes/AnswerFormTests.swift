import RunTables
import Testing

/// Which answers are the same one.
@Suite struct AnswerFormTests {
  @Test(arguments: [
    ["1", "1.0", "+1", "01", "1e0", "1.", "1/1", "10e-1", "2/2", "0.1e1"],
    ["1000", "1,000", "1e3", "1000.00", "+1,000.0", "4000/4"],
    ["0.5", ".5", "1/2", "2/4", "5e-1", "0.50", "1.5/3", "50e-2"],
    ["1/3", "2/6", "10/30"],
    ["-2", "-2.0", "-4/2"],
    ["0", "-0", "0.0", "0/7", "0e5"],
    ["12345678901234567890", "12345678901234567890.0"],
    ["50%", "50.0%"],
  ])
  func numbersOfOneValue(_ same: [String]) {
    for form in [AnswerForm.numeric, .math] {
      #expect(Set(same.map { form.spelling(of: $0) }).count == 1, "\(same)")
    }
    #expect(Set(same.map { AnswerForm.exact.spelling(of: $0) }).count == same.count)
  }

  @Test(arguments: [
    [
      #"\frac{1}{2}"#, #"\dfrac12"#, "$0.5$", #"\boxed{\tfrac{1}{2}}"#, "1 / 2",
      #"\(\frac{2}{4}\)"#,
    ],
    ["5", "x = 5", "$5$", #"\text{5}"#, "5.", #"\$5"#, "{5}", #"5^\circ"#, "5°", "(5)".dropped],
    ["B", "(B)", #"\text{(B)}"#, #"\mathrm{B}"#, "B."],
    [#"\sqrt2"#, #"\sqrt{2}"#, #"$\sqrt{2}$"#],
    [#"2\sqrt{3}"#, #"2 \sqrt{3}"#, #"2\,\sqrt{3}"#],
    ["-3", "−3", "$-3$"],
    ["1234", "1{,}234", "1,234"],
    [#"\left(1, 2\right)"#, "(1,2)", "(1, 2)"],
    [#"x \le 3"#, #"x\leq3"#, "x<=3"],
    [#"\frac{x}{2}"#, "x/2"],
    [#"50\%"#, "50%"],
    [#"2\frac{1}{2}"#, "2 1/2", #"$2 \frac{1}{2}$"#],
  ])
  func formulasOfOneValue(_ same: [String]) {
    #expect(Set(same.map { AnswerForm.math.spelling(of: $0) }).count == 1, "\(same)")
  }

  @Test(arguments: [
    ["1", "2", "-1", "10", "1%", "1e2", "1x"],
    ["0.333", "1/3", "0.3333"],
    ["A", "B", "a"],
    ["None", "none", "NA"],
    ["2^10", "210", "2^{11}"],
    ["(1,2)", "(2,1)", "1,2", "12"],
    ["1/0", "0", "1"],
    ["1,23", "123", "1.23"],
    ["12345678901234567890", "12345678901234567891"],
    [#"\alpha"#, #"\beta"#, "alpha"],
    [#"2\frac{1}{2}"#, "21/2"],
    ["3 1/2", "31/2"],
    ["1 2", "12"],
    ["x=5=y", "5=y=x", "5"],
  ])
  func answersThatDiffer(_ others: [String]) {
    #expect(Set(others.map { AnswerForm.math.spelling(of: $0) }).count == others.count, "\(others)")
  }

  /// Nothing that a model writes may take long or end the process.
  @Test func hostileText() {
    for text in [
      String(repeating: "^", count: 250), String(repeating: "{", count: 250),
      String(repeating: "\\frac", count: 50), String(repeating: "9", count: 250), "\\", "{", "}",
      "1e99999", "1e-99999", "1e999999999999", String(repeating: "x", count: 100_000),
      "1" + String(repeating: "0", count: 200) + "/3", "\\sqrt", "\\frac{1}", "$$", "",
    ] {
      _ = AnswerForm.math.spelling(of: text)
    }
    #expect(AnswerForm.math.spelling(of: "$$").isEmpty)
  }
}

extension String {
  /// Without its parentheses.
  fileprivate var dropped: String { String(dropFirst().dropLast()) }
}
