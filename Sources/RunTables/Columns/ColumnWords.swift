/// The words of a column's name, however they are joined: `Model Size`, `model_size`, `modelSize`.
struct ColumnWords {
  let tokens: [String]
  let list: [String]
  var joined: String { list.joined(separator: "_") }
  private let name: String

  init(_ name: String) {
    self.name = name
    var tokens: [String] = []
    var token = ""
    var previous: Character?
    for character in name {
      // A capital behind a small letter begins a word: `valLoss`, but not `FLOPs`.
      if character.isUppercase, previous?.isLowercase == true, !token.isEmpty {
        tokens.append(token)
        token = ""
      }
      previous = character
      if character.isLetter || character.isNumber {
        token.append(character)
      } else if !token.isEmpty {
        tokens.append(token)
        token = ""
      }
    }
    if !token.isEmpty { tokens.append(token) }
    self.tokens = tokens
    list = tokens.map { $0.lowercased() }
  }

  private static let metricPrefixes = [
    "metrics.", "metrics/", "metric/", "summary.", "summary/", "history.", "tags.",
  ]
  private static let settingPrefixes = [
    "params.", "config.", "config/", "hparams.", "hparams/", "hparam/", "hyperparameters.",
    "args.", "cfg.", "model.", "model_args.", "training.", "data.", "trainer.",
  ]

  var withoutTracker: ColumnWords { ColumnWords(Self.bare(name)) }

  /// The name as a run's owner wrote it: without the tracker's prefix.
  static func bare(_ name: String) -> String {
    for prefix in metricPrefixes where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    for prefix in settingPrefixes where name.hasPrefix(prefix) {
      return name.split(separator: name.contains(".") ? "." : "/").last.map(String.init) ?? name
    }
    return name
  }
}

/// A unit that stands in the name of a column: `tokens_B`, `params (M)`, `compute in PF-days`.
struct UnitName {
  let factor: Double
  let spelling: String
  /// The other words, joined by underscores.
  let base: String
  let tokens: [String]

  private static let words: [String: (Double, String)] = [
    "billion": (1e9, "1e9"), "billions": (1e9, "1e9"), "bn": (1e9, "1e9"),
    "million": (1e6, "1e6"), "millions": (1e6, "1e6"), "mn": (1e6, "1e6"), "mln": (1e6, "1e6"),
    "trillion": (1e12, "1e12"), "trillions": (1e12, "1e12"), "tn": (1e12, "1e12"),
    "thousand": (1e3, "1e3"), "thousands": (1e3, "1e3"),
  ]
  private static let letters: [String: (Double, String)] = [
    "B": (1e9, "1e9"), "b": (1e9, "1e9"), "G": (1e9, "1e9"), "M": (1e6, "1e6"),
    "m": (1e6, "1e6"), "T": (1e12, "1e12"), "K": (1e3, "1e3"), "k": (1e3, "1e3"),
  ]
  private static let flops: [String: (Double, String)] = [
    "eflop": (1e18, "1e18"), "exaflop": (1e18, "1e18"), "zflop": (1e21, "1e21"),
    "zettaflop": (1e21, "1e21"), "pflop": (1e15, "1e15"), "petaflop": (1e15, "1e15"),
    "tflop": (1e12, "1e12"), "teraflop": (1e12, "1e12"), "gflop": (1e9, "1e9"),
    "gigaflop": (1e9, "1e9"),
  ]

  init?(_ name: String) {
    let words = ColumnWords(ColumnWords.bare(name))
    if let days = Self.petaflopDays(words) {
      (factor, spelling, base, tokens) = days
      return
    }
    var rest = words.tokens.filter { !["in", "of"].contains($0.lowercased()) }
    guard
      rest.count > 1 || Self.flopWord(words.list.first ?? "") != nil
        || rest.first.map({ Self.joinedUnit($0) != nil }) ?? false
    else { return nil }
    var found: (Double, String)?
    if let place = rest.firstIndex(where: { Self.words[$0.lowercased()] != nil }) {
      found = Self.words[rest.remove(at: place).lowercased()]
    } else if let power = Self.power(name, &rest) {
      found = power
    } else if let joined = Self.joined(&rest) {
      found = joined
    } else if let last = rest.last, let unit = Self.letters[last] {
      found = unit
      rest.removeLast()
    } else if let first = rest.first, first == first.uppercased(), let unit = Self.letters[first] {
      found = unit
      rest.removeFirst()
    } else if let place = Self.bracketed(name, rest), let unit = Self.letters[rest[place]] {
      found = unit
      rest.remove(at: place)
    } else if let place = rest.firstIndex(where: { Self.flopWord($0.lowercased()) != nil }) {
      // Floating-point operations a second are a speed and no compute.
      let speeds: Set = ["per", "sec", "second", "s", "throughput", "gpu", "device", "mfu", "peak"]
      guard let unit = Self.flopWord(words.list[words.tokens.firstIndex(of: rest[place]) ?? 0]),
        speeds.isDisjoint(with: words.list), unit.0 >= 1e18 || rest.count > 1
      else { return nil }
      found = unit
      rest[place] = "flops"
    }
    guard let found, !rest.isEmpty else { return nil }
    (factor, spelling) = found
    tokens = rest
    base = rest.map { $0.lowercased() }.joined(separator: "_")
  }

  /// A power of ten behind the name: `params (1e6)`, `tokens (10^9)`, `tokens / 10**9`.
  private static func power(_ name: String, _ rest: inout [String]) -> (Double, String)? {
    guard let last = rest.last, rest.count > 1 else { return nil }
    var exponent: Int?
    var words = 1
    if last.lowercased().hasPrefix("1e") {
      exponent = Int(last.dropFirst(2))
    } else if rest.count > 2, rest[rest.count - 2] == "10",
      name.contains("10^") || name.contains("10**")
    {
      exponent = Int(last)
      words = 2
    } else if let place = ["10³", "10⁶", "10⁹", "10¹²"].firstIndex(of: last) {
      exponent = 3 * (place + 1)
    }
    guard let exponent, (2...24).contains(exponent) else { return nil }
    rest.removeLast(words)
    return (Double("1e\(exponent)") ?? 1, "1e\(exponent)")
  }

  /// The unit of a word that begins with its letter: `MParams`, `GTokens`.
  private static func joinedUnit(_ word: String) -> (Double, String)? {
    let words: Set = ["params", "param", "parameters", "tokens", "toks"]
    guard let first = word.first, first.isUppercase, words.contains(word.dropFirst().lowercased())
    else { return nil }
    return letters[String(first)]
  }

  private static func joined(_ rest: inout [String]) -> (Double, String)? {
    for place in rest.indices {
      guard let unit = joinedUnit(rest[place]) else { continue }
      rest[place].removeFirst()
      return unit
    }
    return nil
  }

  /// The letter that opens a bracket with the name of what is counted: `D (T tokens)`.
  private static func bracketed(_ name: String, _ rest: [String]) -> Int? {
    rest.indices.dropFirst().first { place in
      rest[place].count == 1
        && (name.contains("(\(rest[place]) ") || name.contains("[\(rest[place]) "))
    }
  }

  private static func flopWord(_ word: String) -> (Double, String)? {
    flops[word] ?? (word.hasSuffix("s") ? flops[String(word.dropLast())] : nil)
  }

  /// A petaFLOP/s-day, the unit of [kaplan-2020]: 10¹⁵ · 86,400 FLOPs.
  private static func petaflopDays(
    _ words: ColumnWords
  ) -> (Double, String, String, [String])? {
    let text = words.list.joined()
    guard
      ["pfday", "pflopday", "pflopsday", "petaflopday", "petaflopsday"]
        .contains(where: text.contains)
    else { return nil }
    return (8.64e19, "8.64e19", "compute", ["compute"])
  }
}
