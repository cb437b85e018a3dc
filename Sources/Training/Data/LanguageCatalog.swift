public import Corpora

/// The random languages by name.
public enum LanguageCatalog {
  /// The names.
  public static let names = ["markov", "grammar"]

  /// The language of a name, shaped by numbers; the rest have their usual values.
  ///
  /// - Throws: ``DatasetError`` for an unknown name or knob, or a value out of range.
  public static func language(
    named name: String, knobs: [String: Double] = [:]
  ) throws(DatasetError) -> any SyntheticLanguage {
    switch name {
    case "markov": return try markov(knobs)
    case "grammar": return try grammar(knobs)
    default: throw .unknown(setting: "language", found: name, known: names)
    }
  }

  private static func markov(
    _ knobs: [String: Double]
  ) throws(DatasetError) -> any SyntheticLanguage {
    let known = ["tokens", "order", "concentration", "exponent", "uniform", "seed"]
    try check(knobs, known)
    let rows: MarkovSource.Rows =
      knobs["exponent"].map { .zipf(exponent: $0) }
      ?? .dirichlet(concentration: knobs["concentration"] ?? 0.3)
    let (tokens, order) = (try whole(knobs, "tokens", 16), try whole(knobs, "order", 2))
    let seed = UInt64(try whole(knobs, "seed", 0))
    return try DatasetError.wrapping {
      try MarkovSource(
        vocabularyCount: tokens, order: order, rows: rows,
        uniformShare: knobs["uniform"] ?? 0.01, seed: seed)
    }
  }

  private static func grammar(
    _ knobs: [String: Double]
  ) throws(DatasetError) -> any SyntheticLanguage {
    let known = [
      "levels", "symbols", "rules", "terminals", "fewest", "most", "exponent", "spread",
      "symbol-exponent", "seed",
    ]
    try check(knobs, known)
    var settings = ZipfGrammar.Settings()
    settings.levels = try whole(knobs, "levels", settings.levels)
    settings.symbolsPerLevel = try whole(knobs, "symbols", settings.symbolsPerLevel)
    settings.rulesPerSymbol = try whole(knobs, "rules", settings.rulesPerSymbol)
    settings.terminalsPerLevel = try whole(knobs, "terminals", settings.terminalsPerLevel)
    settings.fewestChildren = try whole(knobs, "fewest", settings.fewestChildren)
    settings.mostChildren = try whole(knobs, "most", settings.mostChildren)
    settings.ruleExponent = knobs["exponent"] ?? settings.ruleExponent
    settings.exponentSpread = knobs["spread"] ?? settings.exponentSpread
    settings.symbolExponent = knobs["symbol-exponent"] ?? settings.symbolExponent
    let seed = UInt64(try whole(knobs, "seed", 0))
    return try DatasetError.wrapping { [settings] in try ZipfGrammar(settings: settings, seed: seed)
    }
  }

  private static func check(
    _ knobs: [String: Double], _ known: [String]
  ) throws(DatasetError) {
    if let unknown = knobs.keys.sorted().first(where: { !known.contains($0) }) {
      throw .unknown(setting: "knobs", found: unknown, known: known)
    }
  }

  private static func whole(
    _ knobs: [String: Double], _ name: String, _ standard: Int
  ) throws(DatasetError) -> Int {
    guard let value = knobs[name] else { return standard }
    guard let whole = Int(exactly: value), whole >= 0, whole <= 1 << 24 else {
      throw .badSetting(
        "knobs", problem: "\(name) is \(value), expected a whole number from 0 to \(1 << 24)")
    }
    return whole
  }
}
