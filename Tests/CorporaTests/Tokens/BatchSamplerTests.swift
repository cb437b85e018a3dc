import Corpora
import Foundation
import LanguageModels
import TestSupport
import Testing

struct BatchSamplerTests {
  private func stream(_ count: Int) -> TokenStream {
    TokenStream(tokens: (0..<count).map { Int32($0) }, name: "numbers")
  }

  private func next(_ sampler: inout BatchSampler) -> (inputs: [Int32], targets: [Int32]) {
    let count = sampler.batchSize * sampler.contextLength
    var inputs = [Int32](repeating: -1, count: count)
    var targets = inputs
    inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer { sampler.next(inputs: inputs, targets: $0) }
    }
    return (inputs, targets)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097], [0, 1, 99] as [UInt64])
  func permutationsMeetEachIndexOnce(count: Int, seed: UInt64) {
    let order = IndexPermutation(count: count, seed: seed)
    let indices = (0..<count).map { order[$0] }
    #expect(indices.sorted() == Array(0..<count))
    if count > 60 {
      #expect(indices != Array(0..<count))
      #expect(indices != (0..<count).map { IndexPermutation(count: count, seed: seed + 1)[$0] })
    }
  }

  @Test func placesAreSpreadEvenly() {
    // Where index 0..<16 of 0..<1000 end up, in quarters, over 400 seeds: chi-squared with three
    // degrees of freedom is below 16.27 with probability 0.999.
    var quarters = [0.0, 0, 0, 0]
    for seed in 0..<400 {
      let order = IndexPermutation(count: 1000, seed: UInt64(seed))
      for place in 0..<16 { quarters[order[place] / 250] += 1 }
    }
    let expected = 400.0 * 16 / 4
    let statistic = quarters.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    #expect(statistic < 16.27)
  }

  @Test func aPassHasEachTokenAsATargetOnce() throws {
    // 1 + 30 × 8 tokens: 30 windows, 15 batches of 2.
    var sampler = try BatchSampler(
      stream: stream(241), contextLength: 8, batchSize: 2, seed: 5)
    #expect(sampler.windowsInEpoch == 30)
    var targets: [Int32] = []
    var rows: [Int32] = []
    for _ in 0..<15 {
      #expect(sampler.position.epoch == 0)
      let batch = next(&sampler)
      #expect(batch.targets == batch.inputs.map { $0 + 1 })
      targets += batch.targets
      rows.append(batch.inputs[0])
    }
    #expect(targets.sorted() == (1...240).map { Int32($0) })
    #expect(rows != rows.sorted())
    #expect(sampler.position == BatchPosition(epoch: 1))
    #expect(sampler.epochs == 1)
    // Later passes: no token twice, and all but at most 2 T of them.
    for epoch in 1..<20 {
      var seen: [Int32] = []
      while sampler.position.epoch == epoch {
        for start in sampler.nextStarts() { seen += (start + 1...start + 8).map { Int32($0) } }
      }
      // A batch may reach into the next pass.
      let early = Set(seen.dropLast(8))
      #expect(early.count == seen.count - 8)
      #expect(seen.count >= 240 - 16)
      #expect(seen.allSatisfy { (1...240).contains($0) })
    }
  }

  @Test(arguments: [0, 1, 7, 33, 100])
  func resumingContinuesExactly(steps: Int) throws {
    let stream = stream(500)
    var whole = try BatchSampler(stream: stream, contextLength: 7, batchSize: 3, seed: 11)
    for _ in 0..<steps { _ = whole.nextStarts() }
    let saved = try JSONEncoder().encode(whole.position)
    let position = try JSONDecoder().decode(BatchPosition.self, from: saved)
    var resumed = try BatchSampler(
      stream: stream, contextLength: 7, batchSize: 3, seed: 11, position: position)
    for _ in 0..<60 {
      let expected = next(&whole)
      let found = next(&resumed)
      #expect(found.inputs == expected.inputs)
      #expect(found.targets == expected.targets)
    }
    #expect(whole.position == resumed.position)
    var other = try BatchSampler(stream: stream, contextLength: 7, batchSize: 3, seed: 12)
    var same = try BatchSampler(stream: stream, contextLength: 7, batchSize: 3, seed: 11)
    #expect(other.nextStarts() != same.nextStarts())
  }

  @Test func mappedStreamsGiveTheSameBatches() throws {
    let folder = try ScratchFolder()
    let values = (0..<300).map { UInt16($0 * 7) }
    let path = try folder.write(
      "t.bin", values.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    var mapped = try BatchSampler(
      stream: TokenStream(binaryFile: path), contextLength: 9, batchSize: 2, seed: 1)
    var memory = try BatchSampler(
      stream: TokenStream(tokens: values.map { Int32($0) }), contextLength: 9, batchSize: 2,
      seed: 1)
    for _ in 0..<40 { #expect(next(&mapped) == next(&memory)) }
  }

  @Test func tooLittleTextAndStalePositionsAreRefused() throws {
    let error = try #require(throws: TextCorpusError.self) {
      try BatchSampler(stream: stream(8), contextLength: 8, batchSize: 1, seed: 0)
    }
    #expect(
      error.description
        == "numbers: 8 tokens are too few for one window of 8 inputs and their targets; give more "
        + "text or a shorter context")
    var shortest = try BatchSampler(stream: stream(9), contextLength: 8, batchSize: 2, seed: 0)
    for _ in 0..<5 { #expect(shortest.nextStarts() == [0, 0]) }
    for position in [BatchPosition(window: 30), BatchPosition(epoch: -1)] {
      #expect(throws: TextCorpusError.self) {
        try BatchSampler(
          stream: stream(241), contextLength: 8, batchSize: 2, seed: 5, position: position)
      }
    }
  }

  /// Which windows are taken does not depend on the size of batches.
  @Test(arguments: [nil, 1, 7, 29, 30, 31])
  func evaluationWindowsAreThoseOfAnyBatch(most: Int?) throws {
    var taken: [[Int]] = []
    for size in [1, 2, 4, 7, 30, 64] {
      let batches = try EvaluationBatches(
        stream: stream(241), contextLength: 8, batchSize: size, maximumWindows: most)
      let starts = (0..<batches.count).flatMap { batches.starts(of: $0) }
      #expect(batches.targetCount == starts.count * 8)
      taken.append(starts)
    }
    #expect(Set(taken).count == 1)
    #expect(taken[0].count == min(most ?? 30, 30))
  }

  @Test func evaluationWindowsAreFixed() throws {
    let batches = try EvaluationBatches(stream: stream(241), contextLength: 8, batchSize: 4)
    // All 30 windows; the last batch has two.
    #expect(batches.count == 8)
    #expect(batches.targetCount == 240)
    let starts = (0..<8).flatMap { batches.starts(of: $0) }
    #expect(starts == (0..<30).map { $0 * 8 })
    let few = try EvaluationBatches(
      stream: stream(241), contextLength: 8, batchSize: 4, maximumWindows: 7)
    // 7 of 30, spread: window k starts at ⌊30 k / 7⌋ × 8.
    #expect(few.count == 2)
    #expect(few.starts(of: 0) == [0, 32, 64, 96])
    #expect(few.starts(of: 1) == [136, 168, 200])
    var inputs = [Int32](repeating: 0, count: 32)
    var targets = inputs
    inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer { few.write(batch: 1, inputs: inputs, targets: $0) }
    }
    let windows = [136, 168, 200].flatMap { start in (0..<8).map { Int32(start + $0) } }
    #expect(inputs == windows + [Int32](repeating: 0, count: 8))
    // The row without a window predicts nothing.
    #expect(targets == windows.map { $0 + 1 } + [Int32](repeating: -1, count: 8))
    // All targets are bytes.
    #expect(few.targetByteCount(tokenizer: ByteTokenizer()) == 56)
    let ends = TokenStream(tokens: [0, 256, 1, 256, 2, 256, 3])
    let mixed = try EvaluationBatches(stream: ends, contextLength: 3, batchSize: 2)
    #expect(mixed.targetByteCount(tokenizer: ByteTokenizer()) == 3)
    #expect(try EvaluationBatches(stream: stream(241), contextLength: 8, batchSize: 31).count == 1)
    #expect(throws: TextCorpusError.self) {
      try EvaluationBatches(stream: stream(5), contextLength: 8, batchSize: 1)
    }
  }
}
