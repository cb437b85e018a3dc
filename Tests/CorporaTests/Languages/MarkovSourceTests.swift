import Corpora
import Foundation
import Statistics
import Testing

/// One source of the sampled tests.
struct MarkovCase: Sendable, CustomTestStringConvertible {
  var vocabulary: Int
  var order: Int
  var rows: MarkovSource.Rows
  var testDescription: String { "v \(vocabulary), order \(order), \(rows)" }

  func source() throws -> MarkovSource {
    try MarkovSource(vocabularyCount: vocabulary, order: order, rows: rows, seed: 5)
  }

  static let all = [
    MarkovCase(vocabulary: 2, order: 3, rows: .dirichlet(concentration: 0.5)),
    MarkovCase(vocabulary: 5, order: 0, rows: .zipf(exponent: 1)),
    MarkovCase(vocabulary: 16, order: 2, rows: .zipf(exponent: 1.5)),
    MarkovCase(vocabulary: 128, order: 1, rows: .dirichlet(concentration: 0.05)),
    MarkovCase(vocabulary: 32, order: 2, rows: .dirichlet(concentration: 0.1)),
  ]
}

/// The mean and its standard error.
func meanAndError(_ values: [Double]) -> (mean: Double, error: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  let count = Double(values.count)
  return (mean, (squares / (count - 1) / count).squareRoot())
}

@Suite struct MarkovSourceTests {
  /// Noisy parity: the next bit is the exclusive or of the last two, flipped at times.
  static func noisyParity(flip: Double) throws -> MarkovSource {
    let table = (0..<4).map { context in
      let parity = (context & 1) ^ (context >> 1)
      return (0..<2).map { $0 == parity ? 1 - flip : flip }
    }
    return try MarkovSource(vocabularyCount: 2, order: 2, table: table)
  }

  @Test func twoStatesByHand() throws {
    // Stationary shares 0.8 and 0.2; the entropies are numpy's.
    let source = try MarkovSource(
      vocabularyCount: 2, order: 1, table: [[0.9, 0.1], [0.4, 0.6]])
    #expect(abs(source.unigramEntropy - 0.5004024235381879) < 1e-13)
    #expect(abs(source.entropyRate - 0.39466871211500987) < 1e-13)
    #expect(source.idealLosses(count: 3) == [Double](repeating: source.entropyRate, count: 3))
  }

  @Test func secondOrderAgreesWithAnEigenvector() throws {
    // numpy.linalg.eig of the 9 × 9 chain of contexts; entropies from its stationary vector.
    let source = try MarkovSource(
      vocabularyCount: 3, order: 2,
      table: [
        [0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.6, 0.2, 0.2], [0.3, 0.3, 0.4],
        [0.05, 0.05, 0.9], [0.7, 0.1, 0.2], [0.2, 0.5, 0.3], [0.1, 0.3, 0.6],
      ])
    for (found, expected) in zip(
      source.contextEntropies, [1.07802613346023, 0.953485385750505, 0.9012308066704702])
    {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test func parityIsInvisibleToShortContexts() throws {
    let flip = 0.1
    let source = try Self.noisyParity(flip: flip)
    let truth = [log(2), log(2), -flip * log(flip) - (1 - flip) * log(1 - flip)]
    for (found, expected) in zip(source.contextEntropies, truth) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test func lossesOfAllWindowsAddUp() throws {
    let source = try Self.noisyParity(flip: 0.2)
    let targets = 5
    var total = 0.0
    var expected = [Double](repeating: 0, count: targets)
    for bits in 0..<(1 << (targets + 1)) {
      let window = (0...targets).map { Int32((bits >> $0) & 1) }
      let losses = source.logLosses(of: window.span)
      // By symmetry both first tokens have a probability of one half.
      let probability = 0.5 * exp(-losses.reduce(0, +))
      total += probability
      for index in losses.indices { expected[index] += probability * losses[index] }
    }
    #expect(abs(total - 1) < 1e-12)
    for (found, truth) in zip(source.idealLosses(count: targets), expected) {
      #expect(abs(found - truth) < 1e-12)
    }
  }

  @Test(arguments: MarkovCase.all) func contextNeverHurts(_ example: MarkovCase) throws {
    let source = try example.source()
    #expect(source.contextEntropies.count == example.order + 1)
    for (less, more) in zip(source.contextEntropies, source.contextEntropies.dropFirst()) {
      #expect(more < less)
    }
    #expect(source.unigramEntropy <= log(Double(example.vocabulary)) + 1e-12)
    #expect(source.entropyRate > 0)
  }

  @Test(arguments: MarkovCase.all) func samplesHaveTheEntropyRate(_ example: MarkovCase) throws {
    let source = try example.source()
    let targets = 256
    let means = (0..<600).map { index in
      source.logLosses(of: source.window(index, of: 3, tokens: targets + 1).span).reduce(0, +)
        / Double(targets)
    }
    let (mean, error) = meanAndError(means)
    let truth = source.idealLoss(targets: targets)
    #expect(abs(mean - truth) < 4 * error, "\(mean) ± \(error), exact \(truth)")
    // The window starts without context, so its mean lies above the rate, and not far.
    let excess = (truth - source.entropyRate) * Double(targets)
    #expect(excess > -1e-9)
    #expect(excess <= Double(example.order) * source.unigramEntropy)
  }

  @Test func transitionsFollowTheTable() throws {
    let table = [[0.7, 0.2, 0.1], [0, 0.5, 0.5], [0.3, 0, 0.7]]
    let source = try MarkovSource(vocabularyCount: 3, order: 1, table: table)
    let window = source.window(0, of: 1, tokens: 60_000)
    var counts = [[Double]](repeating: [0, 0, 0], count: 3)
    for (a, b) in zip(window, window.dropFirst()) { counts[Int(a)][Int(b)] += 1 }
    for (row, truth) in zip(counts, table) {
      let total = row.reduce(0, +)
      for (count, probability) in zip(row, truth) {
        let error = (probability * (1 - probability) / total).squareRoot()
        #expect(abs(count / total - probability) <= 4 * error)
      }
    }
  }

  @Test func windowsStartInTheStationaryDistribution() throws {
    let source = try MarkovSource(
      vocabularyCount: 2, order: 1, table: [[0.9, 0.1], [0.4, 0.6]])
    let ones = (0..<20_000).count { source.window($0, of: 9, tokens: 2)[0] == 1 }
    let error = (0.2 * 0.8 / 20_000).squareRoot()
    #expect(abs(Double(ones) / 20_000 - 0.2) < 4 * error)
  }

  @Test func periodicChainsAreFineAndReducibleOnesAreNot() throws {
    let alternating = try MarkovSource(vocabularyCount: 2, order: 1, table: [[0, 1], [1, 0]])
    #expect(alternating.entropyRate == 0)
    #expect(abs(alternating.unigramEntropy - log(2)) < 1e-14)
    #expect(throws: LanguageError.reducible) {
      try MarkovSource(vocabularyCount: 2, order: 1, table: [[1, 0], [0, 1]])
    }
    // A transient context does no harm: token 0 is never seen again.
    let transient = try MarkovSource(
      vocabularyCount: 3, order: 1, table: [[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]])
    #expect(abs(transient.entropyRate - log(2)) < 1e-12)
  }

  @Test func badTablesAreRefused() {
    #expect(throws: LanguageError.self) {
      try MarkovSource(vocabularyCount: 1, order: 1, table: [[1]])
    }
    #expect(throws: LanguageError.invalidRow(index: 1, problem: "sums to 0.75, expected 1")) {
      try MarkovSource(vocabularyCount: 2, order: 1, table: [[0.5, 0.5], [0.5, 0.25]])
    }
    #expect(throws: LanguageError.self) {
      try MarkovSource(vocabularyCount: 2, order: 1, table: [[0.5, 0.5], [-0.5, 1.5]])
    }
    #expect(throws: LanguageError.self) {
      try MarkovSource(
        vocabularyCount: 512, order: 9, rows: .zipf(exponent: 1), seed: 0)
    }
    #expect(throws: LanguageError.self) {
      try MarkovSource(
        vocabularyCount: 4, order: 1, rows: .dirichlet(concentration: 0), seed: 0)
    }
    #expect(throws: LanguageError.self) {
      try MarkovSource(
        vocabularyCount: 4, order: 1, rows: .zipf(exponent: 1), uniformShare: 0, seed: 0)
    }
  }
}
