import Corpora
import LanguageModels
import Studies
import Testing
import Training
import Treatments

@Suite struct StudyFileTests {
  private static let smallest = """
    ladder:
      sizes: [1x16, 2x32]
    treatments:
      - qk-norm
    """

  @Test func theSmallestFileHasTheUsualSettings() throws {
    let file = try StudyFile(text: Self.smallest, name: "folder/try.yaml")
    #expect(file.name == "try")
    #expect(file.corpus == DatasetDescription(.toolchain))
    #expect(
      file.ladder.sizes == .shapes([.init(layers: 1, width: 16), .init(layers: 2, width: 32)]))
    #expect(file.ladder.tokensPerParameter == 20)
    #expect(file.ladder.lengths == [1])
    #expect(file.ladder.seeds == [0, 1])
    #expect(file.recipe.optimizer == .muon)
    #expect(file.recipe.learningRates == [OptimizerName.muon.usualLearningRate])
    #expect(file.recipe.schedule == .linear)
    #expect(file.baseline.name == "baseline")
    #expect(file.arms.map(\.name) == ["qk-norm"])
    #expect(file.laws == ["auto"])
    #expect(file.target == nil && file.budget == nil)
  }

  @Test func everythingCanBeSaid() throws {
    let file = try StudyFile(
      text: """
        study: all
        question: Does it?
        corpus:
          language: markov
          knobs: {tokens: 8, order: 2}
        model: {preset: gpt2, context: 64, head-width: 16, tied-head: false, qk-norm: true}
        ladder:
          parameters: [10k, 0.1M]
          tokens: 200k
          lengths: [0.25, 0.5, 1]
          seeds: [3, 5]
          match: compute
        recipe:
          batch: 4
          optimizer: adamw
          learning-rate: [1e-3, 4e-3]
          sweep: rung 2
          warmup: 0.05
          decay: 0.3
          weight-decay: 0.1
          clip: 0
          z-loss: 1e-4
          evaluation-tokens: 4096
        baseline: {name: plain, use: [qk-norm]}
        treatments:
          - z-loss: {coefficient: 1e-3}
          - name: both
            use: [z-loss, {gated-attention: {granularity: head}}]
        laws: [power-constant, chinchilla]
        target: 1e15 FLOPs
        budget: 90s
        """, name: "all.yaml")
    #expect(file.question == "Does it?")
    #expect(
      file.corpus
        == DatasetDescription(.language(name: "markov", knobs: ["tokens": 8, "order": 2])))
    #expect(file.model.preset == .gpt2 && file.model.headWidth == 16)
    #expect(!file.model.tiesEmbeddings && file.model.normalizesQueriesAndKeys)
    #expect(file.ladder.sizes == .parameters([10_000, 100_000]))
    #expect(file.ladder.tokens == 200_000 && file.ladder.tokensPerParameter == nil)
    #expect(file.ladder.lengths == [0.25, 0.5, 1] && file.ladder.seeds == [3, 5])
    #expect(file.ladder.match == .compute)
    #expect(file.recipe.learningRates == [1e-3, 4e-3] && file.recipe.sweep == .rung(1))
    #expect(file.recipe.schedule == .cooldown)
    #expect(file.recipe.evaluationTokens == 4096)
    #expect(file.arms.map(\.name) == ["z-loss(coefficient=0.001)", "both"])
    #expect(file.arms.map(\.treatments.count) == [2, 3])
    #expect(file.laws == ["power-constant", "chinchilla"])
    #expect(file.target == .compute(1e15) && file.budget == 90)
  }

  @Test func filesAndTokensAreChosen() throws {
    func corpus(_ lines: String) throws -> DatasetDescription {
      try StudyFile(
        text: "study: a\ncorpus:\n\(lines)\nladder:\n  sizes: [1x16]\ntreatments: [qk-norm]",
        name: "a.yaml"
      ).corpus
    }
    #expect(
      try corpus("  text: /usr\n  include: ['*.h', \"*.hpp\"]\n  exclude: share")
        == DatasetDescription(
          .text(
            path: "/usr", files: FileSelection(include: ["*.h", "*.hpp"], exclude: ["share"]))))
    #expect(
      try corpus("  tokens: /etc/passwd\n  vocabulary: 300\n  token-bits: 32")
        == DatasetDescription(
          .tokens(path: "/etc/passwd", validation: nil, bits: .thirtyTwo), vocabulary: 300))
    let domains = try corpus(
      "  domains:\n    - {name: a, text: /usr, include: '*.h'}\n    - {name: b, text: /etc}")
    #expect(
      domains.source
        == .domains([
          .init(name: "a", source: .text(path: "/usr", files: FileSelection(include: ["*.h"]))),
          .init(name: "b", source: .text(path: "/etc")),
        ]))
  }

  @Test(arguments: [
    ("ladder:\n  sizes: [1x16]\n  seed: 3\ntreatments: [qk-norm]", 3, 3, "seeds?"),
    ("ladder:\n  sizes: [1x16]\ntreatment: [qk-norm]", 3, 1, "treatments?"),
    ("ladder:\n  sizes: [1x16]\ntreatments: [qk-nrm]", 3, 14, "qk-norm?"),
    ("ladder:\n  sizes: [1x16]\ntreatments:\n  - z-loss: {coeficient: 1}", 4, 5, "coefficient?"),
    ("ladder:\n  sizes: [1x16, 16]\ntreatments: [qk-norm]", 2, 17, "layers and width"),
    ("ladder:\n  sizes: [1x16]\n  seeds: 0\ntreatments: [qk-norm]", 3, 10, "whole number"),
    ("ladder:\n  sizes: [1x16]\n  lengths: [1, 0.5]\ntreatments: [qk-norm]", 3, 16, "ascending"),
    ("ladder:\n  sizes: [1x16]\ntreatments: [qk-norm]\nlaws: chinchila", 4, 7, "chinchilla?"),
    ("ladder:\n  sizes: [1x16]\ntreatments: [qk-norm]\ntarget: big", 4, 9, "1e16 FLOPs"),
    ("ladder:\n  sizes: [1x16]\ntreatments: [qk-norm, qk-norm]", 3, 23, "two arms"),
    ("ladder:\n  sizes: [1x16]\n  sizes: [2x32]\ntreatments: [qk-norm]", 2, 3, "twice"),
    ("ladder:\n  sizes: []\ntreatments: [qk-norm]", 2, 3, "expected one of sizes"),
    ("study: ../up\nladder:\n  sizes: [1x16]\ntreatments: [qk-norm]", 1, 1, "slash"),
    (
      "ladder:\n  sizes: [1x16]\ntreatments:\n  - use: [qk-norm, qk-norm]", 4, 5,
      "qk-norm twice"
    ),
    ("ladder:\n  sizes: [1x16\ntreatments: [qk-norm]", 3, 11, "not YAML"),
    (
      "corpus:\n  text: /usr\n  include: *.py\nladder:\n  sizes: [1x16]", 3, 13,
      "a text that begins with * needs quotes"
    ),
    (
      "corpus:\n  include: '*.py'\nladder:\n  sizes: [1x16]", 2, 3,
      "expected text, a folder whose files it chooses"
    ),
    (
      "corpus:\n  text: /usr\n  exclude: [{}]\nladder:\n  sizes: [1x16]", 3, 13,
      "a pattern such as"
    ),
    (
      "corpus:\n  text: /usr\n  token-bits: 32\nladder:\n  sizes: [1x16]", 3, 3,
      "expected tokens, a file that it describes"
    ),
    (
      "corpus:\n  tokens: /etc/passwd\n  token-bits: 24\nladder:\n  sizes: [1x16]", 3, 3,
      "expected 16 or 32, found 24"
    ),
    ("corpus: nowhere/at-all\nladder:\n  sizes: [1x16]", 1, 9, "no such file"),
  ])
  func mistakesNameTheirLineAndTheNearestWord(
    text: String, line: Int, column: Int, words: String
  ) throws {
    let error = try #require(throws: StudyFileError.self) {
      _ = try StudyFile(text: text, name: "s.yaml")
    }
    #expect(error.description.hasPrefix("s.yaml:\(line):\(column): "), "\(error)")
    #expect(error.description.contains(words), "\(error)")
  }

  @Test(arguments: ["", "# nothing\n", "treatments: [qk-norm]", "ladder: {sizes: [1x16]}", "- a"])
  func whatIsMissingIsSaid(text: String) throws {
    #expect(throws: StudyFileError.self) { _ = try StudyFile(text: text, name: "s.yaml") }
  }

  @Test func aLadderWithoutSizesNeedsATime() throws {
    let text = "ladder: {rungs: 3}\ntreatments: [qk-norm]"
    let untimed = try StudyFile(text: text, name: "s.yaml")
    #expect(untimed.budget == nil)
    let sizer = try StudySizer(
      untimed, data: try Dataset(DatasetDescription(.language(name: "markov", knobs: [:]))),
      workers: 1)
    #expect(throws: StudyError.self) { _ = try sizer.settle(budget: nil, measures: false) }
    let timed = try StudyFile(text: text + "\nbudget: 2m", name: "s.yaml")
    #expect(timed.ladder.sizes == .count(3) && timed.budget == 120)
  }
}
