import Tensors
import Testing

/// One query a sequence against a cache.
@Suite struct AttentionDecodingTests {
  /// Sequences of different lengths in a cache of 1200 slots, of which the unused hold NaN.
  @Test(arguments: [AttentionPattern.causal, .window(width: 30, sinks: 4)])
  func equalsTheLastRowOfAFullPass(_ pattern: AttentionPattern) {
    let (capacity, heads, groups, width) = (1200, 4, 2, 10)
    let lengths = [1, 77, 600, 1200]
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    var numbers = RepeatableNumbers(seed: 21)
    let keys = tape.input([4, capacity, groups * width])
    let values = tape.input([4, capacity, groups * width])
    keys.buffer.update(repeating: .nan)
    values.buffer.update(repeating: .nan)
    let query = tape.input([4, heads * width])
    query.fill(numbers.array(query.count))
    var settings = AttentionSettings<Double>(
      batch: 4, headCount: heads, keyValueHeadCount: groups, headWidth: width, pattern: pattern)
    let sink = tape.input([heads])
    sink.fill([0.5, -1, 0, 2])
    settings.sinkScore = sink
    var expected: [[Double]] = []
    for (sequence, length) in lengths.enumerated() {
      let row = groups * width
      for index in 0..<length * row {
        keys.values[sequence * capacity * row + index] = 2 * numbers.next()
        values.values[sequence * capacity * row + index] = numbers.next()
      }
      // The tile kernel on this sequence alone: its last two rows, of which the last is the query.
      let two = tape.input([2, heads * width])
      two.fill([Double](repeating: 0.1, count: two.count))
      (two.values + heads * width).update(
        from: query.values + sequence * heads * width, count: heads * width)
      let own = [keys, values].map { cache in
        let tensor = tape.input([length, row])
        tensor.values.update(
          from: cache.values + sequence * capacity * row, count: length * row)
        return tensor
      }
      var part = settings
      part.batch = 1
      part.offset = length - 2
      let result = tape.attention(
        queries: HeadColumns(two), keys: HeadColumns(own[0]),
        values: HeadColumns(own[1]), part)
      expected.append(Array(result.output.array[(heads * width)...]))
    }
    let positions = tape.indices([4])
    positions.assign(lengths.map { Int32($0 - 1) })
    let ends = tape.indices([4])
    ends.assign(lengths.map { Int32($0) })
    (settings.offsets, settings.keyEnds) = (positions, ends)
    let result = tape.attention(
      queries: HeadColumns(query), keys: HeadColumns(keys),
      values: HeadColumns(values), settings)
    for (sequence, row) in expected.enumerated() {
      let size = heads * width
      let decoded = Array(result.output.array[(sequence * size)..<((sequence + 1) * size)])
      #expect(greatestDifference(decoded, row) <= 1e-13)
    }
  }

  @Test func gradientsOfASingleQuery() {
    let tape = Tape<Double>(pool: .inline)
    var numbers = RepeatableNumbers(seed: 22)
    let query = tape.input([2, 8], requiresGradient: true)
    query.fill(numbers.array(query.count))
    let memory = tape.input([2, 20, 16], requiresGradient: true)
    memory.fill(numbers.array(memory.count))
    let settings = AttentionSettings<Double>(batch: 2, headCount: 2, headWidth: 4, pattern: .full)
    let result = tape.attention(
      queries: HeadColumns(query), keys: HeadColumns(memory),
      values: HeadColumns(memory, column: 8), settings)
    let loss = tape.loss([result.output, result.logSumExp])
    #expect(greatestGradientError(of: [query, memory], loss: loss, tape: tape) <= 1e-10)
  }
}
