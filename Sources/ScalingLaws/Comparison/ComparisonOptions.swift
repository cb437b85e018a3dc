/// How two tables are compared.
public struct ComparisonOptions: Sendable {
  /// Options of every fit: objective, held parameters, intervals, seed, threads.
  public var fit: FitOptions
  /// The scale at which it matters whether the treatment still helps; nil for ten times the
  /// largest run.
  public var target: Double?
  /// How a law of several columns is read along one scale.
  public var path: ScalePath
  /// Values of columns that are not on the path, by name; a column that is constant in both
  /// tables needs none.
  public var columns: [String: Double]
  /// The column that names the seed of a run, by which runs are paired.
  public var seedColumn: String
  /// A column by whose equal values rows are paired, whatever their seed and scale, for treatments
  /// that change the size of a rung; nil to pair by seed and scale. Rows of one cluster are then
  /// branches of one trunk.
  public var pairColumn: String?
  /// The simulated tables behind each nested test of a small table; 0 for the F distribution.
  ///
  /// The smallest p-value is 1/(refits + 1), and up to five tests are corrected together, so fewer
  /// than 200 cannot find a difference at the 5 % level for every law.
  public var refits: Int
  /// The significance level of the nested tests.
  public var significance: Double
  /// Whether hypotheses are also fitted on the smaller runs to predict the larger.
  public var validates: Bool

  /// Creates options; every argument has a default.
  public init(
    fit: FitOptions = FitOptions(), target: Double? = nil, path: ScalePath = .automatic,
    columns: [String: Double] = [:], seedColumn: String = "seed", refits: Int = 500,
    significance: Double = 0.05, validates: Bool = true
  ) {
    self.fit = fit
    self.target = target
    self.path = path
    self.columns = columns
    self.seedColumn = seedColumn
    self.refits = refits
    self.significance = significance
    self.validates = validates
  }
}
