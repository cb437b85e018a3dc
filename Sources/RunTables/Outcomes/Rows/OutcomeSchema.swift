import OrderedCollections

/// What each column of a file means to a table of outcomes, decided from the names alone.
struct OutcomeSchema: Sendable {
  enum Use: Sendable, Hashable {
    case column(OutcomeColumn)
    case arm(Int)
    case constant(Int)
    case label(Int)
    case wide(OutcomeColumn, Int)
  }

  /// What the parser does at a column, known without looking anything up.
  enum Plan: Sendable {
    case number(OutcomeColumn)
    case text(OutcomeColumn)
    case unused
    case several
  }

  var source: String
  var fileNames: [String]
  /// Per column of the file; a map may give one column several uses.
  var uses: [[Use]]
  var armColumns: [String] = []
  var constants: [String] = []
  var present: Set<OutcomeColumn> = []
  var notes: [String] = []
  var labels: [LabelColumn] = []
  /// Columns of arms that count only where they tell some apart, under the name of their part.
  var softArms: Set<String> = []
  /// Whether grades are shares of several attempts by the name of their column.
  var isShare = false
  var marks = NumberMarks()
  var unused: [(name: String, index: Int)] = []
  /// The same of ``softArms``, by the name of their part.
  var softColumns: [String: (name: String, index: Int)] = [:]
  /// Asked for by the user.
  let named: Set<String>
  let answers: AnswerForm
  let noAnswer: [[UInt8]]
  let threshold: Double?
  /// Words for right and wrong besides the usual ones, in lower case.
  let rightWords: [[UInt8]]
  let wrongWords: [[UInt8]]
  let repeats: RepeatedAttempts?
  let decimalMark: DecimalMark?
  let answerIsMapped: Bool

  /// Throws ``TableError`` (usage) when the map or `by` names an absent column, or `problem` or
  /// `correct` is missing.
  init(names: [String], source: String, options: OutcomeOptions) throws(TableError) {
    self.source = source
    fileNames = names
    uses = names.map { _ in [] }
    named = Set(options.by)
    answers = options.answers
    noAnswer = options.noAnswer.map { Array($0.utf8) }
    threshold = options.threshold
    decimalMark = options.decimalMark
    rightWords = options.rightWords.map { Array($0.lowercased().utf8) }
    wrongWords = options.wrongWords.map { Array($0.lowercased().utf8) }
    repeats = options.repeats
    answerIsMapped = options.map?.entries.contains { $0.target == "answer" } ?? false
    var columns = OrderedDictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    if let map = options.map { columns = try Self.renamed(columns, map, source, &notes) }
    try takeArmColumns(columns, options.by)
    takeColumns(columns)
    for column in [OutcomeColumn.problem, .correct] where !present.contains(column) {
      if column == .correct, present.contains(.rightCount) { continue }
      throw Self.missing(column, among: Array(columns.keys), source)
    }
    for name in OutcomeColumn.constantColumns {
      guard let index = columns[name], uses[index].isEmpty else { continue }
      uses[index].append(.constant(constants.count))
      constants.append(name)
    }
    unused = columns.filter { uses[$0.value].isEmpty }.map { ($0.key, $0.value) }
    takeLabels(columns)
  }

  /// Tells which columns are not used, those among them that tell no arms apart.
  mutating func tellUnused(_ parts: [String]) {
    let all = unused + parts.compactMap { softColumns[$0] }
    guard !all.isEmpty else { return }
    let names = all.sorted { $0.index < $1.index }.map(\.name)
    notes.append(
      "\(names.count == 1 ? "column" : "columns") not used: \(names.joined(separator: ", "))")
  }

  /// Watches the columns that decide whether rows belong together, those of sets first.
  private mutating func takeLabels(_ columns: OrderedDictionary<String, Int>) {
    var found: [(label: LabelColumn, index: Int)] = []
    for (name, index) in columns {
      guard let kind = LabelColumn.kind(of: name.lowercased()) else { continue }
      let isFree =
        uses[index].isEmpty || kind == .set && uses[index] == [.column(.stratum)]
      if isFree { found.append((LabelColumn(name: name, kind: kind), index)) }
    }
    for kind in [LabelColumn.Kind.set, .content, .target, .pooled] {
      for one in found where one.label.kind == kind {
        uses[one.index].append(.label(labels.count))
        labels.append(one.label)
      }
    }
  }

  var plans: [Plan] {
    uses.map { uses in
      guard uses.count == 1, case .column(let column) = uses[0] else {
        return uses.isEmpty ? .unused : .several
      }
      switch column {
      case .problem, .answer, .stratum, .stepScores, .rightCount, .attemptCount:
        return .text(column)
      // Every number is looked at where the user says how they are written.
      default: return decimalMark == .comma || isShare || hasWords ? .text(column) : .number(column)
      }
    }
  }

  func contains(_ column: OutcomeColumn) -> Bool { present.contains(column) }

  var hasWords: Bool { !rightWords.isEmpty || !wrongWords.isEmpty }

  var markAsked: String {
    switch decimalMark {
    case .comma: ", with a decimal comma and points only between thousands (--decimal comma)"
    case .point: ", with a decimal point and commas only between thousands (--decimal point)"
    case nil: ""
    }
  }

  // MARK: Names

  private static func renamed(
    _ columns: OrderedDictionary<String, Int>, _ map: ColumnMap, _ source: String,
    _ notes: inout [String]
  ) throws(TableError) -> OrderedDictionary<String, Int> {
    let (targets, made) = try map.targets(among: Array(columns.keys), source: source) {
      columns[$0] == nil ? nil : $0
    }
    notes += made
    var renamed: OrderedDictionary<String, Int> = [:]
    for (name, index) in columns {
      for new in targets[name] ?? [name] { renamed[new] = index }
    }
    for entry in map.entries where entry.target != entry.source {
      notes.append("column \(entry.source) read as \(entry.target), as asked")
    }
    return renamed
  }

  private mutating func takeArmColumns(
    _ columns: OrderedDictionary<String, Int>, _ by: [String]
  ) throws(TableError) {
    let telling =
      OutcomeColumn.armColumns + OutcomeColumn.gradingColumns + [OutcomeColumn.kindColumn]
    for name in telling {
      let found = columns[name] != nil ? name : Self.ignoringCase(name, columns.keys)
      guard let found, let index = columns[found], !armColumns.contains(found) else { continue }
      uses[index].append(.arm(armColumns.count))
      armColumns.append(name)
      if found != name { notes.append("column \(found) read as \(name)") }
    }
    for name in by where !armColumns.contains(name) {
      guard let index = columns[name] else {
        throw TableChecks.missingColumn(name, among: Array(columns.keys), source: source)
      }
      uses[index].append(.arm(armColumns.count))
      armColumns.append(name)
    }
    for (name, index) in columns where uses[index].isEmpty {
      let lower = name.lowercased()
      let isModel = OutcomeColumn.modelNames.contains(lower)
      guard isModel || OutcomeColumn.softArmColumns.contains(lower) else { continue }
      let part = isModel && !armColumns.contains("model") ? "model" : name
      uses[index].append(.arm(armColumns.count))
      armColumns.append(part)
      softArms.insert(part)
      softColumns[part] = (name, index)
    }
  }

  private mutating func takeColumns(_ columns: OrderedDictionary<String, Int>) {
    takePrediction(columns)
    takeProblemOfSamples(columns)
    let columnsOfAttempts = OutcomeColumn.allCases.filter {
      $0 != .rightCount && $0 != .attemptCount
    }
    for column in columnsOfAttempts where !present.contains(column) {
      if let index = columns[column.rawValue] { take(column, index) }
    }
    for column in columnsOfAttempts where !present.contains(column) {
      let free = free(columns)
      var found = column.aliases.filter { free[$0] != nil }
      if found.isEmpty {
        found = ([column.rawValue] + column.aliases).compactMap {
          Self.ignoringCase($0, free.keys)
        }
      }
      use(found, as: column, free)
    }
    if !present.contains(.correct), !present.contains(.passes) {
      let free = free(columns)
      let found = free["passed"] != nil ? "passed" : Self.ignoringCase("passed", free.keys)
      use(found.map { [$0] } ?? [], as: .correct, free)
    }
    if !present.contains(.correct) { takeCounts(columns) }
    if !present.contains(.correct), !present.contains(.rightCount) { takeWide(columns) }
    if !present.contains(.correct), !present.contains(.rightCount) { takeScorer(columns) }
  }

  /// A row may count its attempts and how many, or which share, of them are right.
  private mutating func takeCounts(_ columns: OrderedDictionary<String, Int>) {
    let free = free(columns)
    func name(of column: OutcomeColumn) -> String? {
      let names = [column.rawValue] + column.aliases
      return names.first { free[$0] != nil }
        ?? names.lazy.compactMap { Self.ignoringCase($0, free.keys) }.first
    }
    let all = name(of: .attemptCount)
    if let share = OutcomeColumn.shares.lazy.compactMap({ Self.ignoringCase($0, free.keys) }).first
    {
      isShare = true
      use([share], as: .correct, free)
      if let all { use([all], as: .attemptCount, free) }
    } else if let all, let right = name(of: .rightCount), right != all {
      use([right], as: .rightCount, free)
      use([all], as: .attemptCount, free)
    }
  }

  /// Grades in a series of columns, and what stands beside them in others.
  private mutating func takeWide(_ columns: OrderedDictionary<String, Int>) {
    var series = WideColumns.series(free(columns))
    if !series.contains(where: { $0.column == .correct }), series.count == 1,
      series[0].column == .score
    {
      series[0].column = .correct
    }
    guard series.contains(where: { $0.column == .correct }) else { return }
    for one in series where !present.contains(one.column) {
      for (place, index) in one.indices.enumerated() {
        uses[index].append(.wide(one.column, place))
      }
      present.insert(one.column)
      notes.append(
        "columns \(one.names[0]) to \(one.names[one.names.count - 1]) read as \(one.column.rawValue) of \(one.names.count) attempts"
      )
    }
  }

  /// Columns that mean nothing yet and that the user did not name for anything else.
  private func free(
    _ columns: OrderedDictionary<String, Int>
  ) -> OrderedDictionary<String, Int> {
    columns.filter { uses[$0.value].isEmpty && !named.contains($0.key) }
  }

  /// Beside a column of what was answered, `answer` is the right answer.
  private mutating func takePrediction(_ columns: OrderedDictionary<String, Int>) {
    guard !answerIsMapped, let gold = columns["answer"], uses[gold].isEmpty else { return }
    let free = free(columns)
    guard let name = OutcomeColumn.predictions.first(where: { free[$0] != nil }),
      let index = free[name]
    else { return }
    take(.answer, index)
    notes.append(
      "column \(name) read as answer; the file's own column answer is taken for the right answer")
  }

  /// Where epochs tell attempts apart, `sample_id` is the name of the problem.
  private mutating func takeProblemOfSamples(_ columns: OrderedDictionary<String, Int>) {
    let free = free(columns)
    let others = [OutcomeColumn.problem.rawValue] + OutcomeColumn.problem.aliases
    guard let index = free["sample_id"], !others.contains(where: { free[$0] != nil }),
      ["epoch", "attempt", "repeat", "trial"].contains(where: { free[$0] != nil })
    else { return }
    take(.problem, index)
    notes.append("column sample_id read as problem")
  }

  /// Grades named after their scorer: `score_match`, or `scores.match.value` in nested objects.
  private mutating func takeScorer(_ columns: OrderedDictionary<String, Int>) {
    let free = free(columns)
    let graded = free.keys.filter {
      $0.hasPrefix("scores.") && $0.hasSuffix(".value") || $0.hasPrefix("score_")
    }
    guard graded.count == 1, let name = graded.first else { return }
    use([name], as: .correct, free)
    let answer = name.replacing(".value", with: ".answer")
    if !present.contains(.answer), answer != name, free[answer] != nil {
      use([answer], as: .answer, free)
    }
  }

  private mutating func use(
    _ found: [String], as column: OutcomeColumn, _ columns: OrderedDictionary<String, Int>
  ) {
    guard let name = found.first, let index = columns[name] else { return }
    take(column, index)
    guard name != column.rawValue || found.count > 1 else { return }
    var note = "column \(name) read as \(column.rawValue)"
    if found.count > 1 {
      note += " (also present and not used: \(found.dropFirst().joined(separator: ", ")))"
    }
    notes.append(note)
  }

  private mutating func take(_ column: OutcomeColumn, _ index: Int) {
    uses[index].append(.column(column))
    present.insert(column)
  }

  private static func ignoringCase(_ name: String, _ names: OrderedSet<String>) -> String? {
    names.first { $0.lowercased() == name.lowercased() }
  }

  // MARK: Errors

  /// A table of coverage by number of samples is told where it belongs.
  private static func missing(
    _ column: OutcomeColumn, among names: [String], _ source: String
  ) -> TableError {
    var error = TableChecks.missingColumn(column.rawValue, among: names, source: source)
    let lower = Set(names.map { $0.lowercased() })
    // Names that may stand for a problem, or for a row, a set or a sample.
    let unsure: Set = ["idx", "index", "uid", "task", "example", "prompt", "problem_name", "input"]
    let counts: Set = ["samples_k", "k", "samples", "n_samples"]
    let rates: Set = ["success_rate", "coverage", "pass_rate", "pass_at_k", "pass@k"]
    if column == .problem, !lower.isDisjoint(with: counts), !lower.isDisjoint(with: rates) {
      error.hint =
        "a table of coverage by number of samples is read by `allometry testtime curve`"
    } else if column == .problem, error.hint == nil || names.contains(where: unsure.contains),
      let likely = names.first(where: { unsure.contains($0.lowercased()) })
    {
      error.hint = "if \(likely) names the problem, --map problem=\(likely)"
    } else if column == .problem, error.hint == nil {
      error.hint = "--map problem=COLUMN names the column that says which problem a row is of"
    } else if column == .correct,
      let plus = names.first(where: { $0.lowercased() == "plus_status" })
        ?? names.first(where: { $0.lowercased() == "base_status" })
    {
      error.hint = "--map correct=\(plus) takes the verdict of those tests"
    } else if column == .correct, error.hint == nil,
      let likely = names.first(where: { Self.likelyGrades.contains($0.lowercased()) })
    {
      error.hint = "if it is \(likely), --map correct=\(likely)"
    }
    return error
  }

  /// Names that often hold grades, but not always.
  private static let likelyGrades: Set = [
    "score", "reward", "result", "results", "metric", "f1", "rouge", "passes", "verdict", "judge",
    "label", "scores", "outcome", "status",
  ]

  /// The name in the file of the column that is used so; of the canonical one if there is none.
  func name(of column: OutcomeColumn) -> String {
    let index = uses.firstIndex { $0.contains(.column(column)) }
    return index.map { fileNames[$0] } ?? column.rawValue
  }
}
