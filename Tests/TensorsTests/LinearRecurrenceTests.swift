import Tensors
import Testing

/// The three evaluators of the linear recurrence against its definition and each other.
@Suite struct LinearRecurrenceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var length = 100
    var keyWidth = 9
    var valueWidth = 13
    var hasHeadDecay = false
    var hasTokenDecay = false
    var hasStrength = false
    var hasInitialState = false
    var isNormalized = false
    var usesDeltaRule = false
    var testDescription: String { name }

    var evaluators: [LinearRecurrenceEvaluator] {
      usesDeltaRule ? [.recurrent] : LinearRecurrenceEvaluator.allCases
    }
  }

  static let cases: [Case] = [
    Case(name: "no decay"),
    Case(name: "one token", length: 1, hasHeadDecay: true, hasInitialState: true),
    Case(name: "a chunk", length: 64, keyWidth: 16, valueWidth: 16, hasHeadDecay: true),
    Case(name: "decay of heads", length: 150, hasHeadDecay: true),
    Case(name: "decay of tokens", length: 131, hasTokenDecay: true, hasStrength: true),
    Case(name: "normalised", hasTokenDecay: true, hasInitialState: true, isNormalized: true),
    Case(
      name: "all at once", length: 140, keyWidth: 24, valueWidth: 8, hasHeadDecay: true,
      hasTokenDecay: true, hasStrength: true, hasInitialState: true, isNormalized: true),
    Case(name: "delta rule", length: 90, hasStrength: true, usesDeltaRule: true),
    Case(
      name: "gated delta rule", length: 90, hasHeadDecay: true, hasTokenDecay: true,
      hasStrength: true, hasInitialState: true, usesDeltaRule: true),
  ]

  /// A recurrence on a tape with everything that has a gradient.
  private struct Recorded {
    var tape: Tape<Double>
    var leaves: [Tensor<Double>]
    var settings: LinearRecurrenceSettings<Double>
    var output: Tensor<Double>
    var state: Tensor<Double>
  }

  private static func record(
    _ c: Case, _ evaluator: LinearRecurrenceEvaluator, threads: Int = 1
  ) -> Recorded {
    let tape = Tape<Double>(pool: ThreadPool(threads: threads))
    var numbers = RepeatableNumbers(seed: 31)
    var leaves: [Tensor<Double>] = []
    func leaf(_ shape: [Int], _ map: (Double) -> Double) -> Tensor<Double> {
      let tensor = tape.input(shape, requiresGradient: true)
      tensor.fill(numbers.array(tensor.count).map(map))
      leaves.append(tensor)
      return tensor
    }
    var settings = LinearRecurrenceSettings<Double>(
      batch: 2, headCount: 2, keyWidth: c.keyWidth, valueWidth: c.valueWidth)
    settings.evaluator = evaluator
    settings.usesDeltaRule = c.usesDeltaRule
    settings.normalizerEpsilon = c.isNormalized ? 0.01 : nil
    let rows = 2 * c.length
    // Features of kernel attention are positive; the delta rule wants keys of length about 1.
    let map: (Double) -> Double =
      c.isNormalized ? { 1 + 0.5 * $0 } : c.usesDeltaRule ? { 0.5 * $0 } : { $0 }
    let projected = leaf([rows, 2 * (2 * c.keyWidth + c.valueWidth)], map)
    if c.hasHeadDecay { settings.headLogDecay = leaf([2]) { -0.05 - 0.04 * abs($0) } }
    if c.hasTokenDecay { settings.logDecay = leaf([rows, 2]) { -0.3 - 0.25 * $0 } }
    if c.hasStrength { settings.writeStrength = leaf([rows, 2]) { 0.5 + 0.4 * $0 } }
    if c.hasInitialState {
      settings.initialState = leaf(settings.stateShape) { c.isNormalized ? 1 + 0.3 * $0 : $0 }
    }
    let (output, state) = tape.linearRecurrence(
      queries: HeadColumns(projected),
      keys: HeadColumns(projected, column: 2 * c.keyWidth),
      values: HeadColumns(projected, column: 4 * c.keyWidth), settings)
    return Recorded(tape: tape, leaves: leaves, settings: settings, output: output, state: state)
  }

  /// The definition with plain loops.
  private static func definition(
    _ recorded: Recorded, _ c: Case
  ) -> (output: [Double], state: [Double]) {
    let s = recorded.settings
    let projected = recorded.leaves[0]
    let (columns, width) = (projected.columnCount, s.stateWidth)
    var output: [Double] = []
    var final: [Double] = []
    output = [Double](repeating: 0, count: 2 * c.length * 2 * c.valueWidth)
    for b in 0..<2 {
      for h in 0..<2 {
        var state = [Double](repeating: 0, count: c.keyWidth * width)
        if let initial = s.initialState {
          state = Array(
            initial.array[((b * 2 + h) * state.count)..<((b * 2 + h + 1) * state.count)])
        }
        for t in 0..<c.length {
          let row = b * c.length + t
          func number(_ column: Int) -> Double { projected.values[row * columns + column] }
          let q = (0..<c.keyWidth).map { number(h * c.keyWidth + $0) }
          let k = (0..<c.keyWidth).map { number((2 + h) * c.keyWidth + $0) }
          var u = (0..<c.valueWidth).map { number(4 * c.keyWidth + h * c.valueWidth + $0) }
          if c.isNormalized { u.append(1) }
          let decay = exponential(
            (s.headLogDecay?.values[h] ?? 0) + (s.logDecay?.values[row * 2 + h] ?? 0))
          for index in state.indices { state[index] *= decay }
          if c.usesDeltaRule {
            for column in 0..<width {
              u[column] -= (0..<c.keyWidth).reduce(0) { $0 + k[$1] * state[$1 * width + column] }
            }
          }
          let beta = s.writeStrength?.values[row * 2 + h] ?? 1
          for r in 0..<c.keyWidth {
            for column in 0..<width { state[r * width + column] += beta * k[r] * u[column] }
          }
          let o = (0..<width).map { column in
            (0..<c.keyWidth).reduce(0) { $0 + q[$1] * state[$1 * width + column] }
          }
          let divisor = c.isNormalized ? o[c.valueWidth] + 0.01 : 1
          for column in 0..<c.valueWidth {
            output[(row * 2 + h) * c.valueWidth + column] = o[column] / divisor
          }
        }
        final += state
      }
    }
    return (output, final)
  }

  @Test(arguments: cases) func evaluatorsEqualTheDefinition(_ c: Case) {
    for evaluator in c.evaluators {
      let recorded = Self.record(c, evaluator)
      let expected = Self.definition(recorded, c)
      #expect(greatestDifference(recorded.output.array, expected.output) <= 1e-11)
      #expect(greatestDifference(recorded.state.array, expected.state) <= 1e-12)
    }
  }

  @Test(arguments: cases) func gradientsEqualCentralDifferences(_ c: Case) {
    for evaluator in c.evaluators {
      let recorded = Self.record(c, evaluator)
      let loss = recorded.tape.loss([recorded.output, recorded.state])
      // A head's decay acts to the power of the length: differences need short steps.
      let error = greatestGradientError(
        of: recorded.leaves, loss: loss, tape: recorded.tape, samples: 16, step: 1e-4)
      #expect(error <= 1e-8, "\(evaluator)")
    }
  }

  @Test func gradientsOfEvaluatorsAgree() {
    let c = Self.cases[6]
    let gradients = [LinearRecurrenceEvaluator.chunked, .recurrent].map { evaluator in
      let recorded = Self.record(c, evaluator)
      recorded.tape.backward(from: recorded.tape.loss([recorded.output, recorded.state]))
      return recorded.leaves.flatMap { $0.gradientArray }
    }
    #expect(greatestDifference(gradients[0], gradients[1]) <= 1e-10)
  }

  @Test func decodingTokenByTokenContinuesAChunkedPass() {
    let c = Case(name: "", length: 70, hasHeadDecay: true, isNormalized: true)
    let whole = Self.record(c, .chunked)
    var settings = whole.settings
    settings.evaluator = .recurrent
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let cache = Tensor<Double>(settings.stateShape, in: tape.arena)
    (settings.initialState, settings.stateDestination) = (cache, cache)
    let columns = whole.leaves[0].columnCount
    let token = tape.input([2, columns])
    var output: Tensor<Double>?
    for t in 0..<70 {
      for sequence in 0..<2 {
        (token.values + sequence * columns).update(
          from: whole.leaves[0].values + (sequence * 70 + t) * columns, count: columns)
      }
      if t == 0 {
        output =
          tape.linearRecurrence(
            queries: HeadColumns(token), keys: HeadColumns(token, column: 18),
            values: HeadColumns(token, column: 36), settings
          ).output
      } else {
        tape.replay()
      }
      let row = output?.array ?? []
      var expected: [Double] = []
      for start in [t * 26, (70 + t) * 26] {
        expected += whole.output.array[start..<(start + 26)]
      }
      #expect(greatestDifference(row, expected) <= 1e-12)
    }
    #expect(greatestDifference(cache.array, whole.state.array) <= 1e-11)
  }

  @Test func featuresOfTheSecondOrderGiveTheirPolynomial() {
    // φ(x) = [1, x/f^¼, vec(x xᵀ)/(√2 √f)] makes φ(q)·φ(k) = 1 + z + z²/2 with z = q·k/√f [194]:
    // normalised, the recurrence is then attention with those weights.
    let (length, f, width) = (80, 4, 5)
    let features = 1 + f + f * f
    var numbers = RepeatableNumbers(seed: 33)
    let q = numbers.array(length * f)
    let k = numbers.array(length * f)
    let v = numbers.array(length * width)
    func map(_ slice: ArraySlice<Double>) -> [Double] {
      let x = Array(slice)
      let quarter = Double(f).squareRoot().squareRoot()
      let half = (2 * Double(f)).squareRoot()
      var features: [Double] = [1]
      for a in x { features.append(a / quarter) }
      for a in x { for b in x { features.append(a * b / half) } }
      return features
    }
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let operands = [q, k].map { rows in
      let tensor = tape.input([length, features])
      tensor.fill((0..<length).flatMap { map(rows[($0 * f)..<(($0 + 1) * f)]) })
      return HeadColumns(tensor)
    }
    let values = tape.input([length, width])
    values.fill(v)
    var settings = LinearRecurrenceSettings<Double>(
      batch: 1, headCount: 1, keyWidth: features, valueWidth: width)
    settings.normalizerEpsilon = 0
    let output = tape.linearRecurrence(
      queries: operands[0], keys: operands[1], values: HeadColumns(values), settings
    ).output.array
    var expected: [Double] = []
    for i in 0..<length {
      var sum = 0.0
      var row = [Double](repeating: 0, count: width)
      for j in 0...i {
        var z = 0.0
        for c in 0..<f { z += q[i * f + c] * k[j * f + c] / 2 }
        let weight = 1 + z + z * z / 2
        sum += weight
        for c in 0..<width { row[c] += weight * v[j * width + c] }
      }
      expected += row.map { $0 / sum }
    }
    #expect(greatestDifference(output, expected) <= 1e-12)
  }

  @Test func orthonormalKeysAreRecalledExactly() {
    // The delta rule overwrites: of two values under one key the later one is read [25].
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let input = tape.input([6, 12])
    var numbers = RepeatableNumbers(seed: 34)
    for t in 0..<6 {
      let key = t % 3
      input.values[t * 12 + key] = 1
      input.values[t * 12 + 4 + key] = 1
      for c in 8..<12 { input.values[t * 12 + c] = numbers.next() }
    }
    var settings = LinearRecurrenceSettings<Double>(batch: 1, headCount: 1, keyWidth: 4)
    func run() -> [Double] {
      tape.linearRecurrence(
        queries: HeadColumns(input), keys: HeadColumns(input, column: 4),
        values: HeadColumns(input, column: 8), settings
      ).output.array
    }
    (settings.evaluator, settings.usesDeltaRule) = (.recurrent, true)
    let written = (0..<6).flatMap { t in (8..<12).map { input.values[t * 12 + $0] } }
    #expect(greatestDifference(run(), written) <= 1e-15)
    (settings.evaluator, settings.usesDeltaRule) = (.chunked, false)
    let summed = (0..<24).map { $0 < 12 ? written[$0] : written[$0] + written[$0 - 12] }
    #expect(greatestDifference(run(), summed) <= 1e-15)
  }

  @Test func threadsDoNotChangeABit() {
    func run(_ threads: Int) -> [[Double]] {
      let recorded = Self.record(Self.cases[6], .chunked, threads: threads)
      recorded.tape.backward(from: recorded.tape.loss([recorded.output]))
      return [recorded.output.array] + recorded.leaves.map { $0.gradientArray }
    }
    let one = run(1)
    #expect(run(2) == one)
    #expect(run(3) == one)
  }

  @Test func aLaterTokenChangesNoBitOfEarlierRows() {
    for evaluator in LinearRecurrenceEvaluator.allCases {
      let c = Case(name: "", length: 130, hasTokenDecay: true)
      let recorded = Self.record(c, evaluator)
      let columns = recorded.leaves[0].columnCount
      for changed in [129, 64, 63, 5] {
        let before = recorded.output.array
        for column in 0..<columns { recorded.leaves[0].values[changed * columns + column] += 0.5 }
        recorded.tape.replay()
        let after = recorded.output.array
        let row = 2 * c.valueWidth
        #expect(before[..<(changed * row)] == after[..<(changed * row)])
        #expect(before[(changed * row)...] != after[(changed * row)...])
      }
    }
  }
}
