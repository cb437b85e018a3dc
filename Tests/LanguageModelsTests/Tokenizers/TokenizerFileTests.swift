import Foundation
import LanguageModels
import Testing

/// Files that are not supported say which field is to blame.
struct TokenizerFileTests {
  @Test(arguments: [
    (#""type": "BPE""#, #""type": "WordPiece""#, "model.type"),
    (#""dropout": null"#, #""dropout": 0.1"#, "model.dropout"),
    (
      #""continuing_subword_prefix": null"#, #""continuing_subword_prefix": "\#u{23}\#u{23}""#,
      "model.continuing_subword_prefix"
    ),
    (#""end_of_word_suffix": null"#, #""end_of_word_suffix": "x""#, "model.end_of_word_suffix"),
    (#""byte_fallback": false"#, #""byte_fallback": true"#, "model.byte_fallback"),
    (#""normalizer": null"#, #""normalizer": {"type": "NFC"}"#, "normalizer"),
    (#""truncation": null"#, #""truncation": {"max_length": 8}"#, "truncation"),
    (#""padding": null"#, #""padding": {"length": 8}"#, "padding"),
    (#""post_processor": null"#, #""post_processor": {"type": "Roberta"}"#, "post_processor"),
    (#""decoder": {"type": "ByteLevel""#, #""decoder": {"type": "Fuse""#, "decoder"),
    (
      #""add_prefix_space": false, "trim_offsets": false, "use_regex": true"#,
      #""add_prefix_space": true, "trim_offsets": false, "use_regex": true"#,
      "pre_tokenizer.add_prefix_space"
    ),
    (
      #""pre_tokenizer": {"type": "ByteLevel""#, #""pre_tokenizer": {"type": "Metaspace""#,
      "pre_tokenizer"
    ),
    (#""id": 258"#, #""id": -1"#, "added_tokens.0.id"),
    (#""merges": ["#, #""merges": [["a", "nowhere"], "#, "model.merges.0"),
    (#""merges": ["#, #""merges": ["a b c", "#, "model.merges"),
    (#""merges": ["#, #""notes": ["#, "model.merges"),
    (#"": 5,"#, #"": 6,"#, "model.vocab"),
    (#""vocab": {"#, #""vocab": {"zz": -4, "#, "model.vocab"),
  ])
  func theFieldIsNamed(found: String, replacement: String, field: String) throws {
    var training = BytePairTraining()
    training.count(Array("ab ab".utf8))
    let json = try training.tokenizer(vocabularyCount: 259).json()
    let range = try #require(json.range(of: found))
    let broken = json.replacingCharacters(in: range, with: replacement)
    let error = try #require(throws: TokenizerError.self) {
      try BytePairTokenizer(json: Array(broken.utf8), source: "t.json")
    }
    #expect(error.field.hasPrefix(field), "\(error)")
    #expect(error.description.hasPrefix("t.json: "))
  }

  @Test func aSplitByAnUnknownExpressionIsRefused() throws {
    let path = TokenizerGoldens.path("llama3.json")
    let json = try String(contentsOfFile: path, encoding: .utf8)
    let changed = json.replacingOccurrences(of: "{1,3}", with: "{1,2}")
    let error = try #require(throws: TokenizerError.self) {
      try BytePairTokenizer(json: Array(changed.utf8), source: "t.json")
    }
    #expect(error.field == "pre_tokenizer.pretokenizers.0.pattern.Regex")
  }

  @Test func aMissingByteIsNamed() throws {
    let json = #"""
      {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
       "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
      """#
    let error = try #require(throws: TokenizerError.self) {
      try BytePairTokenizer(json: Array(json.utf8), source: "t.json")
    }
    #expect(
      error.description == #"""
        t.json: model.vocab: found no token for byte 0, expected a token for each of the 256 bytes
        """#)
  }

  @Test func whatIsNotJSONIsSaid() throws {
    let error = try #require(throws: TokenizerError.self) {
      try BytePairTokenizer(json: Array("{".utf8), source: "t.json")
    }
    #expect(error.found == "text that is not JSON")
    #expect(throws: TokenizerError.self) {
      try BytePairTokenizer(contentsOf: "/no/such/tokenizer.json")
    }
  }

  @Test func templatesAreReadAndKept() throws {
    var training = BytePairTraining()
    training.count(Array("ab ab".utf8))
    let json = try training.tokenizer(vocabularyCount: 259).json()
    let template = #"""
      {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}},
                  {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [], "special_tokens": {"<|endoftext|>":
         {"id": "<|endoftext|>", "ids": [258], "tokens": ["<|endoftext|>"]}}}]}
      """#
    let changed = json.replacingOccurrences(
      of: #""post_processor": null"#, with: #""post_processor": "# + template)
    let tokenizer = try BytePairTokenizer(json: Array(changed.utf8), source: "t.json")
    #expect(tokenizer.template.before == [258])
    #expect(tokenizer.template.after == [])
    let again = try BytePairTokenizer(json: Array(tokenizer.json().utf8), source: "t.json")
    #expect(again.template == tokenizer.template)
  }
}
