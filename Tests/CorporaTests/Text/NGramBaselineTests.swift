import Corpora
import Foundation
import LanguageModels
import Testing

struct NGramBaselineTests {
  private func stream(_ texts: [String]) -> TokenStream {
    TokenStream(tokens: texts.flatMap { ByteTokenizer().encode($0) + [256] })
  }

  private var training: TokenStream {
    stream(["the cat sat on the mat", "the dog sat on the log", "a cat and a dog"])
  }

  /// Expected: Goldens/make_ngram_reference.py, which follows the definition with dictionaries.
  @Test(arguments: [
    (1, 81.75096415785198), (2, 55.212353331374906), (3, 46.02990767572235),
    (5, 44.82918131225946), (7, 45.13793901953614),
  ])
  func natsEqualTheDefinition(order: Int, expected: Double) throws {
    let model = try ByteNGramModel(training: training, order: order)
    let test = stream(["the cat and the dog", "zebra"])
    #expect(abs(try model.nats(of: test) - expected) < 1e-11)
    #expect(
      abs(try model.bitsPerByte(on: test) - expected / (24 * log(2))) < 1e-12)
  }

  @Test(arguments: ["", "the ", "t", "zz", "on the m", "a cat and a do"], [1, 2, 5, 7])
  func probabilitiesSumToOne(context: String, order: Int) throws {
    let model = try ByteNGramModel(training: training, order: order)
    let tokens = ByteTokenizer().encode(context)
    let all = (0..<257).map { model.probability(of: $0, after: tokens) }
    #expect(abs(all.reduce(0, +) - 1) < 1e-12)
    #expect(all.allSatisfy { $0 > 0 })
  }

  @Test func longContextsUseTheirNearestBytes() throws {
    let model = try ByteNGramModel(training: training, order: 3)
    let long = ByteTokenizer().encode("somewhere long before the")
    #expect(
      model.probability(of: 32, after: long)
        == model.probability(of: 32, after: ByteTokenizer().encode("he")))
    #expect(model.distinctCount > 30)
  }

  @Test func uniformNoiseCostsEightBits() throws {
    // 2¹⁷ uniform bytes: no model can do better than 8 bits, a unigram model hardly worse.
    var word: UInt64 = 7
    let noise = (0..<(1 << 18)).map { _ in
      word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int32(word >> 56)
    }
    let model = try ByteNGramModel(
      training: TokenStream(tokens: Array(noise[..<(1 << 17)])), order: 1)
    let bits = try model.bitsPerByte(on: TokenStream(tokens: Array(noise[(1 << 17)...])))
    #expect(abs(bits - 8) < 0.01)
  }

  @Test func otherTokensAndNoTextAreRefused() throws {
    #expect(throws: TextCorpusError.self) {
      try ByteNGramModel(training: TokenStream(tokens: [1, 257]))
    }
    #expect(throws: TextCorpusError.self) {
      try ByteNGramModel(training: TokenStream(tokens: []))
    }
    let model = try ByteNGramModel(training: training)
    #expect(throws: TextCorpusError.self) { try model.nats(of: TokenStream(tokens: [300])) }
  }
}

struct BitsPerByteTests {
  @Test func conversionsAgree() {
    // One bit a byte is ln 2 nats a byte; at four bytes a token 4 ln 2 = 2.772588722239781 nats.
    #expect(
      abs(BitsPerByte.natsPerToken(bitsPerByte: 1, bytesPerToken: 4) - 2.772588722239781) < 1e-15)
    #expect(
      abs(BitsPerByte.bitsPerByte(natsPerToken: 2.772588722239781, bytesPerToken: 4) - 1) < 1e-15)
    #expect(abs(BitsPerByte.bitsPerByte(nats: 2.772588722239781, byteCount: 4) - 1) < 1e-15)
    #expect(
      abs(
        BitsPerByte.bitsPerByte(nats: 30, byteCount: 40)
          - BitsPerByte.bitsPerByte(natsPerToken: 3, bytesPerToken: 4)) < 1e-15)
  }
}

struct GzipBaselineTests {
  @Test func ratesAreThoseOfGzip() throws {
    // `printf '%1000s' | tr ' ' a | gzip -9n | wc -c` says 29 (gzip 1.12).
    let bytes = [UInt8](repeating: 97, count: 1000)
    #expect(try GzipBaseline.compressedByteCount(of: bytes) == 29)
    let corpus = TextCorpus(
      name: "test",
      documents: [
        ("", String(repeating: "a", count: 400)), ("", "zzz"),
        ("", String(repeating: "a", count: 600)),
      ])
    #expect(try GzipBaseline.bitsPerByte(of: corpus, documents: [0, 2]) == 8 * 29 / 1000.0)
    #expect(throws: TextCorpusError.self) {
      try GzipBaseline.bitsPerByte(of: corpus, documents: [])
    }
  }
}
