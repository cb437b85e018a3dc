public import Quantities

/// A law fitted to the runs of one arm.
public struct ArmLaw: Codable, Hashable, Sendable {
  /// The arm.
  public var arm: String
  /// The name of the law.
  public var law: String
  /// Its formula.
  public var formula: String
  /// The columns it reads.
  public var columns: [String]
  /// Its parameters by name.
  public var parameters: [String: IntervalEstimate]
  /// The rows it was fitted to.
  public var rows: Int
  /// Independent rows among them: branches of one trunk count once.
  public var independentRows: Int
  /// The standard deviation of the residuals of log-loss.
  public var scatter: Double?
  /// The mean relative error on the largest rung when fitted without it; nil where too few remain.
  public var heldOutError: Double?
  /// The prediction at the target; nil where it is refused or the law reads other columns.
  public var forecast: IntervalEstimate?
  /// The law for pictures; nil where it cannot be drawn. It follows from the runs, so that JSON does
  /// not have it.
  public var curve: LawCurve?
  /// Why it could not be fitted; nil where it was.
  public var failure: String?
  /// What a reader must know before trusting the numbers.
  public var warnings: [String]

  private enum CodingKeys: CodingKey {
    case arm, law, formula, columns, parameters, rows, independentRows, scatter, heldOutError
    case forecast, failure, warnings
  }
}
