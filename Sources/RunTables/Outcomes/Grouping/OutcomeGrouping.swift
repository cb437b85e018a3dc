import Foundation

/// Sorts the rows of all blocks by arm, problem and attempt, column by column.
///
/// Only one column is in memory twice at a time: each is laid flat, moved into its place and let go.
struct OutcomeGrouping {
  var schema: OutcomeSchema
  var result: OutcomeReading.Result
  let rowCount: Int
  /// Names of attempts that are not whole numbers.
  var attemptNames = LabelInterner()
  /// Of each row of the file.
  var flatRounds: FlatColumn<Int32>?
  var flatSteps: FlatColumn<Int32>?

  struct Group: Sendable {
    var arm: Int
    var problem: Int
    var rows: Range<Int>
  }

  init(_ result: OutcomeReading.Result, _ schema: OutcomeSchema) {
    self.result = result
    self.schema = schema
    rowCount = result.rowCount
  }

  consuming func table(threads: Int) throws(TableError) -> OutcomeTable {
    guard rowCount < Int(Int32.max) else {
      throw TableError(
        .badData, source: schema.source, found: "\(rowCount) rows", expected: "fewer than 2^31")
    }
    let workers = result.workers
    var arms = ArmKeys(LabelInterner.merged(workers.map(\.arms)), schema)
    schema.tellUnused(arms.unused)
    let merged = LabelInterner.merged(workers.map(\.problems))
    let problems = separating(
      ProblemNames(maps: merged.maps, names: merged.labels.strings()))
    let names = problems.names
    try readMarks()
    let levels = arms.takeLevels(from: result, problems: problems.maps, schema)
    schema.notes += arms.notes
    var (groups, groupOfRow) = numberGroups(
      problems.maps, arms.maps, problemCount: names.count, hasArms: !arms.columns.isEmpty)
    let strata =
      strata(groups, groupOfRow)
      ?? levels.map { levels in
        (names: groups.map { levels.level(ofProblem: $0.problem, arm: $0.arm) }, conflicts: 0)
      }
    var order = Self.order(&groups, groupOfRow)
    groupOfRow = []
    let numbers = try sort(&order, &groups, names, arms, threads)
    try checkPasses(groups, order)
    var remarks = OutcomeRemarks()
    for worker in workers { remarks.add(worker.remarks) }
    if remarks.counted.rows > 0, remarks.oneGradeOfSeveral > 0 {
      let name = schema.name(of: .correct)
      throw TableError(
        .badData, source: schema.source, column: name,
        found:
          "shares of several answers in \(remarks.counted.rows) rows and 0 or 1 beside several "
          + "answers in \(remarks.oneGradeOfSeveral)",
        expected: "one meaning of the grades",
        hint: "--map 'pass@1=\(name)' takes all of them for shares of right answers")
    }
    var table = OutcomeTable(
      source: schema.source, armColumns: arms.columns, arms: [],
      notes: schema.notes + remarks.notes(schema))
    let withCommas = workers.reduce(into: Set<OutcomeColumn>()) { $0.formUnion($1.commaColumns) }
    for column in OutcomeColumn.allCases where withCommas.contains(column) {
      let isDecimal = column == .score || workers.contains { $0.marks.hasFractions }
      table.notes.append(
        "column \(schema.name(of: column)): the comma is \(isDecimal ? "a decimal comma" : "between thousands")"
      )
    }
    let bounds = Self.armBounds(groups)
    table.arms = bounds.map { range in
      let first = groups[range.lowerBound].rows.lowerBound
      let last = groups[range.upperBound - 1].rows.upperBound
      let place = groups[range.lowerBound].arm
      var arm = OutcomeArm(
        key: arms.columns.isEmpty ? [] : arms.keys[place],
        problems: groups[range].map { names[$0.problem] },
        starts: groups[range].map { $0.rows.lowerBound - first } + [last - first],
        correct: [UInt8](repeating: 0, count: last - first))
      arm.kind = arms.kinds[place]
      if let strata {
        let ours = Array(strata.names[range])
        if ours.contains(where: { !$0.isEmpty }) { arm.strata = ours }
      }
      return arm
    }
    if let strata, strata.conflicts > 0 {
      table.notes.append(
        "\(strata.conflicts) \(strata.conflicts == 1 ? "problem has" : "problems have") more than "
          + "one \(schema.name(of: .stratum)); the first in the file counts")
    }
    fill(&table, bounds, groups, order, numbers, threads)
    dropRightAnswers(&table)
    addConstants(&table, arms.maps)
    return table
  }

  /// Decides what the points of counts are, once all numbers of the file are known.
  private mutating func readMarks() throws(TableError) {
    guard schema.decimalMark == nil else { return }
    var marks = schema.marks
    for worker in result.workers { marks.add(worker.marks) }
    let column =
      schema.contains(.tokens) ? schema.name(of: .tokens) : schema.name(of: .promptTokens)
    if marks.hasEither, marks.hasFractions || marks.hasSeveralGroups {
      throw marks.ambiguity(schema.source, column: column)
    }
    guard marks.hasGrouped || marks.hasSeveralGroups else { return }
    let divisor: Float
    switch marks.points {
    case .undecided: throw marks.ambiguity(schema.source, column: column)
    case .thousands(let why):
      divisor = -1
      schema.notes.append(
        "column \(column): the point is between thousands, for \(why) (--decimal point reads decimal points)"
      )
    case .decimal:
      divisor = -1000
      if marks.hasOddGrouped, !marks.hasPoints {
        schema.notes.append(
          "column \(column): the point is a decimal point; if it is between thousands, --decimal comma"
        )
      }
    }
    for block in result.blocks {
      for kept in [block.tokens, block.promptTokens] {
        guard let kept else { continue }
        for row in 0..<block.rows where kept.base[row] < 0 { kept.base[row] /= divisor }
      }
    }
  }

  // MARK: Groups

  /// Numbers the pairs of arm and problem, both in order of first appearance.
  private mutating func numberGroups(
    _ problems: [[Int32]], _ arms: [[Int32]], problemCount: Int, hasArms: Bool
  ) -> (groups: [Group], ofRow: [Int32]) {
    var ofRow: [Int32] = []
    ofRow.reserveCapacity(rowCount)
    var pairs: [Group] = []
    var known = FirstAppearance()
    if !hasArms {
      pairs = (0..<problemCount).map { Group(arm: 0, problem: $0, rows: 0..<0) }
    }
    for block in result.blocks.indices {
      let (column, armColumn) = (result.blocks[block].problem, result.blocks[block].arm)
      let worker = result.blocks[block].worker
      for row in 0..<result.blocks[block].rows {
        let problem = problems[worker][Int(column.base[row])]
        guard hasArms, let armColumn else {
          ofRow.append(problem)
          continue
        }
        let arm = arms[worker][Int(armColumn.base[row])]
        let group = known.number(of: UInt64(arm) << 32 | UInt64(problem))
        if Int(group) == pairs.count {
          pairs.append(Group(arm: Int(arm), problem: Int(problem), rows: 0..<0))
        }
        ofRow.append(group)
      }
      result.blocks[block].problem = FlatColumn(capacity: 1)
      result.blocks[block].arm = nil
    }
    guard hasArms else { return (pairs, ofRow) }
    let sorted = pairs.indices.sorted { (pairs[$0].arm, $0) < (pairs[$1].arm, $1) }
    var new = [Int32](repeating: 0, count: pairs.count)
    for (place, old) in sorted.enumerated() { new[old] = Int32(place) }
    for row in ofRow.indices { ofRow[row] = new[Int(ofRow[row])] }
    return (sorted.map { pairs[$0] }, ofRow)
  }

  /// Within a group in file order; sets where groups lie.
  private static func order(_ groups: inout [Group], _ ofRow: [Int32]) -> [Int32] {
    var next = [Int32](repeating: 0, count: groups.count + 1)
    for group in ofRow { next[Int(group) + 1] += 1 }
    for group in groups.indices {
      next[group + 1] += next[group]
      groups[group].rows = Int(next[group])..<Int(next[group + 1])
    }
    return [Int32](unsafeUninitializedCapacity: ofRow.count) { order, count in
      for (row, group) in ofRow.enumerated() {
        order[Int(next[Int(group)])] = Int32(row)
        next[Int(group)] += 1
      }
      count = ofRow.count
    }
  }

  private static func armBounds(_ groups: [Group]) -> [Range<Int>] {
    var bounds: [Range<Int>] = []
    var start = 0
    for index in groups.indices
    where index + 1 == groups.count || groups[index + 1].arm != groups[index].arm {
      bounds.append(start..<(index + 1))
      start = index + 1
    }
    return bounds
  }

  // MARK: Strata

  private mutating func strata(
    _ groups: [Group], _ ofRow: [Int32]
  ) -> (names: [String], conflicts: Int)? {
    guard schema.contains(.stratum) else { return nil }
    let merged = LabelInterner.merged(result.workers.map(\.strata))
    let names = merged.labels.strings()
    var first = [Int32](repeating: -1, count: groups.count)
    var conflicting: Set<Int32> = []
    var at = 0
    for block in result.blocks.indices {
      guard let column = result.blocks[block].stratum else { continue }
      for row in 0..<result.blocks[block].rows {
        let group = Int(ofRow[at])
        at += 1
        guard column.base[row] >= 0 else { continue }
        let label = merged.maps[result.blocks[block].worker][Int(column.base[row])]
        if first[group] < 0 { first[group] = label }
        if first[group] != label { conflicting.insert(ofRow[at - 1]) }
      }
      result.blocks[block].stratum = nil
    }
    return (first.map { $0 < 0 ? "" : names[Int($0)] }, conflicting.count)
  }

  // MARK: Constants

  private func addConstants(_ table: inout OutcomeTable, _ maps: [[Int32]]) {
    let count = schema.constants.count
    guard count > 0 else { return }
    var all = [OutcomeWorker.Constant](repeating: .init(), count: count * table.arms.count)
    for (worker, map) in zip(result.workers, maps) {
      for index in worker.constants.indices {
        let arm = map.isEmpty ? 0 : Int(map[index / count])
        let other = worker.constants[index]
        all[arm * count + index % count].meet(other.value)
        if other.varies { all[arm * count + index % count].varies = true }
      }
    }
    for (index, name) in schema.constants.enumerated() {
      var kept = 0
      for arm in table.arms.indices {
        let constant = all[arm * count + index]
        guard !constant.value.isNaN, !constant.varies else { continue }
        table.arms[arm].constants[name] = constant.value
        kept += 1
      }
      if kept < table.arms.count {
        table.notes.append(
          "column \(name) is not used where it is blank, text or not constant within an arm")
      }
    }
  }
}
