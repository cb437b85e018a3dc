import Corpora
import Testing
import Training

@Suite struct BatchSourceTests {
  private func recipe(sequences: Int, length: Int) -> TrainingRecipe {
    var recipe = TrainingRecipe(batchSize: sequences, sequenceLength: length)
    recipe.seed = 3
    recipe.validation.batches = 2
    return recipe
  }

  private func rows(
    _ source: any BatchSource, _ recipe: TrainingRecipe
  ) -> (tokens: [Int32], targets: [Int32]) {
    var tokens = [Int32](repeating: -7, count: recipe.tokensPerStep)
    var targets = tokens
    tokens.withUnsafeMutableBufferPointer { tokens in
      targets.withUnsafeMutableBufferPointer { targets in
        source.fill(
          tokens: tokens, targets: targets, sequences: recipe.batchSize,
          length: recipe.sequenceLength)
      }
    }
    return (tokens, targets)
  }

  private func rows(
    _ batches: any ValidationBatches, _ batch: Int, _ recipe: TrainingRecipe
  ) -> [Int32] {
    var tokens = [Int32](repeating: -7, count: recipe.microBatchSize * recipe.sequenceLength)
    var targets = tokens
    tokens.withUnsafeMutableBufferPointer { tokens in
      targets.withUnsafeMutableBufferPointer { targets in
        batches.write(batch: batch, inputs: tokens, targets: targets)
      }
    }
    return tokens + targets
  }

  /// The third batch of one source is the first of another that starts at its position.
  private func expectResumes<Source: BatchSource>(
    _ recipe: TrainingRecipe, _ make: () throws -> Source
  ) throws {
    let (one, other) = (try make(), try make())
    let first = rows(one, recipe).tokens
    _ = rows(one, recipe)
    try other.check(one.position)
    other.position = one.position
    let third = rows(one, recipe)
    #expect(third == rows(other, recipe))
    #expect(third.tokens != first)
    #expect(one.position == other.position)
  }

  @Test func windowsOfText() throws {
    let recipe = recipe(sequences: 3, length: 5)
    let stream = TokenStream(tokens: (0..<100).map { Int32($0) })
    try expectResumes(recipe) { try TextBatches(stream, recipe: recipe) }
    let (tokens, targets) = rows(try TextBatches(stream, recipe: recipe), recipe)
    #expect(targets == tokens.map { $0 + 1 })
    let other = TokenStream(tokens: (0..<20).map { Int32($0) })
    #expect(throws: TextCorpusError.self) {
      try TextBatches(other, recipe: recipe).check(BatchPosition(epoch: 0, window: 15))
    }
  }

  @Test func windowsOfALanguage() throws {
    let recipe = recipe(sequences: 3, length: 5)
    // A cycle: the next token is certain.
    let table = (0..<4).map { state in (0..<4).map { $0 == (state + 1) % 4 ? 1.0 : 0 } }
    let language = try MarkovSource(vocabularyCount: 4, order: 1, table: table)
    let batches = rows(LanguageBatches(language, recipe: recipe), recipe)
    #expect(batches.targets == batches.tokens.map { ($0 + 1) % 4 })
    let source = LanguageBatches(language, recipe: recipe)
    _ = rows(source, recipe)
    #expect(source.position == 3)

    let random = try MarkovSource(
      vocabularyCount: 4, order: 1, table: Array(repeating: [0.1, 0.2, 0.3, 0.4], count: 4))
    try expectResumes(recipe) { LanguageBatches(random, recipe: recipe) }
    let validation = LanguageValidation(random, recipe: recipe)
    #expect(validation.count == 2)
    #expect(rows(validation, 1, recipe) == rows(validation, 1, recipe))
    #expect(rows(validation, 0, recipe) != rows(validation, 1, recipe))
  }

  @Test func examplesOfATask() throws {
    let task = try Copy()
    var recipe = recipe(sequences: 3, length: task.longestExample + 2)
    try expectResumes(recipe) { try TaskBatches(task, recipe: recipe) }
    let (_, targets) = rows(try TaskBatches(task, recipe: recipe), recipe)
    for row in 0..<3 {
      let example = task.example(row, of: recipe.seed)
      let found = targets[row * recipe.sequenceLength..<(row + 1) * recipe.sequenceLength]
      #expect(found.filter { $0 >= 0 } == example.answer)
    }
    let validation = try TaskValidation(task, recipe: recipe)
    #expect(rows(validation, 0, recipe) != rows(validation, 1, recipe))
    recipe.sequenceLength = task.longestExample - 2
    let error = #expect(throws: TrainingError.self) { try TaskBatches(task, recipe: recipe) }
    #expect(error?.place == "sequenceLength")
  }
}
