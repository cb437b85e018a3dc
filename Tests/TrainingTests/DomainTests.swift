import Corpora
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// Several sources of one vocabulary, one much larger than the other.
@Suite struct DomainTests {
  private let dataset: Dataset
  private let domains: [Dataset.Domain]

  init() throws {
    func domain(_ name: String, _ seed: Double, _ tokens: Int) -> DatasetDescription.Domain {
      DatasetDescription.Domain(
        name: name,
        source: .language(name: "markov", knobs: ["tokens": 13, "order": 1, "seed": seed]),
        tokens: tokens)
    }
    dataset = try Dataset(
      DatasetDescription(.domains([domain("large", 1, 9900), domain("small", 2, 100)])))
    guard case .domains(let domains) = dataset.content else {
      throw TrainingError(.badData, nil, "expected domains")
    }
    self.domains = domains
  }

  private func recipe(_ steps: Int = 100) -> TrainingRecipe {
    var recipe = TrainingRecipe(batchSize: 10, sequenceLength: 8, budget: .steps(steps))
    recipe.seed = 5
    recipe.validation.batches = 6
    return recipe
  }

  private func rows(_ source: any BatchSource, _ recipe: TrainingRecipe) -> [[Int32]] {
    var tokens = [Int32](repeating: 0, count: recipe.tokensPerStep)
    var targets = tokens
    tokens.withUnsafeMutableBufferPointer { tokens in
      targets.withUnsafeMutableBufferPointer {
        source.fill(
          tokens: tokens, targets: $0, sequences: recipe.batchSize, length: recipe.sequenceLength)
      }
    }
    return (0..<recipe.batchSize).map { row in
      let range = row * recipe.sequenceLength..<(row + 1) * recipe.sequenceLength
      return Array(tokens[range]) + [targets[range.upperBound - 1]]
    }
  }

  @Test func sizesMakeTheNaturalMixture() throws {
    #expect(domains.map(\.share) == [0.99, 0.01])
    #expect(dataset.record.trainingTokens == 10_000 && dataset.vocabularyCount == 13)
    let recipe = recipe(2000)
    let source = try DomainBatches(domains, recipe: recipe)
    let small = (0..<20_000).count { source.domain(of: $0) == 1 }
    // 200 are expected with a standard deviation of 14.
    #expect(abs(small - 200) < 60)
  }

  @Test func everyRowIsAWindowOfItsDomain() throws {
    let recipe = recipe()
    let source = try DomainBatches(domains, recipe: recipe) { _ in [1, 1] }
    let streams = domains.map { domain in
      (0..<domain.training.count).map { domain.training[$0] }
    }
    var seen = [0, 0]
    for batch in 0..<5 {
      for (index, row) in rows(source, recipe).enumerated() {
        let domain = source.domain(of: batch * 10 + index)
        seen[domain] += 1
        let stream = streams[domain]
        let isThere = (0...(stream.count - row.count)).contains {
          stream[$0..<$0 + row.count].elementsEqual(row)
        }
        #expect(isThere)
      }
    }
    #expect(seen.allSatisfy { $0 > 10 })
    // Twelve windows of eight tokens are a pass over the small domain.
    #expect(source.epochs[1] > 1 && source.epochs[0] < 0.1)
  }

  @Test func theMixtureMayChangeAlongTheRun() throws {
    let source = try DomainBatches(domains, recipe: recipe()) { $0 < 0.5 ? [0, 2] : [3, 0] }
    #expect((0..<500).allSatisfy { source.domain(of: $0) == 1 })
    #expect((500..<1000).allSatisfy { source.domain(of: $0) == 0 })
  }

  @Test func aPositionResumes() throws {
    let recipe = recipe()
    let one = try DomainBatches(domains, recipe: recipe) { _ in [1, 1] }
    let other = try DomainBatches(domains, recipe: recipe) { _ in [1, 1] }
    for _ in 0..<4 { _ = rows(one, recipe) }
    let data = try JSONEncoder().encode(one.position)
    let position = try JSONDecoder().decode(DomainBatches.Position.self, from: data)
    try other.check(position)
    other.position = position
    #expect(rows(one, recipe) == rows(other, recipe))
    var wrong = position
    wrong.domains.removeLast()
    #expect(throws: TrainingError.self) { try other.check(wrong) }
  }

  /// Σ p_i L_i, although both domains have as many windows.
  @Test func theMeanIsThatOfTheNaturalMixture() throws {
    let recipe = recipe()
    let batches = try #require(try dataset.validation(recipe) as? DomainValidation)
    #expect(batches.count == 6 && batches.parts.map(\.count) == [3, 3])
    #expect(try dataset.validationBatches(recipe) > 100)
    let objective = try tinyModel(Double.self)
    let losses = try Validation.losses(of: objective, on: batches, recipe: recipe, pool: .inline)
    let (large, small) = (
      try #require(losses.parts["large"]), try #require(losses.parts["small"])
    )
    #expect(abs(losses.mean - (0.99 * large + 0.01 * small)) < 1e-12)
    #expect(large != small)
    // Each by itself is what its own windows say.
    let alone = try Validation.loss(
      of: objective, on: batches.parts[1], recipe: recipe, pool: .inline)
    #expect(abs(alone - small) < 1e-12)
    #expect(
      try Validation.loss(of: objective, on: batches, recipe: recipe, pool: .inline)
        == losses.mean)
    var few = recipe
    few.validation.batches = 1
    let error = #expect(throws: TrainingError.self) { try dataset.validation(few) }
    #expect(error?.place == "validation.batches")
  }

  @Test func textsShareOneVocabulary() throws {
    let root = try ScratchFolder()
    for (name, word) in [("a", "alpha"), ("b", "beta")] {
      let text = (0..<400).map { "\(word) \($0 * $0 % 89) \(word)\n" }.joined()
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root.path)/\(name).txt"))
    }
    let description = DatasetDescription(
      .domains([
        .init(name: "a", source: .text(path: "\(root.path)/a.txt"), share: 3),
        .init(name: "b", source: .text(path: "\(root.path)/b.txt"), tokens: 500, share: 1),
      ]), tokenizer: .bytePairs, vocabulary: 290)
    let plain = try Dataset(description)
    guard case .domains(let domains) = plain.content else {
      throw TrainingError(.badData, nil, "no domains")
    }
    #expect(domains.map(\.share) == [0.75, 0.25] && domains[1].training.count == 500)
    let tokenizer = try #require(plain.tokenizer)
    // Pairs of both were learned.
    for word in ["alpha", "beta"] { #expect(tokenizer.encode(word).count <= 2) }
    #expect(try Dataset(description, cacheFolder: "\(root.path)/cache").record == plain.record)
    #expect(try Dataset(description, cacheFolder: "\(root.path)/cache").record == plain.record)
  }
}
