internal import Files
internal import Foundation

extension BytePairTokenizer {
  /// Reads a Hugging Face `tokenizer.json`.
  ///
  /// Supported: a BPE model over the byte alphabet, with merges as `"a b"` or `["a", "b"]` and
  /// `ignore_merges`; the pre-tokenizer `ByteLevel`, alone or after a `Split` by the regular
  /// expression of GPT-2, GPT-4 or LLaMA 3; added tokens, special or not, with all their flags;
  /// templates. `unk_token` is not needed, as every byte must have a token. The white space that a
  /// token with `lstrip` or `rstrip` takes does not come back when it is decoded.
  ///
  /// - Throws: ``TokenizerError`` naming the field that is wrong or not supported.
  public convenience init(contentsOf path: String) throws(TokenizerError) {
    let name = (path as NSString).lastPathComponent
    guard let json = RegularFile.contents(atPath: path) else {
      throw TokenizerError(
        source: path, field: "the file", found: "nothing that can be read",
        expected: "a Hugging Face tokenizer.json")
    }
    if let pointer = GitLFSPointer(json) {
      throw TokenizerError(
        source: path, field: "the file", found: GitLFSPointer.found,
        expected: "\(pointer.expected); \(GitLFSPointer.hint)")
    }
    try self.init(json: Array(json), source: name)
  }

  /// Reads the text of a Hugging Face `tokenizer.json`.
  ///
  /// - Throws: ``TokenizerError`` naming the field that is wrong or not supported.
  public convenience init(json: [UInt8], source: String) throws(TokenizerError) {
    let file = try TokenizerFile.parts(of: Data(json), source: source)
    let pipeline = try TokenizerPipeline(file, source: source)
    try self.init(Self.contents(of: file, pipeline: pipeline, source: source))
  }

  private static func contents(
    of file: TokenizerFile, pipeline: TokenizerPipeline, source: String
  ) throws(TokenizerError) -> Contents {
    func error(_ field: String, _ found: String, _ expected: String) -> TokenizerError {
      TokenizerError(source: source, field: field, found: found, expected: expected)
    }
    let model = file.model
    if let dropout = model.dropout, dropout != 0 {
      throw error("model.dropout", "\(dropout)", "null: encoding is not random")
    }
    if let prefix = model.continuing_subword_prefix, !prefix.isEmpty {
      throw error("model.continuing_subword_prefix", "\"\(prefix)\"", "null")
    }
    if let suffix = model.end_of_word_suffix, !suffix.isEmpty {
      throw error("model.end_of_word_suffix", "\"\(suffix)\"", "null")
    }
    if model.byte_fallback == true {
      throw error("model.byte_fallback", "true", "false: a vocabulary over the byte alphabet")
    }

    let added = try addedTokens(of: file, source: source)
    let highest = max(model.vocab.values.max() ?? -1, added.map(\.token).max() ?? -1)
    let lowest = min(model.vocab.values.min() ?? 0, added.map(\.token).min() ?? 0)
    guard lowest >= 0, highest < 1 << 24 else {
      throw error(
        "model.vocab", "token numbers from \(lowest) to \(highest)", "0 to \((1 << 24) - 1)")
    }
    var vocabulary = [[UInt8]?](repeating: nil, count: Int(highest) + 1)
    for (spelling, token) in model.vocab {
      guard vocabulary[Int(token)] == nil else {
        throw error("model.vocab", "token number \(token) twice", "each number once")
      }
      vocabulary[Int(token)] = ByteAlphabet.bytes(of: spelling) ?? Array(spelling.utf8)
    }
    for byte in UInt8.min...UInt8.max
    where model.vocab[ByteAlphabet.spelling(of: [byte])] == nil {
      throw error(
        "model.vocab", "no token for byte \(byte)", "a token for each of the 256 bytes")
    }
    for token in added where !token.isInVocabulary {
      vocabulary[Int(token.token)] = Array(token.spelling.utf8)
    }

    for token in pipeline.template.before + pipeline.template.after
    where !vocabulary.indices.contains(Int(token)) || vocabulary[Int(token)] == nil {
      throw error("post_processor", "token number \(token)", "a token of the vocabulary")
    }

    var merges: [(left: Int32, right: Int32, merged: Int32)] = []
    merges.reserveCapacity(model.merges.count)
    for (index, merge) in model.merges.enumerated() {
      guard let left = model.vocab[merge.left], let right = model.vocab[merge.right],
        let merged = model.vocab[merge.left + merge.right]
      else {
        throw error(
          "model.merges.\(index)", "\"\(merge.left)\" and \"\(merge.right)\"",
          "two tokens of the vocabulary that make a third")
      }
      merges.append((left, right, merged))
    }
    return Contents(
      pattern: pipeline.pattern, vocabulary: vocabulary, merges: merges,
      ignoresMergesForWholeWords: model.ignore_merges ?? false, added: added,
      template: pipeline.template)
  }

  private static func addedTokens(
    of file: TokenizerFile, source: String
  ) throws(TokenizerError) -> [AddedToken] {
    var result: [AddedToken] = []
    for (index, token) in (file.added_tokens ?? []).enumerated() {
      guard token.id >= 0 else {
        throw TokenizerError(
          source: source, field: "added_tokens.\(index).id", found: "\(token.id)",
          expected: "a number from 0")
      }
      // Where the vocabulary has the spelling, its number holds, as in `tokenizers`.
      let known = file.model.vocab[token.content]
      let isSpecial = token.special ?? false
      result.append(
        AddedToken(
          token: known ?? token.id, spelling: token.content, isSpecial: isSpecial,
          takesSpaceBefore: token.lstrip ?? false, takesSpaceAfter: token.rstrip ?? false,
          isWholeWord: token.single_word ?? false,
          isNormalized: token.normalized ?? !isSpecial, isInVocabulary: known != nil))
    }
    return result
  }
}
