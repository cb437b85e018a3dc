internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct ScoreSession {
  let result: ScoredFits

  init(
    fits: [(name: String, fit: SavedFit)], table: RunTable, schedules: ScheduleSource?,
    single: Bool, threads: Int
  ) throws {
    let complete = try Self.complete(table, for: fits.map(\.fit))
    var notes = complete.notes
    let runs = complete.hasColumn("run") ? try complete.texts("run") : nil
    let parts = try fits.map { name, fit in
      var builder = ObservationsBuilder(
        table: complete, response: fit.document.response.column, schedules: schedules)
      builder.allowsEqualOutcomes = true
      let (observations, own) = try builder.build(for: fit.law)
      for note in own where !notes.contains(note) { notes.append(note) }
      if fit.document.table == table.source, fit.document.rows == observations.count {
        notes.append(
          "\(name) was fitted to \(observations.count) rows of a table of this name: if these are the same rows, the errors are those of the fit and not of a prediction"
        )
      }
      let score = try CommandFailure.naming(table.source) {
        let mixture = single ? nil : try SavedFitArguments.mixture(of: fit, source: name)
        return try fit.score(on: observations, runs: runs, mixture: mixture, threads: threads)
      }
      return ScoreReport.Part(name: name, score: score)
    }
    var doubts: [String] = []
    for (_, fit) in fits {
      for doubt in table.doubts(response: fit.document.response.column)
        + complete.doubts(beside: fit.ranges)
      where !doubts.contains(doubt) {
        doubts.append(doubt)
      }
    }
    result = ScoredFits(parts, source: table.source, notes: notes, doubts: doubts)
  }

  /// The rows in which every fit has what it reads and predicts.
  private static func complete(_ table: RunTable, for fits: [SavedFit]) throws -> RunTable {
    var needed: [String] = []
    for fit in fits {
      let columns =
        ObservationsBuilder.requiredColumns(fit.law) + [fit.document.response.column]
        + (fit.law.readsSchedule ? ["step"] : [])
      for name in columns where !needed.contains(name) {
        guard table.hasColumn(name) else {
          throw CommandFailure(
            .badData,
            "\(table.source): found no column \(name), expected it: the fit of \(fit.law.name) \(name == fit.document.response.column ? "predicts" : "reads") it; rename one with \(table.suggestedMap(for: [name]) ?? "--map \(name)=NAME")"
          )
        }
        needed.append(name)
      }
    }
    let (complete, _) = try table.droppingMissing(in: needed)
    guard complete.rowCount > 0 else {
      throw CommandFailure(
        .badData,
        "\(table.source): no row has a value in all of \(needed.joined(separator: ", "))")
    }
    return complete
  }
}
