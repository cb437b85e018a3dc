internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

/// Saved fits scored on one table.
struct ScoreSession {
  /// A scored fit.
  struct Part {
    var name: String
    var fit: SavedFit
    var score: FitScore
  }

  /// The fits in the order given.
  let parts: [Part]
  /// The same, ranked.
  let ranking: ScoreRanking
  let source: String
  let notes: [String]
  /// What is hardly plausible about the table, or about it beside the fits.
  let doubts: [String]

  init(
    fits: [(name: String, fit: SavedFit)], table: RunTable, schedules: ScheduleSource?,
    single: Bool, threads: Int
  ) throws {
    source = table.source
    let complete = try Self.complete(table, for: fits.map(\.fit))
    var notes = complete.notes
    let runs = complete.hasColumn("run") ? try complete.texts("run") : nil
    parts = try fits.map { name, fit in
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
      return Part(name: name, fit: fit, score: score)
    }
    var doubts: [String] = []
    for (_, fit) in fits {
      for doubt in table.doubts(response: fit.document.response.column)
        + complete.doubts(beside: fit.ranges)
      where !doubts.contains(doubt) {
        doubts.append(doubt)
      }
    }
    self.doubts = doubts
    self.notes = doubts + notes
    ranking = ScoreRanking(parts.map(\.score))
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

  /// One sentence a fit, the best first.
  var sentences: [String] {
    ranking.entries.map { entry in
      let part = parts[entry.index]
      let score = part.score
      let error =
        score.isRelative
        ? "\(NumberFormat.percent(score.meanRelativeError, decimals: 2)) on average"
        : "\(NumberFormat.significant(score.meanError, 3)) on average"
      return
        "\(part.name) (\(score.law)) predicts \(score.runs.count) rows of \(source) within \(error). \(score.calibration)"
    }
  }

  var report: ScoreReport {
    ScoreReport(
      parts: ranking.entries.map {
        ScoreReport.Part(name: parts[$0.index].name, score: $0.score)
      }, source: source, summary: sentences, notes: notes, origin: .now)
  }

  /// The answer, as JSON gives it.
  struct Answer: Encodable {
    struct Fit: Encodable {
      var fit: String
      var law: String
      var response: String
      var rows: Int
      var level: Double
      var meanAbsoluteError: Double
      var rootMeanSquareError: Double
      var meanRelativeError: Double
      var medianRelativeError: Double
      var bias: Estimated
      var relativeBias: Estimated
      var coverage: Coverage
      var lawCoverage: Coverage
      var calibration: String
      var verdict: String
      var errorSpread: Double
      var intervalScore: Double
      var scaleColumn: String?
      var byReach: [FitScore.Band]
      var rank: Int
      var pValueAgainstBest: Double?
      var runs: [ScoredRun]
    }
    var schema = "allometry.score/1"
    var table: String
    var fits: [Fit]
    var notes: [String]
  }

  var answer: Answer {
    var fits: [Answer.Fit] = []
    for (rank, entry) in ranking.entries.enumerated() {
      let score = entry.score
      fits.append(
        Answer.Fit(
          fit: parts[entry.index].name, law: score.law, response: score.response,
          rows: score.runs.count, level: score.level, meanAbsoluteError: score.meanError,
          rootMeanSquareError: score.rootMeanSquare, meanRelativeError: score.meanRelativeError,
          medianRelativeError: score.medianRelativeError, bias: score.bias,
          relativeBias: score.relativeBias, coverage: score.coverage,
          lawCoverage: score.lawCoverage, calibration: score.calibration,
          verdict: score.coverage.rows == 0 ? "unknown" : score.coverage.verdict.rawValue,
          errorSpread: score.errorSpread, intervalScore: score.intervalScore,
          scaleColumn: score.scaleColumn, byReach: score.bands, rank: rank + 1,
          pValueAgainstBest: entry.pValue, runs: score.runs))
    }
    return Answer(table: source, fits: fits, notes: notes)
  }
}
