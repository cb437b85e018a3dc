import Foundation
import LanguageModels
import TestSupport
import Testing

struct BytePairTokenizerTests {
  @Test(arguments: ["gpt2", "llama3"])
  func tokensEqualThoseOfThePeer(name: String) throws {
    let goldens = try TokenizerGoldens.read()
    let tokenizer = try BytePairTokenizer(contentsOf: TokenizerGoldens.path("\(name).json"))
    for (text, row) in zip(goldens.texts, goldens.rows(name)) {
      let tokens = tokenizer.encode(text, specialTokens: .isToken)
      #expect(tokens == row.tokens, "\(text.debugDescription)")
      // A second time, from the cache.
      #expect(tokenizer.encode(text, specialTokens: .isToken) == row.tokens)
    }
    #expect(goldens.texts.count == goldens.rows(name).count)
  }

  @Test(arguments: [("gpt2", WordPattern.gpt2), ("llama3", .llama3)])
  func wordsEqualThoseOfThePeer(name: String, pattern: WordPattern) throws {
    let goldens = try TokenizerGoldens.read()
    for (text, row) in zip(goldens.texts, goldens.rows(name)) {
      let ends = pattern.wordRanges(in: Array(text.utf8)).map(\.upperBound)
      #expect(ends == row.ends, "\(text.debugDescription)")
    }
  }

  @Test(arguments: [("gpt2", WordPattern.gpt2), ("llama3", .llama3)])
  func trainingLearnsTheMergesOfThePeer(name: String, pattern: WordPattern) throws {
    let goldens = try TokenizerGoldens.read()
    let expected = name == "gpt2" ? goldens.merges.gpt2 : goldens.merges.llama3
    // The peer's 700 tokens, and the end of text.
    let tokenizer = try trained(goldens.texts, pattern, 701)
    let data = try JSONSerialization.jsonObject(with: Data(tokenizer.json().utf8))
    let model = try #require((data as? [String: Any])?["model"] as? [String: Any])
    let merges = try #require(model["merges"] as? [[String]])
    #expect(merges == expected)
    #expect(merges.count == 444)
  }

  @Test func theOrderOfTheTextsDoesNotMatter() throws {
    let texts = try TokenizerGoldens.read().texts
    let forward = try trained(texts, .gpt2, 500)
    let backward = try trained(texts.reversed(), .gpt2, 500)
    #expect(forward.json() == backward.json())
    #expect(forward.fingerprint == backward.fingerprint)
    #expect(try forward.fingerprint != trained(texts, .gpt2, 499).fingerprint)
    #expect(try forward.fingerprint != trained(texts, .llama3, 500).fingerprint)
  }

  @Test func tiesGoToTheSmallerTokens() throws {
    // ab and cd occur twice each; a comes before c. Then cd, then nothing is left to merge.
    var training = BytePairTraining(pattern: .gpt2)
    for _ in 0..<2 {
      training.count(Array("cd".utf8))
      training.count(Array("ab".utf8))
    }
    let tokenizer = try training.tokenizer(vocabularyCount: 1000)
    #expect(tokenizer.vocabularyCount == 259)
    #expect(tokenizer.spelling(of: 256) == Array("ab".utf8))
    #expect(tokenizer.spelling(of: 257) == Array("cd".utf8))
    #expect(tokenizer.endOfText == 258)
    #expect(training.distinctWordCount == 2)
  }

  @Test(arguments: WordPattern.allCases, [1, 2, 3, 4] as [UInt64])
  func decodingRestoresAnyBytes(pattern: WordPattern, seed: UInt64) throws {
    let texts = try TokenizerGoldens.read().texts
    let tokenizer = try trained(texts, pattern, 420)
    var random = SeededNumbers(seed: seed)
    for round in 0..<200 {
      let length = Int.random(in: 0...(round % 10 == 0 ? 3000 : 60), using: &random)
      let small = Bool.random(using: &random)
      let bytes = (0..<length).map { _ in
        small
          ? Array(" ab'sL1\n\u{C3}".utf8).randomElement(using: &random) ?? 0
          : UInt8.random(in: 0...255, using: &random)
      }
      let tokens = tokenizer.encode(bytes)
      #expect(tokenizer.decodeBytes(tokens) == bytes)
      #expect(tokens.map { tokenizer.byteCount(of: $0) }.reduce(0, +) == bytes.count)
      #expect(tokens.allSatisfy { (0..<420).contains($0) })
    }
  }

  @Test func aLongWordMergesLikeManyShortOnes() throws {
    // Above 48 bytes a heap replaces the scan; "ab" × n must not depend on that.
    var training = BytePairTraining(pattern: .wholeText)
    training.count(Array("abababab".utf8))
    let tokenizer = try training.tokenizer(vocabularyCount: 259)
    // ab, then abab.
    #expect(tokenizer.spelling(of: 257) == Array("abab".utf8))
    for count in [1, 5, 11, 12, 13, 24, 25, 40, 1000] {
      let tokens = tokenizer.encode(String(repeating: "ab", count: count))
      let expected = [Int32](repeating: 257, count: count / 2) + (count % 2 == 1 ? [256] : [])
      #expect(tokens == expected)
    }
  }

  @Test func severalThreadsGetTheSameTokens() async throws {
    let texts = try TokenizerGoldens.read().texts
    let tokenizer = try BytePairTokenizer(contentsOf: TokenizerGoldens.path("gpt2.json"))
    let expected = texts.map { tokenizer.encode($0) }
    let results = await withTaskGroup(of: [[Int32]].self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<20).flatMap { _ in texts.map { tokenizer.encode($0) } } }
      }
      return await group.reduce(into: [[[Int32]]]()) { $0.append($1) }
    }
    for result in results {
      #expect(result == (0..<20).flatMap { _ in expected })
    }
  }

  @Test func spellingsOfSpecialTokensAreTextUnlessAskedFor() throws {
    let tokenizer = try BytePairTokenizer(contentsOf: TokenizerGoldens.path("gpt2.json"))
    let end = try #require(tokenizer.endOfText)
    let text = "a<|endoftext|>b"
    let literal = tokenizer.encode(text)
    #expect(!literal.contains(end))
    #expect(tokenizer.decode(literal) == text)
    let control = tokenizer.encode(text, specialTokens: .isToken)
    #expect(control.contains(end))
    #expect(tokenizer.decode(control) == "ab")
    #expect(tokenizer.byteCount(of: end) == 0)
    #expect(tokenizer.byteCount(of: 1_000_000) == 0)
    #expect(tokenizer.byteCount(of: -1) == 0)
  }

  @Test func savingAndLoadingKeepsEverything() throws {
    for name in ["gpt2", "llama3"] {
      let first = try BytePairTokenizer(contentsOf: TokenizerGoldens.path("\(name).json"))
      let second = try BytePairTokenizer(json: Array(first.json().utf8), source: "again")
      #expect(second.fingerprint == first.fingerprint)
      #expect(second.json() == first.json())
      #expect(second.specialTokens == first.specialTokens)
      #expect(second.vocabularyCount == first.vocabularyCount)
    }
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let path = scratch.path("tokenizer.json")
    let tokenizer = try trained(["some text, some more text"], .llama3, 270)
    try tokenizer.write(to: path)
    #expect(try BytePairTokenizer(contentsOf: path).fingerprint == tokenizer.fingerprint)
    #expect(throws: TokenizerError.self) { try tokenizer.write(to: "/no/such/folder/t.json") }
  }

  @Test func trainingNeedsRoomAndText() throws {
    var training = BytePairTraining()
    #expect(throws: TokenizerError.self) { try training.tokenizer(vocabularyCount: 300) }
    training.count(Array("x".utf8))
    #expect(throws: TokenizerError.self) { try training.tokenizer(vocabularyCount: 256) }
    #expect(try training.tokenizer(vocabularyCount: 257).vocabularyCount == 257)
  }

  private func trained(
    _ texts: [String], _ pattern: WordPattern, _ count: Int
  ) throws -> BytePairTokenizer {
    var training = BytePairTraining(pattern: pattern)
    for text in texts { training.count(Array(text.utf8)) }
    return try training.tokenizer(vocabularyCount: count)
  }
}
