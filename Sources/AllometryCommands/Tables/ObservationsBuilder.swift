internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct ObservationsBuilder {
  var table: RunTable
  /// The column that the law predicts, if it is not the law's own.
  var response: String?
  /// Learning-rate schedules by run, for laws of the training curve.
  var schedules: ScheduleSource?
  /// Whether outcomes may all be equal, as in a table that is predicted and not fitted.
  var allowsEqualOutcomes = false

  /// The columns that a law reads and that the table itself must hold.
  static func requiredColumns(_ law: any Law) -> [String] {
    law.card.columns.map(\.name).filter { $0 != "S1" && $0 != "S2" }
  }

  func allows(_ law: any Law) -> Bool {
    let needed = Self.requiredColumns(law) + [response ?? law.card.response.column]
    guard needed.allSatisfy({ isNumeric($0) }) else { return false }
    return !law.readsSchedule
      || (table.hasColumn("step") && (schedules != nil || table.hasColumn("lr")))
  }

  func completeRows(for law: any Law) throws -> Int {
    let columns = try Self.neededColumns(law, response).filter(table.hasColumn)
      .map { try table.numbers($0) }
    return (0..<table.rowCount).count { row in columns.allSatisfy { !$0[row].isNaN } }
  }

  /// The builder of the rows that are complete for all of several laws, and what is to be said where
  /// a law alone has more.
  func completeForAll(
    _ laws: [any Law]
  ) throws -> (builder: ObservationsBuilder, note: String?) {
    var needed: [String] = []
    for name in laws.flatMap({ Self.neededColumns($0, response) })
    where !needed.contains(name) && table.hasColumn(name) {
      needed.append(name)
    }
    let most = try laws.map { try completeRows(for: $0) }.max() ?? 0
    var result = self
    result.table = try table.droppingMissing(in: needed).table
    let count = result.table.rowCount
    guard count < most else { return (self, nil) }
    guard count > 0 else {
      throw CommandFailure(
        .badData,
        "\(table.source): no row has a value in all of \(needed.joined(separator: ", ")), expected some that all of \(laws.map(\.name).joined(separator: ", ")) can read"
      )
    }
    return (
      result,
      "the laws were compared on the \(count) of \(most) rows that have all of \(needed.joined(separator: ", "))"
    )
  }

  /// What the table must hold in a row for a law: what it reads, and its outcome.
  private static func neededColumns(_ law: any Law, _ response: String?) -> [String] {
    requiredColumns(law) + (law.readsSchedule ? ["step"] : [])
      + [response ?? law.card.response.column]
  }

  private func isNumeric(_ name: String) -> Bool {
    table.hasColumn(name) && (try? table.numbers(name)) != nil
  }

  /// The observations of a law.
  ///
  /// Rows without a value in a column that the law reads are left out and noted.
  func build(for law: any Law) throws -> (observations: Observations, notes: [String]) {
    let responseColumn = response ?? law.card.response.column
    var needed = Self.requiredColumns(law)
    if law.readsSchedule { needed.append("step") }
    for name in needed where !table.hasColumn(name) {
      let meaning = law.card.columns.first { $0.name == name }?.meaning ?? "the training step"
      throw missing(name, meaning: meaning, law: law)
    }
    guard table.hasColumn(responseColumn) else {
      throw missing(responseColumn, meaning: "what the law predicts", law: law)
    }
    let (complete, _) = try table.droppingMissing(in: needed + [responseColumn])
    guard complete.rowCount > 0 else {
      throw CommandFailure(
        .badData,
        "\(table.source): no row has a value in all of \((needed + [responseColumn]).joined(separator: ", "))"
      )
    }
    var columns: [String: [Double]] = [:]
    for name in complete.columnNames {
      if case .numbers(let values) = try complete.column(name) { columns[name] = values }
    }
    for name in needed { columns[name] = try complete.numbers(name) }
    let outcomes = try complete.numbers(responseColumn)
    if !allowsEqualOutcomes, outcomes.count > 1, outcomes.allSatisfy({ $0 == outcomes[0] }) {
      throw CommandFailure(
        .badData,
        "\(complete.source): column \(responseColumn): found \(NumberFormat.significant(outcomes[0], 6)) in all \(outcomes.count) rows, expected outcomes that differ"
      )
    }
    let labels = complete.lineNumbers.map { "\(complete.source):\($0)" }
    var clusters: [Int]?
    var runNames: [String]?
    if complete.hasColumn("run") {
      var numbers: [String: Int] = [:]
      let names = try complete.texts("run")
      runNames = names
      var count = 0
      clusters = names.map { run in
        // Rows without a name of a run are not one run: each is one of its own.
        if let known = numbers[run], RunTable.namesRun(run) { return known }
        numbers[run] = count
        count += 1
        return count - 1
      }
    }
    var observations = Observations(
      columns: columns, response: outcomes,
      weights: complete.hasColumn("weight") ? try complete.numbers("weight") : nil,
      clusters: clusters, labels: labels)
    observations.responseName = response
    observations.flopsFormula = table.flopsPerToken
    observations.runNames = runNames
    var notes = complete.notes
    if law.readsSchedule {
      let source = schedules ?? ScheduleSource(warmup: 0, table: nil)
      notes += try source.attach(to: &observations, from: complete, law: law)
    }
    return (observations, notes)
  }
}

extension ObservationsBuilder {
  private func missing(_ column: String, meaning: String, law: any Law) -> CommandFailure {
    let error = FitError.missingColumn(
      law: law.name, column: column, meaning: meaning, present: table.columnNames)
    let absent = ([column] + Self.neededColumns(law, response)).filter { !table.hasColumn($0) }
    var unique: [String] = []
    for name in absent where !unique.contains(name) { unique.append(name) }
    let map = table.suggestedMap(for: unique).map { ", as in \($0)" } ?? ""
    return CommandFailure(.badData, "\(table.source): \(error)\(map)")
  }
}

struct ScheduleSource {
  /// Steps of warm-up that are counted at the peak rate.
  var warmup: Int
  /// A table of `run` (or `schedule`), `step` and `lr`; nil to take the rates of the runs' rows.
  var table: RunTable?

  /// The steps of a table, checked to be whole and not absurdly many.
  private static func steps(of table: RunTable) throws -> [Double] {
    let steps = try table.numbers("step")
    for (step, line) in zip(steps, table.lineNumbers) where step.isFinite || step.isInfinite {
      guard step >= 0, step <= Double(RunSchedules.longest), step == step.rounded() else {
        throw CommandFailure(
          .badData,
          "\(table.source):\(line): column step: found \(NumberFormat.significant(step, 6)), expected a whole number from 0 to 100000000"
        )
      }
    }
    return steps
  }

  /// Gives every row its run's schedule and the areas that laws of the curve read.
  ///
  /// Rates between the rows are completed by ``ListedSchedule``; before the first row the rate rises
  /// linearly from zero during the warm-up and then stays at that of the first row.
  func attach(
    to observations: inout Observations, from rows: RunTable, law: any Law
  ) throws -> [String] {
    let key = rows.hasColumn("run") ? "run" : rows.hasColumn("schedule") ? "schedule" : nil
    let runs = try key.map { try rows.texts($0) } ?? rows.lineNumbers.map { _ in "run" }
    if let key, let row = runs.firstIndex(where: { !RunTable.namesRun($0) }) {
      throw CommandFailure(
        .badData,
        "\(rows.source):\(rows.lineNumbers[row]): column \(key): found a missing value, expected the name of the run: law \(law.name) sums over the schedule of each run; leave such rows out with --where '\(key)!=NA && \(key)!=\"\"'"
      )
    }
    let steps = try Self.steps(of: rows)
    var points: [String: [(step: Double, rate: Double)]] = [:]
    if let table {
      let name = table.hasColumn("run") ? "run" : "schedule"
      guard table.hasColumn(name) || key == nil else {
        throw CommandFailure(
          .badData, "\(table.source): found no column run or schedule, expected one to join with")
      }
      let names =
        table.hasColumn(name)
        ? try table.texts(name)
        : [String](
          repeating: "run", count: table.rowCount)
      let (known, rates) = (try Self.steps(of: table), try table.numbers("lr"))
      for (index, run) in names.enumerated() where known[index].isFinite && rates[index].isFinite {
        points[run, default: []].append((known[index], rates[index]))
      }
    } else {
      guard rows.hasColumn("lr") else {
        throw CommandFailure(
          .badData,
          "\(rows.source): law \(law.name) needs the learning rate: found no column lr, expected one, or a table with --schedule"
        )
      }
      let rates = try rows.numbers("lr")
      for (index, run) in runs.enumerated() where rates[index].isFinite {
        points[run, default: []].append((steps[index], rates[index]))
      }
    }
    var last: [String: Double] = [:]
    for (run, step) in zip(runs, steps) { last[run] = max(last[run] ?? 0, step) }
    let schedules: RunSchedules
    do throws(RunSchedules.Problem) {
      schedules = try RunSchedules(
        rates: points, lastSteps: last, warmup: warmup, isLogged: table == nil)
    } catch { throw Self.failure(error, in: table?.source ?? rows.source) }
    observations = try schedules.attached(to: observations, runs: runs, law: law, warmup: warmup)
    if key != nil { observations.clusters = observations.scheduleOfRow }
    return [
      "learning rates of \(schedules.schedules.count) runs \(table == nil ? "interpolated between the table's rows" : "read from \(table?.source ?? "")")"
    ]
  }

  private static func failure(_ problem: RunSchedules.Problem, in source: String) -> CommandFailure
  {
    switch problem {
    case .noRates(let run):
      CommandFailure(
        .badData,
        "\(source): found no schedule for run \"\(run)\", expected one row per logged step")
    case .tooLong(let run, let steps):
      CommandFailure(
        .badData,
        "\(source): found step \(steps) of run \"\(run)\", expected at most \(RunSchedules.longest)"
      )
    case .incomplete(let run, let problem): Self.failure(problem, ofRun: run, in: source)
    }
  }

  static func failure(
    _ problem: ListedSchedule.Problem, ofRun run: String, in source: String
  ) -> CommandFailure {
    switch problem {
    case .tooCoarse(let rows, let steps, let every):
      CommandFailure(
        .badData,
        "\(source): run \"\(run)\": found \(rows) rows for \(steps) steps, too coarse to tell how the learning rate falls between them; expected a row at least every \(every) steps, or a column kind with one of \(decays)"
      )
    }
  }

  static let decays = ScheduleDecay.allCases.map(\.rawValue).joined(separator: ", ")
}
