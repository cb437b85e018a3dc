internal import RealModule

/// The test for pre-training data that do not suit the task [141]: the log-law is fitted to the
/// smallest pre-training budgets and judged on the rest. Where it misses them, or quality falls,
/// more of the same data should not be bought, even though cross-entropy may still improve.
public struct TransferAlarm: Sendable {
  /// The law fitted to the smallest budgets.
  public var fit: Fit
  /// The root mean squared log error on the held-out budgets.
  public var heldOutError: Double
  /// The fall of quality from its best held-in or held-out value to the largest budget, relative.
  public var fall: Double
  /// The error and the fall above which data count as misaligned.
  public var tolerance: Double

  /// Whether the data do not suit the task.
  public var isMisaligned: Bool { heldOutError > tolerance || fall > tolerance }

  /// Fits the smallest budgets (`D` and BLEU, one a row) and judges the rest by the relative error
  /// that noise explains; the paper's aligned mixtures stay below 0.061. Throws `FitError` where no
  /// budget is left to test on or the law cannot be fitted.
  public init(
    _ observations: Observations, fitted: Int = 4, tolerance: Double = 0.08,
    options: FitOptions = FitOptions()
  ) throws(FitError) {
    let tokens = observations.column("D")
    guard tokens.count > fitted else {
      throw .tooFewRows(law: Transfer().name, found: observations.count, needed: fitted + 1)
    }
    let order = tokens.indices.sorted { (tokens[$0], $0) < (tokens[$1], $1) }
    var options = options
    options.interval = .none
    fit = try ScalingLaws.fit(
      Transfer(), to: observations.selecting(Array(order.prefix(fitted))), options: options)
    var squares = 0.0
    for row in order.dropFirst(fitted) {
      let predicted = try fit.prediction(at: ["D": tokens[row]])
      let error = Double.log(predicted) - Double.log(observations.response[row])
      squares += error * error
    }
    heldOutError = (squares / Double(tokens.count - fitted)).squareRoot()
    let best = observations.response.max() ?? .nan
    fall = order.last.map { 1 - observations.response[$0] / best } ?? .nan
    self.tolerance = tolerance
  }
}
