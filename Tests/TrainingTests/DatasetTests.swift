import Corpora
import Foundation
import LanguageModels
import Synchronization
import Tensors
import TestSupport
import Testing
import Training

@Suite struct DatasetTests {
  private let root: ScratchFolder
  private var text: String { "\(root.path)/text.txt" }
  private var cache: String { "\(root.path)/cache" }

  init() throws {
    root = try ScratchFolder()
    let lines = (0..<900).map { index in
      "Line \(index) of the text says \(index * index % 97) and \((index * 7) % 13) again.\n"
    }
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: "\(root.path)/text.txt"))
  }

  private func tokens(_ stream: TokenStream) -> [Int32] { (0..<stream.count).map { stream[$0] } }

  private func sides(_ dataset: Dataset) throws -> [[Int32]] {
    guard case .text(let text) = dataset.content else {
      throw TrainingError(.badData, nil, "expected text")
    }
    return [tokens(text.training), tokens(text.evaluation)]
  }

  @Test func aCacheChangesNothing() throws {
    let description = DatasetDescription(
      .text(path: text), tokenizer: .bytePairs, vocabulary: 300)
    let plain = try Dataset(description)
    let first = try Dataset(description, cacheFolder: cache)
    let second = try Dataset(description, cacheFolder: cache)
    for other in [first, second] {
      #expect(other.record == plain.record)
      #expect(try sides(other) == sides(plain))
      #expect(other.vocabularyCount == 300)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: cache)
    #expect(files.count { $0.hasSuffix(".tokens") } == 2)
    let kept = try #require(files.first { $0.hasSuffix(".tokenizer.json") })
    // A damaged file is learned anew.
    try Data("{".utf8).write(to: URL(fileURLWithPath: "\(cache)/\(kept)"))
    #expect(try Dataset(description, cacheFolder: cache).record == plain.record)
    // Another size is another file.
    let larger = try Dataset(
      DatasetDescription(.text(path: text), tokenizer: .bytePairs, vocabulary: 320),
      cacheFolder: cache)
    #expect(larger.vocabularyCount == 320 && larger.record != plain.record)
  }

  @Test func theTokenizerOfARunThatGoesOnIsUsed() throws {
    let kept = "\(root.path)/tokenizer.json"
    let small = try Dataset(
      DatasetDescription(.text(path: text), tokenizer: .bytePairs, vocabulary: 280))
    try #require(small.tokenizer as? BytePairTokenizer).write(to: kept)
    let again = try Dataset(
      DatasetDescription(.text(path: text), tokenizer: .bytePairs, vocabulary: 300),
      keptTokenizer: kept)
    #expect(again.record == small.record)
    let file = try Dataset(DatasetDescription(.text(path: text), tokenizer: .file(kept)))
    #expect(file.record.tokenizer == "tokenizer.json")
    #expect(file.record.tokenizerFingerprint == small.record.tokenizerFingerprint)
    // Small text without a choice is read byte by byte.
    let bytes = try Dataset(DatasetDescription(.text(path: text)), keptTokenizer: kept)
    #expect(bytes.record.tokenizer == "bytes")
  }

  @Test func heldOutTextIsNotTrainedOn() throws {
    let dataset = try Dataset(DatasetDescription(.text(path: text)))
    guard case .text(let content) = dataset.content else {
      throw TrainingError(.badData, nil, "no text")
    }
    #expect(Set(content.split.training).isDisjoint(with: content.split.validation))
    #expect(content.evaluationDocuments == content.split.validation.count)
    #expect(
      content.training.byteCount == content.corpus.byteCount(of: content.split.training))
    #expect(dataset.record.trainingTokens == content.training.count)
  }

  @Test func tokensMadeElsewhere() throws {
    let path = "\(root.path)/tokens.bin"
    let numbers = (0..<200).map { UInt16($0 % 50) }
    try numbers.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path))
    let dataset = try Dataset(
      DatasetDescription(.tokens(path: path, validation: nil), vocabulary: 50))
    guard case .tokens(let training, let evaluation) = dataset.content else {
      throw TrainingError(.badData, nil, "no tokens")
    }
    #expect(training.count == 190 && tokens(evaluation) == (40..<50).map { Int32($0) })
    #expect(throws: DatasetError.self) {
      try Dataset(DatasetDescription(.tokens(path: path, validation: nil), vocabulary: 49))
    }
  }

  @Test func languagesAndTasksAreTheirDefinitions() throws {
    let language = try Dataset(
      DatasetDescription(.language(name: "markov", knobs: ["tokens": 8, "order": 1])))
    #expect(language.vocabularyCount == 8 && language.record.hash == "markov order=1.0 tokens=8.0")
    let task = try Dataset(DatasetDescription(.task(name: "copy", knobs: [:])))
    #expect(task.sequenceLength == task.shortestSequence && task.record.kind == "task")
  }

  static let mistakes: [(DatasetDescription, String)] = [
    (
      .init(.language(name: "markow", knobs: [:])),
      "language: found \"markow\"; did you mean markov?"
    ),
    (
      .init(.language(name: "markov", knobs: ["ordr": 1])),
      "knobs: found \"ordr\"; did you mean order?"
    ),
    (
      .init(.language(name: "markov", knobs: ["order": 1.5])),
      "knobs: order is 1.5, expected a whole"
    ),
    (.init(.language(name: "markov", knobs: ["uniform": 2])), "knobs: uniformShare is 2.0"),
    (.init(.task(name: "copi", knobs: [:])), "task: found \"copi\"; did you mean copy?"),
    (.init(.task(name: "copy", knobs: ["lenght": 3])), "knobs: task copy has no knob lenght"),
    (.init(.text(path: "nowhere/none.txt")), "nowhere/none.txt: there is no such file or folder"),
    (
      .init(.tokens(path: "none.bin", validation: nil)), "vocabulary: tokens made elsewhere need it"
    ),
    (.init(.task(name: "copy", knobs: [:]), tokenizer: .bytes), "tokenizer: it cuts text"),
    (.init(.toolchain, tokenizer: .bytes, vocabulary: 300), "vocabulary: only byte pairs"),
    (.init(.toolchain, vocabulary: 5), "vocabulary: found 5, expected 257 or more"),
    (.init(.domains([domain("a", 8)])), "domains: found 1, expected two or more"),
    (.init(.domains([domain("a", 8), domain("a", 8)])), "a name of its own for each"),
    (.init(.domains([domain("a", 8), domain("b", 9)])), "one vocabulary, found 8 and 9 tokens"),
    (.init(.domains([domain("a", 8), domain("b", 8, share: 1)])), "1 of 2 have a share"),
    (.init(.domains([domain("a", 8), domain("b", 8, tokens: nil)])), "b: a language has no end"),
  ]

  private static func domain(
    _ name: String, _ vocabulary: Double, tokens: Int? = 1000, share: Double? = nil
  ) -> DatasetDescription.Domain {
    DatasetDescription.Domain(
      name: name, source: .language(name: "markov", knobs: ["tokens": vocabulary, "order": 1]),
      tokens: tokens, share: share)
  }

  @Test(arguments: mistakes.indices)
  func mistakesAreNamed(_ index: Int) throws {
    let (description, part) = Self.mistakes[index]
    let error = #expect(throws: DatasetError.self) { try Dataset(description) }
    let sentence = error?.description ?? ""
    #expect(sentence.contains(part), "\(sentence)")
    let data = try JSONEncoder().encode(description)
    #expect(try JSONDecoder().decode(DatasetDescription.self, from: data) == description)
  }

  /// Runs side by side see what one alone sees.
  @Test func manyThreadsReadTheSame() throws {
    let dataset = try Dataset(
      DatasetDescription(.text(path: text), tokenizer: .bytePairs, vocabulary: 300),
      cacheFolder: cache)
    var recipe = TrainingRecipe(batchSize: 4, sequenceLength: 16, budget: .steps(4))
    recipe.validation.batches = 2
    let batches = { [recipe] () throws -> [Int32] in
      let source = try dataset.source(recipe)
      var tokens = [Int32](repeating: 0, count: 64)
      var targets = tokens
      var all: [Int32] = []
      for _ in 0..<20 {
        tokens.withUnsafeMutableBufferPointer { tokens in
          targets.withUnsafeMutableBufferPointer {
            source.fill(tokens: tokens, targets: $0, sequences: 4, length: 16)
          }
        }
        all += tokens + targets
      }
      return all
    }
    let alone = try batches()
    let others = Mutex<[[Int32]]>([])
    ThreadPool(threads: 2).forEach(8) { _ in
      guard let mine = try? batches() else { return }
      others.withLock { $0.append(mine) }
    }
    #expect(others.withLock { $0 } == Array(repeating: alone, count: 8))
  }
}
