public import Quantities

/// How a saved fit did on one row that it had not seen.
public struct ScoredRun: Sendable, Hashable, Codable {
  /// What to call the row: its line in the file.
  public var row: String
  /// The name of its run; nil where the table names none.
  public var run: String?
  /// The columns that the law read.
  public var columns: [String: Double]
  /// What was measured.
  public var observed: Double
  /// The prediction with the interval of the law, where the mean of many such runs would lie.
  public var law: Estimated
  /// The prediction with the interval of a single run.
  public var single: Estimated
  /// Prediction less outcome.
  public var error: Double
  /// (Prediction − outcome)/outcome; NaN where the outcome is not positive.
  public var relativeError: Double
  /// The error in standard deviations of a single run; NaN where the fit has no interval.
  ///
  /// The deviation is that of the single-run interval, in the scale of the objective's residuals.
  public var standardErrors: Double
  /// Whether the outcome lies in the interval of a single run; nil where there is none.
  public var isInside: Bool?
  /// Whether the outcome lies in the interval of the law; nil where there is none.
  public var isInsideLaw: Bool?
  /// How far the row lies beyond the fitted table in its scale: a ratio, 1 inside.
  public var reach: Double
}

extension Estimated {
  /// Whether a value lies between the ends; nil without ends.
  func holds(_ value: Double) -> Bool? {
    low.isNaN || high.isNaN ? nil : low <= value && value <= high
  }
}
