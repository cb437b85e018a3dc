internal import Statistics

/// A random hierarchical grammar with Zipfian rules, whose entropy is known exactly.
///
/// Symbols live on levels. A rule rewrites a symbol A of level l as a terminal, its *head*,
/// followed by symbols of level l − 1; on level 0 the head stands alone:
///
///     A → a B₁ … B_b   with probability p_A(a)
///
/// The top level holds the start symbol alone; a text is a row of sentences, each ended by the
/// separator, token 0. Rules of one symbol are used by Zipf's law, and so are the symbols that
/// rules are made of, so contexts of all frequencies occur: models learn the common ones first,
/// and larger models and longer training reach further down the tail.
///
/// **Unambiguous.** The heads of one symbol's rules are distinct terminals, so the grammar is a
/// *simple deterministic* one (Korenjak and Hopcroft, 1966). Read a sentence from the left with a
/// stack that holds the start symbol: the top symbol A and the next token a name at most one rule,
/// which replaces A by that rule's children. By induction each prefix of a sentence has exactly
/// one leftmost derivation, hence each sentence has one derivation; and the stack, which is all
/// that the future depends on, is a function of the prefix. Therefore
///
/// - the probability of a sentence is the product of its rules' probabilities, and its entropy is
///   the derivation's: `H(A) = H(p_A) + Σ_a p_A(a) Σ_i H(B_i)`;
/// - the conditional entropy of a token given everything since the last separator is exactly
///   `H(p_A)` of the symbol on top; the separator itself is certain;
/// - the entropy rate is `H(start)/(E[sentence length] + 1)`, by the renewal theorem.
public struct ZipfGrammar: SyntheticLanguage {
  /// The shape of a random grammar.
  public struct Settings: Sendable, Hashable, Codable {
    /// The number of levels, at least 1; a sentence is a tree of this height.
    public var levels: Int = 3
    /// The number of symbols on each level below the top.
    public var symbolsPerLevel: Int = 32
    /// The number of rules of each symbol: how many tokens are possible at any place.
    public var rulesPerSymbol: Int = 16
    /// The number of terminals from which a level takes its heads, at least `rulesPerSymbol`. The
    /// fewer they are, the less a token says about the rule that wrote it, and the more of its
    /// ancestors a predictor must take into account.
    public var terminalsPerLevel: Int = 48
    /// The fewest children of a rule above level 0.
    public var fewestChildren: Int = 2
    /// The most children of a rule above level 0; with as few as `fewestChildren` all sentences
    /// have the same length.
    public var mostChildren: Int = 4
    /// Zipf's exponent of the rules of a symbol; the larger, the lower the entropy.
    public var ruleExponent: Double = 1.5
    /// How much the rule exponents of symbols differ: each is the mean times a uniform number
    /// within this distance of 1.
    public var exponentSpread: Double = 0.3
    /// Zipf's exponent of the symbols that rules are made of.
    public var symbolExponent: Double = 1.0

    /// Creates the default shape: 145 tokens, sentences of 15 tokens on average, 1.75 nats a token.
    ///
    /// A decoder of 0.1M parameters comes within 0.3 nats of the entropy after 1M tokens and within
    /// 0.1 after 2M; one of 5k parameters stays 0.6 above it after 4M.
    public init() {}
  }

  /// The shape.
  public let settings: Settings
  /// The seed that names the grammar among those of its shape.
  public let seed: UInt64
  /// The separator between sentences, with which a window starts.
  public static let separator: Int32 = 0

  let symbols: [GrammarSymbol]
  let start: Int
  let profile: GrammarProfile

  /// Creates the grammar that the seed names; throws `LanguageError` for a setting outside its
  /// domain.
  public init(settings: Settings = Settings(), seed: UInt64) throws(LanguageError) {
    try settings.check()
    self.settings = settings
    self.seed = seed
    let root = SplittableRandom(seed: seed)
    let popularity = CategoricalDistribution(
      zipf: settings.symbolsPerLevel, exponent: settings.symbolExponent)
    var symbols: [GrammarSymbol] = []
    for level in 0..<settings.levels {
      let firstBelow = symbols.count - settings.symbolsPerLevel
      let firstTerminal = 1 + level * settings.terminalsPerLevel
      let terminals = (firstTerminal..<firstTerminal + settings.terminalsPerLevel).map(Int32.init)
      let isTop = level == settings.levels - 1
      for index in 0..<(isTop ? 1 : settings.symbolsPerLevel) {
        var random = root.split(level).split(index)
        let heads = terminals.shuffled(using: &random).prefix(settings.rulesPerSymbol)
        let rules = heads.map { head in
          guard level > 0 else { return GrammarRule(head: head, children: []) }
          let spare = settings.mostChildren - settings.fewestChildren
          let arity = settings.fewestChildren + random.nextIndex(below: spare + 1)
          return GrammarRule(
            head: head,
            children: (0..<arity).map { _ in firstBelow + popularity.draw(&random) })
        }
        let spread = settings.exponentSpread * (2 * random.nextUniform() - 1)
        symbols.append(
          GrammarSymbol(
            rules: rules,
            choice: CategoricalDistribution(
              zipf: rules.count, exponent: settings.ruleExponent * (1 + spread))))
      }
    }
    self.symbols = symbols
    start = symbols.count - 1
    profile = GrammarProfile(symbols: symbols)
  }
}

/// A rule: a head and the symbols that follow it.
struct GrammarRule: Sendable {
  let head: Int32
  /// Indices of symbols, all smaller than the index of the rule's own symbol.
  let children: [Int]
}

/// A symbol: its rules and how often each is used.
struct GrammarSymbol: Sendable {
  /// The rules; their heads differ.
  let rules: [GrammarRule]
  let choice: CategoricalDistribution
  let ruleOfHead: [Int32: Int]

  init(rules: [GrammarRule], choice: CategoricalDistribution) {
    self.rules = rules
    self.choice = choice
    ruleOfHead = Dictionary(
      uniqueKeysWithValues: rules.enumerated().map { ($0.element.head, $0.offset) })
  }
}

extension ZipfGrammar.Settings {
  /// The longest sentence: `1 + b + … + b^(levels − 1)` tokens for b = `mostChildren`.
  public var longestSentence: Int {
    var length = 0
    for _ in 0..<levels where length <= Self.longestAllowed { length = 1 + mostChildren * length }
    return length
  }

  // The profile costs the square of this; windows for training are shorter anyway.
  private static let longestAllowed = 1024

  func check() throws(LanguageError) {
    func require(_ holds: Bool, _ name: String, _ found: Any, _ expected: String)
      throws(LanguageError)
    {
      guard holds else {
        throw .invalidSetting(name: name, found: "\(found)", expected: expected)
      }
    }
    try require(levels >= 1, "levels", levels, "at least 1")
    try require(symbolsPerLevel >= 1, "symbolsPerLevel", symbolsPerLevel, "at least 1")
    try require(rulesPerSymbol >= 1, "rulesPerSymbol", rulesPerSymbol, "at least 1")
    try require(
      terminalsPerLevel >= rulesPerSymbol, "terminalsPerLevel", terminalsPerLevel,
      "at least rulesPerSymbol, \(rulesPerSymbol): the heads of a symbol's rules must differ")
    try require(fewestChildren >= 0, "fewestChildren", fewestChildren, "at least 0")
    try require(
      mostChildren >= fewestChildren, "mostChildren", mostChildren,
      "at least fewestChildren, \(fewestChildren)")
    try require(
      ruleExponent >= 0 && ruleExponent.isFinite, "ruleExponent", ruleExponent,
      "a number that is not negative")
    try require(
      exponentSpread >= 0 && exponentSpread <= 1, "exponentSpread", exponentSpread,
      "a number from 0 to 1")
    try require(
      symbolExponent >= 0 && symbolExponent.isFinite, "symbolExponent", symbolExponent,
      "a number that is not negative")
    try require(
      longestSentence <= Self.longestAllowed, "the longest sentence", "longer",
      "at most \(Self.longestAllowed) tokens: fewer levels or children")
  }
}
