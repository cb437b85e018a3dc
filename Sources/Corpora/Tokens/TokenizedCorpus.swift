internal import Dispatch
internal import Files
public import LanguageModels

/// The two sides of a split corpus as tokens.
public struct TokenizedCorpus: Sendable {
  /// The tokens to train on: each document and its end of text, in the order of the corpus.
  public var training: TokenStream
  /// The tokens to judge by.
  public var validation: TokenStream
}

extension TextCorpus {
  /// Encodes both sides of a split, or maps them from a cache folder, made if absent; nil keeps the
  /// tokens in memory. Throws ``TextCorpusError`` if the cache cannot be written.
  ///
  /// Each document stands in the tokenizer's template and is followed by its end of text, if it has
  /// one. The result does not depend on the number of threads. A cache file is named by a hash of
  /// the text and the tokenizer, so it can never be out of date; it is written under another name
  /// and then renamed, so that a run that is killed leaves no half-written one; a damaged one is
  /// made anew.
  public func tokenized(
    by tokenizer: any Tokenizer, split: CorpusSplit, cacheFolder: String? = nil
  ) throws(TextCorpusError) -> TokenizedCorpus {
    func side(_ documents: [Int], _ name: String) throws(TextCorpusError) -> TokenStream {
      let name = "\(self.name) (\(name))"
      guard let cacheFolder else {
        return TokenStream(
          tokens: encode(documents, by: tokenizer), byteCount: byteCount(of: documents),
          name: name)
      }
      let cache = TokenCache(
        folder: cacheFolder, key: key(of: documents, tokenizer: tokenizer), name: name)
      if let stream = cache.stream() { return stream }
      try cache.write(
        encode(documents, by: tokenizer), byteCount: byteCount(of: documents),
        vocabularyCount: tokenizer.vocabularyCount)
      guard let stream = cache.stream() else {
        throw TextCorpusError(
          source: cache.path, problem: "the cache just written cannot be read back")
      }
      return stream
    }
    return TokenizedCorpus(
      training: try side(split.training, "training"),
      validation: try side(split.validation, "validation"))
  }

  /// The tokens of some documents, each with what a template (nil for the tokenizer's own) puts
  /// around it, and followed by the end of text where the template ends with nothing.
  public func encode(
    _ documents: [Int], by tokenizer: any Tokenizer, template: TextTemplate? = nil
  ) -> [Int32] {
    let blocks = blocks(of: documents, byteCount: 1 << 20)
    let template = template ?? tokenizer.template
    let ends = template.after.isEmpty ? [tokenizer.endOfText].compactMap { $0 } : template.after
    var parts = [[Int32]](repeating: [], count: blocks.count)
    parts.withUnsafeMutableBufferPointer { parts in
      // Each iteration writes its own element.
      nonisolated(unsafe) let parts = parts
      DispatchQueue.concurrentPerform(iterations: blocks.count) { index in
        var tokens: [Int32] = []
        for document in blocks[index] {
          tokens += template.before
          withBytes(of: document) {
            tokenizer.encode($0, specialTokens: .isText, appendingTo: &tokens)
          }
          tokens += ends
        }
        parts[index] = tokens
      }
    }
    return Array(parts.joined())
  }

  /// Learns a byte-pair tokenizer of at least 257 tokens from some documents, normally those of the
  /// training side; throws `TokenizerError` if the size is too small or there is no text.
  public func trainedTokenizer(
    vocabularyCount: Int, documents: [Int], pattern: WordPattern = .gpt2
  ) throws(TokenizerError) -> BytePairTokenizer {
    var training = BytePairTraining(pattern: pattern)
    for document in documents { withBytes(of: document) { training.count($0) } }
    return try training.tokenizer(vocabularyCount: vocabularyCount)
  }

  private func blocks(of documents: [Int], byteCount: Int) -> [[Int]] {
    var blocks: [[Int]] = []
    var room = 0
    for document in documents {
      if room <= 0 {
        blocks.append([])
        room = byteCount
      }
      blocks[blocks.count - 1].append(document)
      room -= self.documents[document].range.count
    }
    return blocks
  }

  private func key(of documents: [Int], tokenizer: any Tokenizer) -> (UInt64, UInt64) {
    var first = tokenizer.fingerprint
    var second = ~tokenizer.fingerprint
    for document in documents {
      withBytes(of: document) {
        let bytes = UnsafeRawBufferPointer($0)
        first = StableHash.hash(bytes, seed: first)
        second = StableHash.hash(bytes, seed: second)
      }
    }
    return (first, second)
  }
}
