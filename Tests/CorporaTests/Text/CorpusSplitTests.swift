import Corpora
import Testing

struct CorpusSplitTests {
  private func corpus(_ texts: [String]) -> TextCorpus {
    TextCorpus(name: "test", documents: texts.map { ("", $0) })
  }

  @Test func aDocumentsSideDependsOnItsTextAlone() throws {
    let texts = (0..<400).map { "document \($0 * $0)" }
    let forward = try corpus(texts).split(validationFraction: 0.25, seed: 3)
    let backward = try corpus(texts.reversed() + ["another"])
      .split(validationFraction: 0.25, seed: 3)
    #expect(Set(forward.validation) == Set(backward.validation.map { 399 - $0 }.filter { $0 >= 0 }))
    #expect(forward.training.count + forward.validation.count == 400)
    // Binomial(400, 1/4): mean 100, standard deviation 8.7.
    #expect((65...135).contains(forward.validation.count))
    let other = try corpus(texts).split(validationFraction: 0.25, seed: 4)
    #expect(other.validation != forward.validation)
  }

  @Test func duplicatesAreKeptOnce() throws {
    let texts = (0..<50).map { "document \($0)" }
    let split = try corpus(texts + texts).split(validationFraction: 0.3, seed: 1)
    #expect(split.duplicateCount == 50)
    #expect((split.training + split.validation).sorted() == Array(0..<50))
  }

  @Test func emptySidesAndBadFractionsAreRefused() throws {
    let one = corpus(["only one"])
    let error = try #require(throws: TextCorpusError.self) {
      try one.split(validationFraction: 0.01, seed: 0)
    }
    #expect(error.description.hasPrefix("test: the validation side of 1 documents is empty"))
    for fraction in [0, 1, -1, Double.nan] {
      #expect(throws: TextCorpusError.self) { try one.split(validationFraction: fraction) }
    }
  }
}
