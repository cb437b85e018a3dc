import Foundation
import LanguageModels
import Statistics

/// A distribution that is written down: scores by the whole prefix, from a seed.
final class TableDistribution: NextTokenDistribution {
  let vocabularyCount: Int
  let maximumLength: Int
  let canRewind = true
  private(set) var use = ModelUse()
  private let seed: UInt64
  private let spread: Double
  private var prefix: [Int32] = []
  private var known: [[Int32]: [Double]] = [:]

  init(vocabulary: Int, maximumLength: Int = 64, seed: UInt64, spread: Double = 1.2) {
    vocabularyCount = vocabulary
    self.maximumLength = maximumLength
    self.seed = seed
    self.spread = spread
  }

  var length: Int { prefix.count }

  func scores(appending tokens: [Int32], last count: Int) -> [[Double]] {
    precondition(length + tokens.count <= maximumLength, "more than \(maximumLength) tokens")
    use += ModelUse(processedTokens: tokens.count, passes: 1)
    var rows: [[Double]] = []
    for token in tokens {
      prefix.append(token)
      rows.append(scores(prefix))
    }
    return rows.suffix(count)
  }

  func rewind(to length: Int) throws(ConfigurationError) {
    precondition(length <= prefix.count)
    prefix.removeLast(prefix.count - length)
  }

  func clear() { prefix = [] }

  private func scores(_ prefix: [Int32]) -> [Double] {
    if let scores = known[prefix] { return scores }
    var random = prefix.reduce(SplittableRandom(seed: seed)) { $0.split(Int($1)) }
    let scores = (0..<vocabularyCount).map { _ in spread * random.nextNormal() }
    known[prefix] = scores
    return scores
  }
}

/// All sequences that a distribution can give, with their probabilities, and how well samples fit.
struct SequenceDistribution {
  var probabilities: [[Int32]: Double] = [:]

  /// By going through all continuations of a prompt, each from a pass over the whole of it.
  init(
    of target: any NextTokenDistribution, after prompt: [Int32], tokens: Int, rule: SamplingRule,
    stopTokens: Set<Int32> = []
  ) {
    func visit(_ added: [Int32], _ probability: Double) {
      if added.count == tokens || added.last.map({ stopTokens.contains($0) }) == true {
        probabilities[added] = probability
        return
      }
      target.clear()
      let scores = target.scores(appending: prompt + added, last: 1)[0]
      for (token, p) in rule.probabilities(logits: scores, present: prompt + added).enumerated()
      where p > 0 {
        visit(added + [Int32(token)], probability * p)
      }
    }
    visit([], 1)
  }

  /// The p-value of Pearson's statistic; sequences expected fewer than five times count as one.
  func pValue(of samples: [[Int32]]) -> Double {
    var counts: [[Int32]: Double] = [:]
    for sample in samples { counts[sample, default: 0] += 1 }
    let count = Double(samples.count)
    var (statistic, cells, rareExpected, rareFound) = (0.0, 0, 0.0, 0.0)
    for (sequence, probability) in probabilities.sorted(by: {
      $0.key.lexicographicallyPrecedes($1.key)
    }) {
      let expected = count * probability
      let found = counts.removeValue(forKey: sequence) ?? 0
      if expected < 5 {
        rareExpected += expected
        rareFound += found
      } else {
        statistic += (found - expected) * (found - expected) / expected
        cells += 1
      }
    }
    if !counts.isEmpty { return 0 }
    if rareExpected > 0 {
      statistic += (rareFound - rareExpected) * (rareFound - rareExpected) / rareExpected
      cells += 1
    }
    return cells < 2 ? 1 : ChiSquared(degreesOfFreedom: Double(cells - 1)).survival(statistic)
  }
}
