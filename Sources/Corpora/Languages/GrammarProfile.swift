/// What a grammar's symbols write, in expectation, computed from the bottom level up.
struct GrammarProfile: Sendable {
  /// The entropy of each symbol's derivation, in nats.
  let entropies: [Double]
  let lengths: [Double]
  /// `lengthDistributions[A][n]` is the probability that A writes n tokens.
  let lengthDistributions: [[Double]]
  /// `lossProfiles[A][t]` is the expected conditional entropy of token t that A writes, counted as
  /// 0 where A has ended before.
  let lossProfiles: [[Double]]
  /// The expected number of times the start symbol's derivation uses each symbol.
  let uses: [Double]

  /// Requires that the children of a symbol come before it, and the start symbol last.
  init(symbols: [GrammarSymbol]) {
    var entropies: [Double] = []
    var lengths: [Double] = []
    var lengthDistributions: [[Double]] = []
    var lossProfiles: [[Double]] = []
    for symbol in symbols {
      var entropy = symbol.choice.entropy
      var length = 1.0
      var lengthDistribution: [Double] = []
      var lossProfile = [symbol.choice.entropy]
      for (rule, probability) in zip(symbol.rules, symbol.choice.probabilities) {
        // The distribution of the place where the next child begins.
        var place: [Double] = [0, probability]
        for child in rule.children {
          entropy += probability * entropies[child]
          length += probability * lengths[child]
          add(convolution(place, lossProfiles[child]), to: &lossProfile)
          place = convolution(place, lengthDistributions[child])
        }
        add(place, to: &lengthDistribution)
      }
      entropies.append(entropy)
      lengths.append(length)
      lengthDistributions.append(lengthDistribution)
      lossProfiles.append(lossProfile)
    }
    var uses = [Double](repeating: 0, count: symbols.count)
    uses[symbols.count - 1] = 1
    for (index, symbol) in symbols.enumerated().reversed() {
      for (rule, probability) in zip(symbol.rules, symbol.choice.probabilities) {
        for child in rule.children { uses[child] += uses[index] * probability }
      }
    }
    self.entropies = entropies
    self.lengths = lengths
    self.lengthDistributions = lengthDistributions
    self.lossProfiles = lossProfiles
    self.uses = uses
  }
}

private func add(_ terms: [Double], to sum: inout [Double]) {
  if sum.count < terms.count {
    sum += [Double](repeating: 0, count: terms.count - sum.count)
  }
  for (index, term) in terms.enumerated() { sum[index] += term }
}

private func convolution(_ a: [Double], _ b: [Double]) -> [Double] {
  var result = [Double](repeating: 0, count: a.count + b.count - 1)
  for (i, x) in a.enumerated() where x != 0 {
    for (j, y) in b.enumerated() { result[i + j] += x * y }
  }
  return result
}
