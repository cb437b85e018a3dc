internal import Quantities
internal import ScalingLaws

/// Saved fits scored on one table, ranked.
public struct ScoredFits {
  /// The fits in the order given.
  let parts: [ScoreReport.Part]
  let ranking: ScoreRanking
  let source: String
  let notes: [String]
  let doubts: [String]

  /// Ranks scored fits.
  ///
  /// - Parameters:
  ///   - parts: the fits in the order given.
  ///   - source: where the rows are from.
  ///   - notes: remarks on how the rows were read.
  ///   - doubts: what is hardly plausible about the table, or about it beside the fits.
  public init(
    _ parts: [ScoreReport.Part], source: String, notes: [String], doubts: [String]
  ) {
    self.parts = parts
    self.source = source
    self.notes = doubts + notes
    self.doubts = doubts
    ranking = ScoreRanking(parts.map(\.score))
  }

  /// One sentence a fit, the best first.
  public var sentences: [String] {
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

  /// The report as a page.
  public func report(origin: ReportOrigin) -> ScoreReport {
    ScoreReport(
      parts: ranking.entries.map {
        ScoreReport.Part(name: parts[$0.index].name, score: $0.score)
      }, source: source, summary: sentences, notes: notes, origin: origin)
  }

  /// The answer, as JSON gives it.
  public struct Answer: Encodable {
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

  /// The answer, as JSON gives it.
  public var answer: Answer {
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
