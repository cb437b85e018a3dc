import RunTables
import Testing

@Suite struct JSONTests {
  /// The same two rows in every form that is read.
  @Test(arguments: [
    (
      "a.jsonl",
      "{\"run\":\"a\",\"N\":1e9,\"m\":{\"acc\":0.5}}\n{\"run\":\"b\",\"N\":2,\"m\":{\"acc\":null}}\n"
    ),
    ("a.ndjson", "{\"run\":\"a\",\"m\":{\"acc\":0.5},\"N\":1e9}\r\n\r\n{\"N\":2.0,\"run\":\"b\"}"),
    ("a.json", "[{\"run\":\"a\",\"N\":1e9,\"m\":{\"acc\":0.5}},\n {\"run\":\"b\",\"N\":2}]"),
    ("a.json", "{\"run\":[\"a\",\"b\"],\n\"N\":[1e9,2],\"m.acc\":[0.5,NaN]}"),
    (
      "a.json",
      "{\"version\":3,\"runs\":[{\"run\":\"\\u0061\",\"N\":\"1B\",\"m\":{\"acc\":0.5}},{\"run\":\"b\",\"N\":2}]}"
    ),
    ("-", "\u{FEFF} {\"run\":\"a\",\"N\":1e9,\"m\":{\"acc\":0.5}}\n{\"run\":\"b\",\"N\":2}"),
    ("-", "[{\"run\":\"a\",\"N\":1e9,\"m\":{\"acc\":0.5}},{\"run\":\"b\",\"N\":2}]"),
  ])
  func forms(name: String, text: String) throws {
    let table = try plain(text, source: name)
    #expect(table.rowCount == 2)
    #expect(Set(table.columnNames) == ["run", "N", "m.acc"])
    #expect(try table.texts("run") == ["a", "b"])
    #expect(try table.numbers("N") == [1e9, 2])
    #expect(try table.column("m.acc") == .numbers([0.5, .nan]))
  }

  @Test func scalarsBesideListsAreAmbiguous() {
    #expect(
      message { _ = try plain("{\"a\":1,\n\"b\":[1]}", source: "a.json") }
        == "a.json:2: found an object of which only some members are arrays, expected an array of "
        + "objects, an object of arrays, or an object with one array of objects")
  }

  @Test func linesAndText() throws {
    let table = try plain(
      "{\"a\":[1, 2],\"ok\":true,\"s\":\"q\\\"\\n\\u00e9\\ud83d\\ude00\",\"x\":-Infinity}\n"
        + "\n{\"a\":null,\"ok\":false,\"s\":\"\",\"x\":\"1,000.5\"}\n", source: "a.jsonl")
    #expect(try table.texts("a") == ["[1, 2]", ""])
    #expect(try table.texts("ok") == ["true", "false"])
    #expect(try table.texts("s") == ["q\"\né😀", ""])
    #expect(try table.numbers("x") == [-.infinity, 1000.5])
    #expect(table.lineNumbers == [1, 3])
    let array = try plain("[\n{\"a\":1},\n\n{\"a\":\n2}]", source: "a.json")
    #expect(array.lineNumbers == [2, 4])
  }

  @Test func oneObjectIsOneRow() throws {
    #expect(try plain("{\"N\":5,\"m\":{\"x\":1}}", source: "a.json").columnNames == ["N", "m.x"])
  }

  @Test func otherMembersAreNoted() throws {
    let table = try plain("{\"a\":1,\"rows\":[{\"N\":1}],\"b\":[1]}", source: "a.json")
    #expect(table.notes == ["rows are read from rows; not read: a, b"])
  }

  @Test func badNumberInJSON() throws {
    let table = try plain("[{\"N\":1},\n{\"N\":\"abc\"}]", source: "a.json")
    #expect(
      message { _ = try table.numbers("N") }
        == "a.json:2: column N: found \"abc\", expected a number")
  }

  @Test(arguments: [
    (
      "a.jsonl", "{\"a\":1}\n[1]\n",
      "a.jsonl:2: found \"[1]\", expected an object in braces, one a line"
    ),
    (
      "a.jsonl", "{\"a\":1}\n{\"a\":1\n",
      "a.jsonl:2: found the end of the text, expected a comma or the closing brace of the object"
    ),
    ("a.jsonl", "{\"a\":1} x\n", "a.jsonl:1: found \"x\", expected the end of the line"),
    ("a.jsonl", "{\"a\":01}\n", "a.jsonl:1: found \"01}\", expected a JSON value"),
    (
      "a.jsonl", "{\"a\":1,\"a\":2}\n",
      "a.jsonl:1: found the key \"a\" twice, expected each key once in an object"
    ),
    ("a.jsonl", "{}\n", "a.jsonl: found no rows, expected at least one row of data"),
    ("a.json", "[]", "a.json: found no rows, expected at least one row of data"),
    ("a.json", "[1,2]", "a.json:1: found \"1,2]\", expected an object, one a row"),
    (
      "a.json", "{\"a\":[1,2],\n\"b\":[1]}",
      "a.json:2: column b: found 1 entries, expected 2, as in column a"
    ),
    (
      "a.json", "{\"a\":[{\"x\":1}],\n\"b\":[{\"x\":1}]}",
      "a.json:2: found 2 arrays of objects (a, b), expected one"
    ),
    ("a.json", "[{\"a\":tru}]", "a.json:1: found \"tru}]\", expected a JSON value"),
    (
      "a.json", "[{\"a\":\"\\q\"}]",
      "a.json:1: column a: found \"\\q\", expected only the escapes of JSON (\\n, \\\", \\u00e9, …)"
    ),
    (
      "a.json", "[{\"a\":1}",
      "a.json:1: found the end of the text, expected a comma or the closing bracket of the array"
    ),
    ("a.json", "5", "a.json:1: found \"5\", expected an array or an object"),
  ])
  func malformed(name: String, text: String, expected: String) {
    #expect(message { _ = try plain(text, source: name) } == expected)
  }

  @Test func deepNestingIsRefused() {
    let deep = String(repeating: "[", count: 100_000)
    for text in ["[{\"a\":\(deep)", "{\"a\":\(deep)", String(repeating: "{\"a\":", count: 100_000)]
    {
      let found = message { _ = try plain(text, source: "a.json") }
      #expect(found?.contains("nested more than 64 deep") == true)
    }
  }
}
