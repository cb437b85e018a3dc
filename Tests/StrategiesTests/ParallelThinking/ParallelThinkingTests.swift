import LanguageModels
import Statistics
import Strategies
import Tensors
import Testing
import Training

@Suite struct ParallelThinkingTests {
  private static let tagCount = 4
  private static let firstTag: Int32 = 12

  /// A model whose numbers are large enough for every part to matter.
  private func model<Element: TensorElement>(_ type: Element.Type) throws -> LanguageModel<Element>
  {
    let configuration = ModelConfiguration.llama(
      width: 16, layers: 2, heads: 4, keyValueHeads: 2, vocabulary: 16, context: 40)
    return try LanguageModel<Element>(configuration, seed: 5)
  }

  private func spread<Element: TensorElement>(_ model: LanguageModel<Element>) {
    for (index, parameter) in model.parameters.parameters.enumerated()
    where parameter.tensor.shape.count > 1 {
      var random = SplittableRandom(seed: 9).split(index)
      for place in parameter.tensor.buffer.indices {
        parameter.tensor.buffer[place] = Element(0.4 * random.nextNormal())
      }
    }
  }

  private func thinking<Element: TensorElement>(
    _ type: Element.Type
  ) throws -> ParallelThinking<Element> {
    let thinking = try ParallelThinking(
      try model(type), tagCount: Self.tagCount, firstTag: Self.firstTag)
    spread(thinking.model)
    return thinking
  }

  private func logits(
    _ thinking: ParallelThinking<Double>, prompt: [Int32], paths: [[Int32]], summary: [Int32]
  ) -> (layout: ParallelLayout, rows: [[Double]]) {
    let layout = ParallelLayout(
      promptLength: prompt.count, pathLengths: paths.map(\.count), summaryLength: summary.count)
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: layout.length)
    pass.tokens.assign(prompt + paths.flatMap { $0 } + summary)
    let logits = thinking.logits(pass, layout)
    return (layout, rows(logits))
  }

  private func rows(_ logits: Tensor<Double>) -> [[Double]] {
    (0..<logits.rowCount).map { row in
      Array(logits.buffer[row * logits.columnCount..<(row + 1) * logits.columnCount])
    }
  }

  private func distance(_ one: some Sequence<[Double]>, _ other: some Sequence<[Double]>) -> Double
  {
    zip(one, other).reduce(0) { most, pair in
      zip(pair.0, pair.1).reduce(most) { max($0, abs($1.0 - $1.1)) }
    }
  }

  private let prompt: [Int32] = [0, 3, 5]
  private let paths: [[Int32]] = [[12, 1, 2, 3], [13, 4, 4, 6], [15, 7, 8, 1]]
  private let summary: [Int32] = [10, 2]

  @Test func layout() {
    let layout = ParallelLayout(promptLength: 2, pathLengths: [2, 3], summaryLength: 2)
    #expect(layout.length == 9)
    #expect(layout.positions == [0, 1, 2, 3, 2, 3, 4, 5, 6])
    #expect(layout.segments == [0, 0, 1, 1, 2, 2, 2, 3, 3])
    #expect(layout.summaryStart == 7)
    #expect(layout.range(ofPath: 1) == 4..<7)
    // 1 + 2 of the prompt, 3 + 4 and 3 + 4 + 5 of paths, 8 + 9 of the summary.
    #expect(layout.blocks(headCount: 1).pairCount == 1 + 2 + 3 + 4 + 3 + 4 + 5 + 8 + 9)
  }

  /// [61] (i): before the summary no path sees another one.
  @Test func pathsDoNotSeeEachOther() throws {
    let thinking = try thinking(Double.self)
    let (layout, one) = logits(thinking, prompt: prompt, paths: paths, summary: summary)
    for changed in 0..<3 {
      var others = paths
      others[changed] = [14, 9, 1, 0]
      let (_, other) = logits(thinking, prompt: prompt, paths: others, summary: summary)
      #expect(distance(one[..<3], other[..<3]) < 1e-12)
      for path in 0..<3 {
        let range = layout.range(ofPath: path)
        let difference = distance(one[range], other[range])
        #expect(path == changed ? difference > 1e-2 : difference < 1e-12)
      }
      // The summary does see it.
      #expect(distance(one[layout.summaryStart...], other[layout.summaryStart...]) > 1e-2)
    }
  }

  /// [61] (ii): the order of paths does not matter when their tags go with them.
  @Test func pathsHaveNoOrder() throws {
    let thinking = try thinking(Double.self)
    let (layout, one) = logits(thinking, prompt: prompt, paths: paths, summary: summary)
    let turned = [paths[2], paths[0], paths[1]]
    let (_, other) = logits(thinking, prompt: prompt, paths: turned, summary: summary)
    #expect(distance(one[layout.summaryStart...], other[layout.summaryStart...]) < 1e-10)
    // (iv) In an ordinary model, with positions that go on, it does.
    let ordinary = try model(Double.self)
    spread(ordinary)
    func plain(_ paths: [[Int32]]) -> [[Double]] {
      let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
      let pass = ForwardPass(tape: tape, batch: 1, length: layout.length)
      pass.tokens.assign(prompt + paths.flatMap { $0 } + summary)
      return rows(ordinary.logits(pass))
    }
    let difference = distance(
      plain(paths)[layout.summaryStart...], plain(turned)[layout.summaryStart...])
    #expect(difference > 1e-2)
  }

  /// The vectors of tags alone tell the summary which path is which.
  @Test func tagsMatterByTheirVectors() throws {
    let thinking = try thinking(Double.self)
    let (layout, one) = logits(thinking, prompt: prompt, paths: paths, summary: summary)
    for embedding in thinking.embeddings {
      let width = embedding.table.columnCount
      for column in 0..<width { embedding.table.values[width + column] += 0.5 }
    }
    let (_, other) = logits(thinking, prompt: prompt, paths: paths, summary: summary)
    #expect(distance(one[layout.range(ofPath: 0)], other[layout.range(ofPath: 0)]) < 1e-12)
    #expect(distance(one[layout.range(ofPath: 1)], other[layout.range(ofPath: 1)]) > 1e-3)
    #expect(distance(one[layout.summaryStart...], other[layout.summaryStart...]) > 1e-3)
  }

  /// [61] (iii): one path without a vector is an ordinary causal model.
  @Test func onePathIsOrdinary() throws {
    let thinking = try thinking(Double.self)
    for embedding in thinking.embeddings {
      for column in 0..<embedding.table.columnCount { embedding.table.values[column] = 0 }
    }
    let (_, one) = logits(thinking, prompt: prompt, paths: [paths[0]], summary: summary)
    let tokens = prompt + paths[0] + summary
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let pass = ForwardPass(tape: tape, batch: 1, length: tokens.count)
    pass.tokens.assign(tokens)
    // The same parameters in passes that know nothing of paths.
    #expect(distance(one, rows(thinking.model.logits(pass))) < 1e-12)
  }

  /// Decoding paths side by side gives what one pass over the whole sequence gives.
  @Test func decodingIsThePass() throws {
    let thinking = try thinking(Double.self)
    let (layout, whole) = logits(thinking, prompt: prompt, paths: paths, summary: summary)
    let session = try DecodingSession(thinking.model, batch: 3, pool: .inline)
    thinking.tags.decoding = [-1, -1, -1]
    session.append(Array(repeating: prompt, count: 3))
    thinking.tags.decoding = paths.map { $0[0] - Self.firstTag }
    for place in 0..<4 {
      let found = session.step(paths.map { $0[place] })
      for path in 0..<3 {
        let row = Array(found[path * 16..<(path + 1) * 16])
        #expect(distance([row], [whole[layout.range(ofPath: path).lowerBound + place]]) < 1e-10)
      }
    }
  }

  @Test func pathsStopWithTheFirst() throws {
    let thinking = try thinking(Float.self)
    let settings = ThinkingSettings(
      paths: 3, pathLimit: 8, endToken: 9, summaryMark: 10, summaryLength: 2, seed: 4)
    let prompts: [[Int32]] = [[0, 1], [0, 2], [0, 3], [0, 4]]
    let thoughts = try thinking.think(about: prompts, settings, pool: .inline)
    #expect(thoughts.contains { $0.paths[0].count < 8 })
    for thought in thoughts {
      let length = thought.paths[0].count
      #expect(thought.paths.allSatisfy { $0.count == length && !$0.dropLast().contains(9) })
      #expect(thought.paths.contains { $0[length - 1] == 9 } || length == 8)
      #expect(thought.paths.map { $0[0] } == [12, 13, 14])
      #expect(thought.summary.count == 3 && thought.summary[0] == 10)
      #expect(thought.drawn == 3 * (length - 1) + 2)
    }
    // What is thought about a prompt does not depend on the others.
    let alone = try thinking.think(about: [prompts[0]], settings, pool: .inline)
    #expect(alone[0] == thoughts[0])
  }

  /// The summary of a trained model names the majority: as often right as a vote on the same paths.
  @Test func summaryLearnsTheMajority() throws {
    let source = MajorityBatches(answerCount: 4, paths: 5, tagCount: 6, reliability: 0.35, seed: 1)
    var configuration = ModelConfiguration.llama(
      width: 32, layers: 2, heads: 4, vocabulary: source.vocabularyCount, context: 20)
    configuration.tiesEmbeddings = false
    let thinking = try ParallelThinking(
      try LanguageModel<Float>(configuration, seed: 2), tagCount: 6, firstTag: source.firstTag)
    var recipe = TrainingRecipe(
      batchSize: 64, sequenceLength: source.layout.length, budget: .steps(200),
      optimizer: .adamW(AdamWSettings(learningRate: 4e-3, weightDecay: 0)),
      schedule: Schedule(warmup: 20, .cosine(floor: 0.05)))
    recipe.validation.every = 0
    _ = try Trainer(
      ParallelThinkingObjective(thinking, layout: source.layout), recipe: recipe, source: source,
      pool: .inline
    ).run()
    let rows = (1_000_000..<1_001_000).map { source.row($0) }
    let answers = thinking.summaryTokens(
      rows.map { [$0.tokens[0]] },
      paths: rows.map { row in (0..<5).map { Array(row.tokens[1 + 3 * $0..<4 + 3 * $0]) } },
      summaries: rows.map { _ in [source.summaryMark] }, pool: .inline)
    var (summary, vote, single) = (0.0, 0.0, 0.0)
    for (row, answer) in zip(rows, answers) {
      let counts = (0..<4).map { answer in row.votes.count { $0 == answer } }
      let winners = counts.indices.filter { counts[$0] == counts.max() }
      summary += Int(answer) - 1 == row.right ? 1 : 0
      vote += winners.contains(row.right) ? 1 / Double(winners.count) : 0
      single += Double(counts[row.right]) / 5
    }
    #expect(summary > vote - 40, "\(summary) \(vote) \(single)")
    #expect(summary > single + 100, "\(summary) \(vote) \(single)")
  }
}
