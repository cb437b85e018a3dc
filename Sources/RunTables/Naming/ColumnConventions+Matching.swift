import Files
import OrderedCollections

extension RunTable {
  /// The table with the columns of well-known exports under their canonical names.
  ///
  /// Where a canonical name is absent, the first present spelling of ``ColumnConventions/entries``
  /// takes its place: as it is written there, else in another letter case, else word by word and
  /// without a tracker's prefix, else with a unit in its name (`tokens_B`, `params (M)`), by which
  /// its numbers are multiplied. One letter is taken only as it is: `d` may be a width, `n` the
  /// number of a row. The note names the spellings that were present and not chosen. Former names
  /// stay understood.
  public func recognizingConventions() -> RunTable {
    var table = settingAsideLetters().recognizingTaskResults()
    let index = ColumnIndex(table)
    var taken: Set<String> = []
    for entry in ColumnConventions.entries where table.columns[entry.canonical] == nil {
      var found = index.matches(entry, except: taken, in: table)
      guard !found.isEmpty else { continue }
      let best = found.removeFirst()
      taken.insert(best.name)
      table = table.replacingNames { $0 == best.name ? [entry.canonical] : [$0] }
      var note = "column \(best.name) read as \(entry.canonical)"
      if best.factor != 1 {
        note += table.rescale(entry.canonical, by: best)
      } else {
        table.remember(best.name, for: entry.canonical)
      }
      if !found.isEmpty {
        note += " (also present and not used: \(found.map(\.name).joined(separator: ", ")))"
      }
      table.notes.append(note)
    }
    return table
  }

  /// Multiplies a column by the unit of its name, unless it holds counts already; returns a note.
  fileprivate mutating func rescale(_ name: String, by match: ColumnIndex.Match) -> String {
    guard let values = try? numbers(name) else { return "" }
    let largest = values.lazy.filter(\.isFinite).max() ?? 0
    // No model has 10^13 parameters or 10^16 tokens: the name says a unit that the numbers do not have.
    let most = name == "N" || name == "active" ? 1e13 : 1e16
    guard !match.isFromName || name == "C" || largest * match.factor <= most else {
      remember(match.name, for: name)
      return " (its numbers are too large for the unit in its name and are taken as they are)"
    }
    if let scaled = try? adding(name, .numbers(values.map { $0 * match.factor })) { self = scaled }
    return match.isFromName
      ? " (times \(match.spelling), the unit in its name)"
      : " (times \(CSVText.number(match.factor)))"
  }

  /// Multiplies a column that a map gave the name of a count by the unit in its former name.
  mutating func multiplyByUnit(of source: String, as target: String) -> String? {
    guard ColumnConventions.countColumns.contains(target), let unit = UnitName(source),
      let entry = ColumnConventions.entries.first(where: { $0.canonical == target }),
      ColumnIndex.has(unit, entry)
    else { return nil }
    return rescale(
      target,
      by: ColumnIndex.Match(
        name: source, factor: unit.factor, spelling: unit.spelling, isFromName: true))
  }

  /// Sets columns `N`, `D` or `C` too small for their meaning aside where there is something
  /// better.
  private func settingAsideLetters() -> RunTable {
    var table = self
    let index = ColumnIndex(self)
    let least = ["N": 1e4, "D": 1e4, "C": 1e9]
    func largest(_ name: String, _ factor: Double = 1) -> Double {
      guard case .numbers(let values)? = table.columns[name] else { return 0 }
      return (values.lazy.filter(\.isFinite).max() ?? 0) * factor
    }
    func longName(_ letter: String) -> String? {
      guard let entry = ColumnConventions.entries.first(where: { $0.canonical == letter }),
        let other = index.matches(entry, except: [letter], in: table).first,
        largest(other.name, other.factor) >= least[letter] ?? 0
      else { return nil }
      return other.name
    }
    for letter in ["N", "D", "C"] {
      guard case .numbers(let values)? = table.columns[letter],
        !values.contains(where: { $0 >= least[letter] ?? 0 && $0.isFinite }),
        values.contains(where: \.isFinite), table.columns["\(letter).original"] == nil
      else { continue }
      let others = ["N", "D", "C"].filter { $0 != letter }
      let isDerivable = others.allSatisfy {
        largest($0) >= least[$0] ?? 0 || longName($0) != nil
      }
      guard
        let reason = longName(letter).map({ "\($0) is what it should be" })
          ?? (isDerivable
            ? "\(letter) follows from \(others.joined(separator: " and "))" : nil)
      else { continue }
      let shown = CSVText.number(largest(letter))
      table = table.replacingNames { $0 == letter ? ["\(letter).original"] : [$0] }
      table.notes.append(
        "column \(letter), which is at most \(shown), is kept as \(letter).original; \(reason)")
    }
    return table
  }
}

struct ColumnIndex {
  struct Match {
    var name: String
    var factor = 1.0
    var spelling = ""
    var isFromName = false
  }

  private let names: [String]
  private let present: Set<String>
  /// Names by their words, those of whole names before those without a tracker's prefix.
  private var byWords: [String: [String]] = [:]
  private var bare: [String: [String]] = [:]

  init(_ table: RunTable) {
    names = Array(table.columns.keys)
    present = Set(names)
    for name in names {
      let words = ColumnWords(name)
      byWords[words.joined, default: []].append(name)
      let short = ColumnWords.bare(name)
      guard short != name else { continue }
      bare[short, default: []].append(name)
      let joined = ColumnWords(short).joined
      if joined != words.joined { byWords[joined, default: []].append(name) }
    }
  }

  func matches(
    _ entry: ColumnConventions.Entry, except taken: Set<String>, in table: RunTable
  ) -> [Match] {
    func isFree(_ name: String) -> Bool {
      !taken.contains(name) && table.columns[name] != nil && present.contains(name)
    }
    var found = entry.aliases.compactMap { alias in
      isFree(alias.name) && alias.companions.allSatisfy(present.contains)
        ? Match(name: alias.name, factor: alias.factor) : nil
    }
    guard found.isEmpty else { return found }
    // Letter case is ignored, the canonical name itself coming first; one letter is too little.
    let canonical = ColumnConventions.Alias(name: entry.canonical, factor: 1, companions: [])
    let aliases = (entry.canonical.count > 1 ? [canonical] : []) + entry.aliases
    for alias in aliases where alias.companions.isEmpty {
      for name in names
      where isFree(name) && name.lowercased() == alias.name.lowercased()
        && !found.contains(where: { $0.name == name })
      {
        found.append(Match(name: name, factor: alias.factor))
      }
    }
    guard found.isEmpty else { return found }
    for name in bare[entry.canonical] ?? [] where isFree(name) && isNumeric(name, entry, table) {
      found.append(Match(name: name))
    }
    for alias in aliases where alias.companions.isEmpty {
      for name in byWords[ColumnWords(alias.name).joined] ?? []
      where isFree(name) && isNumeric(name, entry, table)
        && !found.contains(where: { $0.name == name })
      {
        found.append(Match(name: name, factor: alias.factor))
      }
    }
    guard found.isEmpty, ColumnConventions.countColumns.contains(entry.canonical) else {
      return found
    }
    for name in names where isFree(name) {
      guard let unit = UnitName(name), Self.has(unit, entry), isNumeric(name, entry, table) else {
        continue
      }
      found.append(
        Match(name: name, factor: unit.factor, spelling: unit.spelling, isFromName: true))
    }
    return found
  }

  static func has(_ unit: UnitName, _ entry: ColumnConventions.Entry) -> Bool {
    if unit.tokens == [entry.canonical] { return true }
    // `D (T tokens)` names the column twice.
    if unit.tokens.count > 1, unit.tokens[0] == entry.canonical,
      entry.aliases.contains(where: {
        ColumnWords($0.name).list == unit.tokens.dropFirst().map { $0.lowercased() }
      })
    {
      return true
    }
    // A letter as the unit of compute would be a guess.
    if entry.canonical == "C", unit.factor < 1e15, !unit.tokens.contains("flops") { return false }
    return entry.aliases.contains { ColumnWords($0.name).joined == unit.base }
  }

  /// Names that are only alike must hold what the canonical column holds.
  private func isNumeric(
    _ name: String, _ entry: ColumnConventions.Entry, _ table: RunTable
  ) -> Bool {
    guard entry.canonical != "run" else { return true }
    switch table.columns[name] {
    case .numbers?: return true
    case .text(let values)?:
      let rules = ColumnConventions.cellRules(forColumn: entry.canonical)
      guard let first = values.first(where: { !$0.isEmpty }) else { return false }
      if case .text = CommaColumn.cell(first, rules) { return false }
      return true
    case nil: return false
    }
  }
}
