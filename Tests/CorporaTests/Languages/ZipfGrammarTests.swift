import Corpora
import Foundation
import Statistics
import Testing

@Suite struct ZipfGrammarTests {
  static func tiny(_ seed: UInt64) throws -> ZipfGrammar {
    var settings = ZipfGrammar.Settings()
    settings.levels = 3
    settings.symbolsPerLevel = 2
    settings.rulesPerSymbol = 2
    settings.terminalsPerLevel = 3
    settings.fewestChildren = 0
    settings.mostChildren = 2
    settings.ruleExponent = 1
    return try ZipfGrammar(settings: settings, seed: seed)
  }

  /// Continues a window in every way the grammar allows, until `isComplete` says stop.
  static func enumerate(
    _ grammar: ZipfGrammar, from window: [Int32] = [0], until isComplete: ([Int32]) -> Bool,
    visit: (_ window: [Int32], _ losses: [Double]) -> Void
  ) {
    if window.count > 1, isComplete(window) {
      visit(window, grammar.logLosses(of: window.span))
      return
    }
    for token in 0..<Int32(grammar.vocabularyCount) {
      let longer = window + [token]
      if grammar.logLosses(of: longer.span).allSatisfy(\.isFinite) {
        enumerate(grammar, from: longer, until: isComplete, visit: visit)
      }
    }
  }

  @Test func oneLevelByHand() throws {
    var settings = ZipfGrammar.Settings()
    settings.levels = 1
    settings.rulesPerSymbol = 2
    settings.terminalsPerLevel = 2
    settings.ruleExponent = 1
    settings.exponentSpread = 0
    let grammar = try ZipfGrammar(settings: settings, seed: 0)
    // Two sentences of one token, with probabilities 2/3 and 1/3, and a separator.
    let entropy = log(3) - 2.0 / 3 * log(2)
    #expect(abs(grammar.sentenceEntropy - entropy) < 1e-15)
    #expect(grammar.expectedSentenceLength == 1)
    #expect(abs(grammar.entropyRate - entropy / 2) < 1e-15)
    #expect(grammar.vocabularyCount == 3)
    let losses = grammar.idealLosses(count: 4)
    #expect(losses[1] == 0 && losses[3] == 0)
    #expect(abs(losses[0] - entropy) < 1e-15 && abs(losses[2] - entropy) < 1e-15)
    #expect(abs(grammar.tokenFrequencies[0] - 0.5) < 1e-15)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6]) func enumerationGivesTheEntropy(
    _ seed: UInt64
  ) throws {
    let grammar = try Self.tiny(seed)
    var total = 0.0
    var entropy = 0.0
    var length = 0.0
    var distribution = [Double](
      repeating: 0, count: grammar.sentenceLengthDistribution.count)
    var seen: Set<[Int32]> = []
    Self.enumerate(grammar, until: { $0.last == 0 }) { window, losses in
      let loss = losses.reduce(0, +)
      let probability = exp(-loss)
      total += probability
      entropy += probability * loss
      length += probability * Double(window.count - 2)
      distribution[window.count - 2] += probability
      #expect(seen.insert(window).inserted)
    }
    // Sentences that differ share the whole mass: none is derived twice, none is missing.
    #expect(abs(total - 1) < 1e-12)
    #expect(abs(entropy - grammar.sentenceEntropy) < 1e-12)
    #expect(abs(length - grammar.expectedSentenceLength) < 1e-12)
    for (found, expected) in zip(grammar.sentenceLengthDistribution, distribution) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(abs(grammar.entropyRate - entropy / (length + 1)) < 1e-12)
  }

  @Test(arguments: [UInt64(1), 2, 3]) func enumerationGivesTheLossOfWindows(
    _ seed: UInt64
  ) throws {
    let grammar = try Self.tiny(seed)
    let targets = 7
    var expected = [Double](repeating: 0, count: targets)
    var total = 0.0
    Self.enumerate(grammar, until: { $0.count == targets + 1 }) { _, losses in
      let probability = exp(-losses.reduce(0, +))
      total += probability
      for index in losses.indices { expected[index] += probability * losses[index] }
    }
    #expect(abs(total - 1) < 1e-12)
    for (found, truth) in zip(grammar.idealLosses(count: targets), expected) {
      #expect(abs(found - truth) < 1e-12)
    }
  }

  @Test func sentencesOccurAsOftenAsTheyShould() throws {
    let grammar = try Self.tiny(2)
    var probabilities: [[Int32]: Double] = [:]
    Self.enumerate(grammar, until: { $0.last == 0 }) { window, losses in
      probabilities[window] = exp(-losses.reduce(0, +))
    }
    let draws = 20_000
    var counts: [[Int32]: Int] = [:]
    for index in 0..<draws {
      let window = grammar.window(index, of: 11, tokens: 9)
      let end = try #require(window.dropFirst().firstIndex(of: 0))
      counts[Array(window[...end]), default: 0] += 1
    }
    #expect(Set(counts.keys).isSubset(of: probabilities.keys))
    // Pearson's statistic over the sentences that are expected often enough.
    var statistic = 0.0
    var cells = 0
    for (sentence, probability) in probabilities where probability * Double(draws) >= 10 {
      let expected = probability * Double(draws)
      let difference = Double(counts[sentence] ?? 0) - expected
      statistic += difference * difference / expected
      cells += 1
    }
    #expect(cells > 5)
    #expect(statistic < ChiSquared(degreesOfFreedom: Double(cells)).quantile(0.9999))
  }

  @Test func theDefaultGrammarIsWhatItsNumbersSay() throws {
    let grammar = try ZipfGrammar(seed: 1)
    let targets = 128
    let windows = (0..<2000).map { grammar.window($0, of: 4, tokens: targets + 1) }
    let means = windows.map { grammar.logLosses(of: $0.span).reduce(0, +) / Double(targets) }
    let (mean, error) = meanAndError(means)
    let truth = grammar.idealLoss(targets: targets)
    #expect(abs(mean - truth) < 4 * error, "\(mean) ± \(error), exact \(truth)")
    #expect(grammar.entropyRate > 1 && grammar.entropyRate < 2.5)
    #expect(grammar.unigramEntropy > 2 * grammar.entropyRate)
    // Far from the start the sentence's phase is forgotten.
    let late = grammar.idealLosses(count: 6000).suffix(1000).reduce(0, +) / 1000
    #expect(abs(late - grammar.entropyRate) < 1e-6)
  }

  @Test func tokensOccurAsOftenAsTheyShould() throws {
    let grammar = try ZipfGrammar(seed: 3)
    let frequencies = grammar.tokenFrequencies
    #expect(abs(frequencies.reduce(0, +) - 1) < 1e-12)
    // Long windows: the share of a token converges to its frequency, window by window.
    let length = 4096
    let windows = (0..<60).map { grammar.window($0, of: 6, tokens: length) }
    let common = frequencies.indices.sorted { frequencies[$0] > frequencies[$1] }.prefix(12)
    for token in common {
      let shares = windows.map { window in
        Double(window.count { $0 == Int32(token) }) / Double(length)
      }
      let (mean, error) = meanAndError(shares)
      #expect(abs(mean - frequencies[token]) < 4.5 * error + 2e-5)
    }
  }

  @Test func impossibleTokensHaveInfiniteLoss() throws {
    let grammar = try ZipfGrammar(seed: 1)
    var window = grammar.window(0, of: 0, tokens: 6)
    window[1] = 0
    let losses = grammar.logLosses(of: window.span)
    #expect(losses[0] == .infinity)
    #expect(losses.dropFirst().allSatisfy { $0.isNaN })
  }

  @Test func depthsSayHowFarFromTheRoot() throws {
    let grammar = try ZipfGrammar(seed: 1)
    let window = grammar.window(0, of: 0, tokens: 200)
    let depths = grammar.depths(of: window.span)
    #expect(depths[0] == 0)
    for (index, depth) in depths.enumerated() {
      #expect((depth == -1) == (window[index + 1] == ZipfGrammar.separator))
      #expect(depth < grammar.settings.levels)
      // A child follows its parent or a sibling's subtree: the tree is entered one step at a time.
      if index > 0 { #expect(depth <= depths[index - 1] + 1) }
      if window[index] == ZipfGrammar.separator { #expect(depth == 0) }
    }
  }

  @Test func fixedBranchingGivesSentencesOfOneLength() throws {
    var settings = ZipfGrammar.Settings()
    settings.levels = 4
    settings.fewestChildren = 2
    settings.mostChildren = 2
    let grammar = try ZipfGrammar(settings: settings, seed: 1)
    #expect(settings.longestSentence == 15)
    #expect(abs(grammar.expectedSentenceLength - 15) < 1e-12)
    let window = grammar.window(0, of: 0, tokens: 129)
    #expect(window.indices.filter { window[$0] == 0 } == Array(stride(from: 0, to: 129, by: 16)))
    // Eight whole sentences: the window's mean is the rate itself.
    #expect(abs(grammar.idealLoss(targets: 128) - grammar.entropyRate) < 1e-12)
  }

  @Test func settingsOutsideTheirDomainAreRefused() {
    func refused(_ change: (inout ZipfGrammar.Settings) -> Void) -> Bool {
      var settings = ZipfGrammar.Settings()
      change(&settings)
      do {
        _ = try ZipfGrammar(settings: settings, seed: 0)
        return false
      } catch { return !error.description.isEmpty }
    }
    #expect(refused { $0.levels = 0 })
    #expect(refused { $0.levels = 12 })
    #expect(refused { $0.symbolsPerLevel = 0 })
    #expect(refused { $0.rulesPerSymbol = 0 })
    #expect(refused { $0.terminalsPerLevel = 15 })
    #expect(refused { $0.fewestChildren = -1 })
    #expect(refused { $0.mostChildren = 1 })
    #expect(refused { $0.ruleExponent = -1 })
    #expect(refused { $0.exponentSpread = 2 })
    #expect(refused { $0.symbolExponent = .nan })
    #expect(!refused { $0.levels = 4 })
  }
}
