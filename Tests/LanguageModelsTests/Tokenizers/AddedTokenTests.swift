import Foundation
import LanguageModels
import Testing

/// Added tokens and templates against PyPI `tokenizers` (`Goldens/tokenizers/make_added_tokens.py`).
struct AddedTokenTests {
  /// One tokenizer of the golden file, with what `tokenizers` makes of some texts.
  struct Case {
    var tokenizer: BytePairTokenizer
    var texts: [String]
    /// The template included, special tokens found.
    var whole: [[Int32]]
    /// Without the template, special tokens as text.
    var plain: [[Int32]]

    init(_ row: [String: Any]) throws {
      let base = try #require(row["base"] as? String)
      let data = try Data(
        contentsOf: TokenizerGoldens.folder.appendingPathComponent("\(base).json"))
      var file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      file["added_tokens"] = row["added_tokens"]
      file["post_processor"] = row["post_processor"]
      let json = try JSONSerialization.data(withJSONObject: file)
      tokenizer = try BytePairTokenizer(json: Array(json), source: "\(base).json")
      texts = try #require(row["texts"] as? [String])
      whole = try Self.numbers(row["whole"])
      plain = try Self.numbers(row["plain"])
    }

    private static func numbers(_ value: Any?) throws -> [[Int32]] {
      try #require(value as? [[Int]]).map { $0.map { Int32($0) } }
    }
  }

  static func rows() throws -> [[String: Any]] {
    let data = try Data(
      contentsOf: TokenizerGoldens.folder.appendingPathComponent("added_tokens.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
  }

  @Test func tokensEqualThoseOfTokenizers() throws {
    let rows = try Self.rows()
    #expect(rows.count == 18)
    for (number, row) in rows.enumerated() {
      let golden = try Case(row)
      for (index, text) in golden.texts.enumerated() {
        let whole = golden.tokenizer.encodeWhole(Array(text.utf8), specialTokens: .isToken)
        #expect(whole == golden.whole[index], "case \(number), \(text.debugDescription)")
        let plain = golden.tokenizer.encode(text, specialTokens: .isText)
        #expect(plain == golden.plain[index], "case \(number), \(text.debugDescription)")
      }
    }
  }

  /// What a run folder keeps is the same tokenizer: its flags, its template and its merges.
  @Test func whatIsWrittenIsReadBack() throws {
    for (number, row) in try Self.rows().enumerated() {
      let golden = try Case(row)
      let again = try BytePairTokenizer(
        json: Array(golden.tokenizer.json().utf8), source: "again.json")
      #expect(again.fingerprint == golden.tokenizer.fingerprint, "case \(number)")
      #expect(again.template == golden.tokenizer.template, "case \(number)")
      for (index, text) in golden.texts.enumerated() {
        #expect(
          again.encodeWhole(Array(text.utf8), specialTokens: .isToken) == golden.whole[index],
          "case \(number), \(text.debugDescription)")
      }
    }
  }

  /// Flags and templates decide tokens, so that caches and runs must tell tokenizers by them; a
  /// tokenizer of special tokens alone keeps the fingerprint that runs have recorded.
  @Test func fingerprintsTellFlagsAndTemplatesApart() throws {
    let fingerprints = try Self.rows().map { try Case($0).tokenizer.fingerprint }
    // The last two differ in post-processors that put nothing around a text.
    #expect(Set(fingerprints.dropLast()).count == fingerprints.count - 1)
    #expect(fingerprints[16] == fingerprints[17])
    let begun = try Case(try Self.rows()[10]).tokenizer
    #expect(begun.withoutTemplate().fingerprint != begun.fingerprint)
    #expect(begun.withoutTemplate().encodeWhole(Array("a word".utf8)) == begun.encode("a word"))
  }

  @Test(arguments: [
    (#"[{"Sequence": {"id": "A"}}, {"Sequence": {"id": "A"}}]"#, "found the text 2 times"),
    (#"[{"SpecialToken": {"id": "<|endoftext|>"}}]"#, "found the text 0 times"),
    (#"[{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]"#, "no ids for \"<s>\""),
    (#"[{"SpecialToken": {"id": "far"}}, {"Sequence": {"id": "A"}}]"#, "token number 9999"),
  ])
  func templatesThatCannotBeFollowedAreRefused(single: String, problem: String) throws {
    let processor =
      #"{"type": "TemplateProcessing", "single": "# + single + #", "pair": [], "special_tokens": "#
      + #"{"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0]}, "far": {"id": "far", "ids": "#
      + "[9999]}}}"
    let error = try #require(throws: TokenizerError.self) { try Self.tokenizer(processor) }
    #expect("\(error)".contains(problem), "\(error)")
  }

  @Test func twoTemplatesInARowAreRefused() throws {
    let one = #"{"type": "BertProcessing", "sep": ["b", 1], "cls": ["a", 0]}"#
    let error = try #require(throws: TokenizerError.self) {
      try Self.tokenizer(#"{"type": "Sequence", "processors": ["# + "\(one), \(one)]}")
    }
    #expect("\(error)".contains("found 2 templates in a row, expected one at most"))
    let broken = try #require(throws: TokenizerError.self) {
      try Self.tokenizer(#"{"type": "BertProcessing", "sep": ["b"], "cls": ["a", 0]}"#)
    }
    #expect(broken.field == "post_processor.sep")
  }

  private static func tokenizer(_ processor: String) throws -> BytePairTokenizer {
    let file = try String(contentsOfFile: TokenizerGoldens.path("gpt2.json"), encoding: .utf8)
    let changed = file.replacingOccurrences(
      of: #""post_processor": null"#, with: #""post_processor": "# + processor)
    return try BytePairTokenizer(json: Array(changed.utf8), source: "t.json")
  }

  /// Bytes that are not UTF-8 are no white space and no part of a word.
  @Test func brokenTextIsCutToo() throws {
    let tokenizer = try Case(try Self.rows()[5]).tokenizer
    let bytes: [UInt8] = [0xFF, 0x20] + Array("cat".utf8) + [0x20, 0xE2, 0x80]
    let tokens = tokenizer.encode(bytes)
    #expect(tokenizer.decodeBytes(tokens) == [0xFF] + Array("cat".utf8) + [0xE2, 0x80])
  }
}
