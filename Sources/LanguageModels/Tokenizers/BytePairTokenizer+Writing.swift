internal import Files
internal import Foundation

extension BytePairTokenizer {
  /// The tokenizer as the text of a Hugging Face `tokenizer.json`; equal tokenizers give equal
  /// text.
  public func json() -> String {
    let added = contents.added.map { token in
      #"    {"id": \#(token.token), "content": \#(JSONText.string(token.spelling)), "#
        + #""single_word": \#(token.isWholeWord), "lstrip": \#(token.takesSpaceBefore), "#
        + #""rstrip": \#(token.takesSpaceAfter), "normalized": \#(token.isNormalized), "#
        + #""special": \#(token.isSpecial)}"#
    }
    let outside = Set(contents.added.filter { !$0.isInVocabulary }.map(\.token))
    let spellings = contents.vocabulary.map { $0.map { ByteAlphabet.spelling(of: $0) } }
    let vocabulary = spellings.enumerated().compactMap { token, spelling -> String? in
      guard let spelling, !outside.contains(Int32(token)) else { return nil }
      return "      \(JSONText.string(spelling)): \(token)"
    }
    let merges = contents.merges.map { merge in
      let left = JSONText.string(spellings[Int(merge.left)] ?? "")
      return "      [\(left), \(JSONText.string(spellings[Int(merge.right)] ?? ""))]"
    }
    return TokenizerText.json(
      added: "\n\(added.joined(separator: ",\n"))\n  ", preTokenizer: preTokenizerJSON,
      postProcessor: templateJSON, ignoresMerges: ignoresMergesForWholeWords,
      vocabulary: vocabulary, merges: "\n\(merges.joined(separator: ",\n"))\n    ")
  }

  /// Writes the tokenizer as a Hugging Face `tokenizer.json`; an existing file is replaced whole
  /// or not at all.
  ///
  /// - Throws: ``TokenizerError`` if the file cannot be written.
  public func write(to path: String) throws(TokenizerError) {
    do {
      try AtomicFile.write(Array(json().utf8), to: path)
    } catch {
      throw TokenizerError(
        source: path, field: "the file", found: "a failed write (\(error.reason))",
        expected: "a folder that can be written to")
    }
  }

  private var preTokenizerJSON: String {
    func byteLevel(usesRegex: Bool) -> String {
      #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "#
        + #""use_regex": \#(usesRegex)}"#
    }
    switch pattern {
    case .gpt2: return byteLevel(usesRegex: true)
    case .wholeText: return byteLevel(usesRegex: false)
    case .llama3:
      return #"{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "#
        + JSONText.string(pattern.regularExpression ?? "")
        + #"}, "behavior": "Isolated", "invert": false}, \#(byteLevel(usesRegex: false))]}"#
    }
  }

  private var templateJSON: String {
    guard !template.before.isEmpty || !template.after.isEmpty else { return "null" }
    var names: [Int32: String] = [:]
    for token in contents.added { names[token.token] = token.spelling }
    func piece(_ token: Int32) -> String {
      #"{"SpecialToken": {"id": \#(JSONText.string(names[token] ?? "\(token)")), "type_id": 0}}"#
    }
    let text = #"{"Sequence": {"id": "A", "type_id": 0}}"#
    let single = template.before.map(piece) + [text] + template.after.map(piece)
    let second = #"{"Sequence": {"id": "B", "type_id": 1}}"#
    let specials = Set(template.before + template.after).sorted().map { token in
      let name = JSONText.string(names[token] ?? "\(token)")
      return #"\#(name): {"id": \#(name), "ids": [\#(token)], "tokens": [\#(name)]}"#
    }
    return #"{"type": "TemplateProcessing", "single": [\#(single.joined(separator: ", "))], "#
      + #""pair": [\#(text), \#(second)], "special_tokens": {\#(specials.joined(separator: ", "))}}"#
  }
}
