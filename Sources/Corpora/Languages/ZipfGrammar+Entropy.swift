extension ZipfGrammar {
  /// The separator and the terminals of all levels.
  public var vocabularyCount: Int { 1 + settings.levels * settings.terminalsPerLevel }

  /// The entropy of a sentence in nats.
  public var sentenceEntropy: Double { profile.entropies[start] }

  /// The expected number of tokens of a sentence, without its separator.
  public var expectedSentenceLength: Double { profile.lengths[start] }

  /// The probability of each sentence length 0, 1, …, the separator not counted.
  public var sentenceLengthDistribution: [Double] { profile.lengthDistributions[start] }

  /// The entropy rate, separators included: `H(start)/(E[sentence length] + 1)` nats per token.
  public var entropyRate: Double { sentenceEntropy / (expectedSentenceLength + 1) }

  /// The long-run share of each token in a text, separators included.
  public var tokenFrequencies: [Double] {
    var counts = [Double](repeating: 0, count: vocabularyCount)
    counts[Int(Self.separator)] = 1
    for (symbol, uses) in zip(symbols, profile.uses) {
      for (rule, probability) in zip(symbol.rules, symbol.choice.probabilities) {
        counts[Int(rule.head)] += uses * probability
      }
    }
    let total = counts.reduce(0, +)
    return counts.map { $0 / total }
  }

  /// The entropy of ``tokenFrequencies``: the loss of the best predictor without context.
  public var unigramEntropy: Double { CategoricalDistribution.entropy(tokenFrequencies) }

  /// A window starts with a separator, so sentences begin at the places of a renewal process; the
  /// loss at a target is the sum over these places of the loss profile of a sentence begun there.
  public func idealLosses(count: Int) -> [Double] {
    let lengths = sentenceLengthDistribution
    let profile = profile.lossProfiles[start]
    // begins[t]: the probability that a sentence begins at target t (0 for the first one).
    var begins = [Double](repeating: 0, count: count)
    var losses = [Double](repeating: 0, count: count)
    for t in 0..<count {
      begins[t] = t == 0 ? 1 : 0
      for (length, probability) in lengths.enumerated() where length < t {
        begins[t] += probability * begins[t - length - 1]
      }
      for (offset, loss) in profile.enumerated() where offset <= t {
        losses[t] += begins[t - offset] * loss
      }
    }
    return losses
  }
}
