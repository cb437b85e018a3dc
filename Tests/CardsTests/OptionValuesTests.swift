import Cards
import Foundation
import Testing

@Suite struct OptionValuesTests {
  private enum Form: String, CaseIterable { case power, log }

  private static let options: [CardOption] = [
    .whole("width", 4, in: 1...1024, "candidates"),
    .number("temperature", -1, in: -1...10, "what logits are divided by"),
    .number("chance", nil, in: NumberRange(0..<1), or: "fitted", "the accuracy of guessing"),
    .number("smoothness", 4, in: NumberRange(above: 0), "of the target"),
    .flag("distinct", false, "no candidate twice"),
    .choice("form", Form.power, "the formula"),
    .column("x", "N", "the column of size"),
    .columns("domains", ["web", "code"], "columns of shares"),
  ]

  private func values(_ given: [String: OptionValue]) throws -> OptionValues {
    try OptionValues(given, for: Self.options, of: "made")
  }

  private func values(texts: [String: String]) throws -> OptionValues {
    try OptionValues(texts: texts, for: Self.options, of: "made")
  }

  @Test func `What is not given has its standard value`() throws {
    let values = try values([:])
    #expect(values.whole("width") == 4 && values.number("temperature") == -1)
    #expect(values.optionalNumber("chance") == nil && !values.flag("distinct"))
    #expect(values.choice("form", as: Form.self) == .power && values.word("x") == "N")
    #expect(values.names("domains") == ["web", "code"])
    #expect(values.changes.isEmpty)
    #expect(values.numbers == ["width": 4, "temperature": -1, "smoothness": 4])
  }

  @Test func `Texts are read by the kind of the option`() throws {
    let values = try values(texts: [
      "width": "8", "temperature": "0.70", "chance": "0.25", "distinct": "true", "form": "log",
      "x": "5", "domains": "a,b,c",
    ])
    #expect(values.whole("width") == 8 && values.number("temperature") == 0.7)
    #expect(values.optionalNumber("chance") == 0.25 && values.flag("distinct"))
    #expect(values.choice("form", as: Form.self) == .log && values.word("x") == "5")
    #expect(values.names("domains") == ["a", "b", "c"])
    #expect(
      values.changes == [
        "width=8", "temperature=0.70", "chance=0.25", "distinct=true", "form=log", "x=5",
        "domains=a,b,c",
      ])
    let same = try self.values(texts: ["temperature": "-1", "chance": "fitted", "width": "4"])
    #expect(same.changes.isEmpty)
  }

  @Test(arguments: [
    ("width", "0", "a whole number from 1 to 1024"),
    ("width", "2.5", "a whole number from 1 to 1024"),
    ("temperature", "hot", "a number from -1 to 10"),
    ("temperature", "nan", "a number from -1 to 10"),
    ("chance", "1", "fitted or a number from 0 to below 1"),
    ("smoothness", "0", "a number above 0"),
    ("smoothness", "inf", "a number above 0"),
    ("distinct", "yes", "true or false"),
    ("form", "cubic", "one of power, log"),
    ("x", "", "the name of a column"),
    ("domains", "a,a", "different column names separated by commas"),
    ("domains", "", "different column names separated by commas"),
  ])
  func `What is expected is said`(_ option: String, _ text: String, _ expected: String) {
    let error = #expect(throws: OptionError.self) { try values(texts: [option: text]) }
    #expect(error?.problem == .value(found: text, expected: expected))
    #expect(error?.description == "made, option \(option): found \(text), expected \(expected)")
  }

  @Test func `A value of another kind is refused`() {
    for (name, value) in [
      ("width", OptionValue.word("four")), ("distinct", 1), ("form", 2), ("temperature", true),
    ] {
      #expect(throws: OptionError.self) { try values([name: value]) }
    }
  }

  @Test func `An unknown option is told the nearest one, or all there are`() {
    let near = #expect(throws: OptionError.self) { try values(["widht": 3]) }
    #expect(near?.description == "made has no option widht; did you mean width?")
    #expect(near?.sentence(calling: "knob") == "made has no knob widht; did you mean width?")
    #expect(near?.detail == "there is no such option; did you mean width?")
    let none = #expect(throws: OptionError.self) { try OptionValues(["a": 1], for: [], of: "made") }
    #expect(none?.description == "made has no option a; it has none")
  }

  @Test func `Values survive a file, and numbers keep their point where they may have one`() throws
  {
    let given: [String: OptionValue] = ["width": 8, "distinct": true, "form": "log", "chance": 0.5]
    let file = try JSONEncoder().encode(given)
    #expect(try JSONDecoder().decode([String: OptionValue].self, from: file) == given)
    #expect(Self.options.map(\.text).prefix(4) == ["4", "-1.0", "fitted", "4.0"])
    #expect(OptionValue.number(4).text == "4" && OptionValue.number(0.5).text == "0.5")
  }

  @Test func `What is accepted fits into a cell`() {
    #expect(
      Self.options.map(\.domain.accepted) == [
        "1 … 1024", "-1 … 10", "0 … 1", "0 … ∞", "true, false", "power, log",
        "the name of a column", "different column names separated by commas",
      ])
  }
}
