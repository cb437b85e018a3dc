import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

/// Windows, neighbourhoods and dilation [209].
@Suite struct NeighborhoodTests {
  /// One layer, so that what a token sees is what attention lets it see.
  private static let oneLayer = ModelConfiguration.llama(
    width: 32, layers: 1, heads: 4, keyValueHeads: 2, vocabulary: 20, context: 24)

  private static func model(
    _ name: String, _ options: [String: OptionValue], on baseline: ModelConfiguration = oneLayer
  ) throws -> LanguageModel<Double> {
    let arm = Arm(name: name, choices: [try TreatmentCatalog.choice(named: name, options)])
    let model = try arm.model(baseline, seed: 1, of: Double.self)
    model.spread()
    return model
  }

  /// Which tokens change the logits of which others, by changing each in turn.
  private static func seen(by model: LanguageModel<Double>, length: Int) -> [[Bool]] {
    let tokens = TreatmentFixtures.tokens(length)
    let before = model.logits(tokens).values
    var seen = [[Bool]](repeating: [Bool](repeating: false, count: length), count: length)
    for key in 0..<length {
      var changed = tokens
      changed[key] = (changed[key] + 1) % 20
      let after = model.logits(changed).values
      for query in 0..<length {
        let row = query * 20..<(query + 1) * 20
        seen[query][key] = Array(before[row]) != Array(after[row])
      }
    }
    return seen
  }

  @Test(arguments: [(1, 0), (4, 0), (3, 2)])
  func aWindowSeesItsTokensAndNoOther(width: Int, sinks: Int) throws {
    let model = try Self.model(
      "sliding-window", ["width": .number(Double(width)), "sinks": .number(Double(sinks))])
    let seen = Self.seen(by: model, length: 12)
    for query in 0..<12 {
      for key in 0..<12 {
        let expected = key <= query && (query - key < width || key < sinks)
        #expect(seen[query][key] == expected, "\(key) of \(query)")
      }
    }
  }

  @Test(arguments: [(1, 1), (5, 1), (3, 2), (3, 4)])
  func aDilatedNeighbourhoodSeesItsTokensAndNoOther(size: Int, dilation: Int) throws {
    let model = try Self.model(
      "neighborhood-attention",
      ["size": .number(Double(size)), "dilation": .number(Double(dilation))])
    let seen = Self.seen(by: model, length: 14)
    for query in 0..<14 {
      for key in 0..<14 {
        let distance = query - key
        let expected = distance >= 0 && distance % dilation == 0 && distance / dilation < size
        #expect(seen[query][key] == expected, "\(key) of \(query)")
      }
    }
  }

  @Test func anUndilatedNeighbourhoodIsAWindow() throws {
    let tokens = TreatmentFixtures.tokens(20)
    let baseline = TreatmentFixtures.baselines[0].model
    let window = try Self.model("sliding-window", ["width": 5], on: baseline).logits(tokens).values
    let neighbours = try Self.model(
      "neighborhood-attention", ["size": 5, "dilation": 1], on: baseline
    ).logits(tokens).values
    for (one, other) in zip(window, neighbours) { #expect(abs(one - other) <= 1e-11) }
  }

  /// Dilation is attention within each class of positions by itself.
  @Test(arguments: [false, true])
  func dilationSplitsTheSequence(isCausal: Bool) {
    let (length, dilation, size) = (17, 3, 3)
    let rule = Neighborhood(size: size, dilation: dilation, isCausal: isCausal)
    let selection = KeySelection(isSharedByHeads: true) { _, query, key, length in
      rule.contains(key, of: query, length: length)
    }
    let undilated = Neighborhood(size: size, dilation: 1, isCausal: isCausal)
    let within = KeySelection(isSharedByHeads: true) { _, query, key, length in
      undilated.contains(key, of: query, length: length)
    }
    let tape = Tape<Double>(pool: .inline)
    func output(_ rows: [Int], _ selection: KeySelection) -> [Double] {
      let projected = tape.input([rows.count, 12])
      for (index, row) in rows.enumerated() {
        for column in 0..<12 {
          projected.values[index * 12 + column] = Double((row * 31 + column * 17) % 23) / 10 - 1
        }
      }
      let settings = AttentionSettings<Double>(
        batch: 1, headCount: 2, headWidth: 2,
        pattern: .blocks(
          selection.blocks(headCount: 2, length: rows.count, isCausal: isCausal)))
      return tape.attention(projected, settings).output.array
    }
    let whole = output(Array(0..<length), selection)
    for residue in 0..<dilation {
      let rows = Array(stride(from: residue, to: length, by: dilation))
      let part = output(rows, within)
      for (index, row) in rows.enumerated() {
        for column in 0..<4 {
          #expect(abs(part[index * 4 + column] - whole[row * 4 + column]) <= 1e-13)
        }
      }
    }
  }

  /// Everyone in an encoder has as many neighbours, at the borders too, and is among them.
  @Test(arguments: [1, 3, 7], [1, 2, 3])
  func bordersHaveAsManyNeighbours(size: Int, dilation: Int) {
    let length = 23
    let rule = Neighborhood(size: size, dilation: dilation, isCausal: false)
    var pairs = 0
    for query in 0..<length {
      let keys = (0..<length).filter { rule.contains($0, of: query, length: length) }
      #expect(keys.count == size)
      #expect(keys.contains(query))
      pairs += keys.count
    }
    #expect(pairs == rule.pairCount(length: length))
  }

  @Test(arguments: [1, 5, 40], [1, 3])
  func countedPairsAreThoseOfTheRule(size: Int, dilation: Int) {
    for isCausal in [false, true] {
      let rule = Neighborhood(size: size, dilation: dilation, isCausal: isCausal)
      for length in [1, 4, 19] {
        let selection = KeySelection(isSharedByHeads: true) { _, query, key, length in
          rule.contains(key, of: query, length: length)
        }
        let list = selection.blocks(headCount: 3, length: length, isCausal: isCausal)
        #expect(list.pairCount == 3 * rule.pairCount(length: length))
      }
    }
    let rule = Neighborhood(size: size, dilation: dilation, isCausal: true)
    // What the next tokens see lies among the last keys that are kept.
    for next in 20..<20 + dilation {
      let farthest = (0...next).first { rule.contains($0, of: next, length: 60) } ?? next
      #expect(20 - farthest <= rule.keptKeys(length: 20))
    }
  }

  @Test func anEncoderWithAllNeighboursIsTheEncoder() throws {
    let bert = ModelConfiguration.bert(
      width: 32, layers: 2, heads: 2, vocabulary: 20, context: 24)
    let plain = try LanguageModel<Double>(bert, seed: 1)
    plain.spread()
    let tokens = TreatmentFixtures.tokens(15)
    let all = try Self.model(
      "neighborhood-attention", ["size": 31, "dilation": 1], on: bert
    ).logits(tokens).values
    for (one, other) in zip(all, plain.logits(tokens).values) { #expect(abs(one - other) <= 1e-11) }
    let few = try Self.model("neighborhood-attention", ["size": 3], on: bert).logits(tokens).values
    #expect(few != all)
  }

  @Test func scoresByDistanceAreRefused() throws {
    var baseline = Self.oneLayer
    baseline.positions = .linearBias
    #expect(throws: TreatmentError.self) {
      _ = try Self.model("neighborhood-attention", [:], on: baseline)
    }
  }
}
