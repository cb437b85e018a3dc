import LanguageModels
import Testing

struct ByteTokenizerTests {
  private let tokenizer = ByteTokenizer()

  @Test func tokensAreTheBytes() {
    #expect(tokenizer.encode("Aé") == [65, 0xC3, 0xA9])
    #expect(tokenizer.vocabularyCount == 257)
    #expect(tokenizer.endOfText == 256)
    #expect(tokenizer.decode([65, 256, 66, 999]) == "AB")
    #expect(tokenizer.bytesPerToken([65, 256]) == 0.5)
    #expect(tokenizer.bytesPerToken([]).isNaN)
  }

  @Test func specialTokensAreFoundOnRequest() {
    let text = "<|endoftext|>a<|endoftext|><|endof"
    #expect(
      tokenizer.encode(text, specialTokens: .isToken)
        == [256, 97, 256] + Array("<|endof".utf8).map { Int32($0) })
    #expect(tokenizer.encode(text).count == text.utf8.count)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func decodingRestoresAnyBytes(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let bytes = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(tokenizer.decodeBytes(tokenizer.encode(bytes)) == bytes)
  }

  @Test func charactersCutInTwoAreReplaced() {
    #expect(tokenizer.decode([0xC3]) == "\u{FFFD}")
  }
}
