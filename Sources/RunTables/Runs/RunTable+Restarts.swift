import Files
import OrderedCollections

extension RunTable {
  /// The table in which a step that a run logged again after a restart counts once, as it was logged
  /// the later time.
  ///
  /// A restart shows in the order of the file: the step of a run falls back behind its first, and
  /// what did not change before does not change then. Where the step falls back to the beginning it
  /// is the same run only if the column `run` says so; without one, the rows are taken for another
  /// curve. A note says how many rows gave way, and from where.
  ///
  /// Rows that end before what they would replace, such as steps 110 to 150 behind step 300, may be
  /// the earlier ones: without a column of times that tells, they are refused. Rows without the
  /// outcome are left alone, since logs of training and evaluation interleave.
  ///
  /// - Throws: ``TableError`` that names the two rows of a step of which neither is known to be
  ///   later.
  public func keepingLaterSteps(response: String = "loss") throws(TableError) -> RunTable {
    guard let step = stepColumn, let steps = try? numbers(step), rowCount > 2 else { return self }
    let outcomes = (try? numbers(response)) ?? []
    let measured = (0..<rowCount).filter { row in
      !steps[row].isNaN && (outcomes.isEmpty || !outcomes[row].isNaN)
    }
    var stale: [Int] = []
    var restarted: [String] = []
    for (run, rows) in rowsOfRuns(among: measured) {
      let replaced = try supersededRows(
        rows, steps, isNamed: run != nil, except: [step, response])
      guard !replaced.isEmpty else { continue }
      stale += replaced
      restarted.append(run ?? "the run")
    }
    guard !stale.isEmpty else { return self }
    let gone = Set(stale)
    var result = selecting(rows: (0..<rowCount).filter { !gone.contains($0) })
    stale.sort()
    let lines = stale.prefix(5).map { "\(lineNumbers[$0])" }.joined(separator: ", ")
    let runs =
      restarted.count == 1 ? "of \(restarted[0]) " : "of \(restarted.count) runs "
    let isOne = stale.count == 1
    result.notes.append(
      "\(stale.count) \(isOne ? "step" : "steps") \(runs)\(isOne ? "was" : "were") logged again after a restart and \(isOne ? "counts" : "count") as logged later (left out: line\(isOne ? "" : "s") \(lines)\(stale.count > 5 ? ", …" : ""))"
    )
    return result
  }

  /// The column of steps, also where a map gave it another name.
  private var stepColumn: String? {
    if columns["step"] != nil { return "step" }
    let spellings = ColumnConventions.entries.first { $0.canonical == "step" }?.aliases ?? []
    let names = Set(["step"] + spellings.map { ColumnWords($0.name).joined })
    return formerNames.sorted { $0.key < $1.key }
      .first { names.contains(ColumnWords($0.key).joined) && columns[$0.value] != nil }?.value
  }

  /// Rows by the name of their run, nil where none has one; rows without it are left out where
  /// others have one.
  private func rowsOfRuns(among rows: [Int]) -> [(run: String?, rows: [Int])] {
    guard let column = columns["run"] else { return [(nil, rows)] }
    var order: [String] = []
    var groups: [String: [Int]] = [:]
    for row in rows {
      let name = column.entry(row)
      guard Self.namesRun(name) else { continue }
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(row)
    }
    return order.map { ($0, groups[$0] ?? []) }
  }

  /// Whether a text is the name of a run: neither blank nor a word for nothing.
  public static func namesRun(_ text: String) -> Bool {
    !text.isEmpty && !CellRules.isMissingWord(text)
  }

  private func supersededRows(
    _ rows: [Int], _ steps: [Double], isNamed: Bool, except: [String]
  ) throws(TableError) -> [Int] {
    var pieces: [[Int]] = []
    for row in rows {
      if let last = pieces.last?.last, steps[last] < steps[row] {
        pieces[pieces.count - 1].append(row)
      } else {
        pieces.append([row])
      }
    }
    guard pieces.count > 1 else { return [] }
    var stale: [Int] = []
    var known: [Double: Int] = [:]
    var before: [Int] = []
    for piece in pieces {
      let overlaps = piece.contains { known[steps[$0]] != nil }
      let isRestart =
        overlaps && before.count > 1
        && (isNamed || steps[piece[0]] > (before.map { steps[$0] }.min() ?? .infinity))
        && agree(piece, with: before, except: except)
        && piece.allSatisfy { row in known[steps[row]].map { isSamePlace(row, $0) } ?? true }
      guard isRestart else {
        // Another curve begins, or the same goes on.
        if overlaps { (known, before) = ([:], []) }
        for row in piece { known[steps[row]] = row }
        before += piece
        continue
      }
      let reached = before.map { steps[$0] }.max() ?? 0
      if steps[piece[piece.count - 1]] < reached, !isLater(piece[0], than: before),
        let row = piece.first(where: { known[steps[$0]] != nil }), let old = known[steps[row]]
      {
        var error = badCell(
          row, except[0],
          found: "step \(CSVText.number(steps[row])) again (first on line \(lineNumbers[old]))",
          expected: "each step once, or a log in the order in which it was written")
        error.hint = "--keep-duplicates keeps both"
        throw error
      }
      for row in piece {
        if let old = known.updateValue(row, forKey: steps[row]) { stale.append(old) }
      }
      before += piece
    }
    return stale
  }

  /// Whether two rows of a step say the same of how large the run was and how far it had come.
  private func isSamePlace(_ row: Int, _ other: Int) -> Bool {
    ["N", "active", "D", "C", "U", "batch_tokens"].allSatisfy { name in
      guard case .numbers(let values)? = columns[name] else { return true }
      let (a, b) = (values[row], values[other])
      return a.isNaN || b.isNaN || abs(a - b) <= 1e-6 * abs(b)
    }
  }

  /// Whether a column of times says that a row was written after others.
  private func isLater(_ row: Int, than before: [Int]) -> Bool {
    for (name, column) in columns {
      let words = ColumnWords(name).list
      guard words.contains("timestamp") || words.contains("time"),
        case .numbers(let times) = column
      else { continue }
      if before.allSatisfy({ times[$0] < times[row] }) { return true }
    }
    return false
  }

  /// Whether what did not change in some rows is the same in others.
  private func agree(_ rows: [Int], with before: [Int], except: [String]) -> Bool {
    let first = before[0]
    for (name, column) in columns where !except.contains(name) {
      switch column {
      case .numbers(let values):
        func isSame(_ row: Int) -> Bool {
          values[row] == values[first] || values[row].isNaN || values[first].isNaN
        }
        if before.allSatisfy(isSame), !rows.allSatisfy(isSame) { return false }
      case .text(let values):
        // A run may go on on another host; a table of several curves without names says so in words.
        guard columns["run"] == nil || steadyWords.contains(name) else { continue }
        if before.allSatisfy({ values[$0] == values[first] }),
          !rows.allSatisfy({ values[$0] == values[first] })
        {
          return false
        }
      }
    }
    return true
  }

  /// Columns of text that tell curves of one run name apart.
  private var steadyWords: Set<String> {
    let places: Set = ["host", "hostname", "node", "machine", "device", "gpu", "job", "status"]
    return Set(
      columns.keys.filter { name in
        name != "run" && places.isDisjoint(with: ColumnWords(name).list)
      })
  }
}
