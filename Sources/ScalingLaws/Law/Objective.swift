internal import RealModule

/// What a fit minimises: the sum over rows of a loss of residuals.
///
/// It is always a sum, never a mean, and every stopping rule is relative, so multiplying the
/// objective by a constant changes nothing.
public struct Objective: Sendable, Hashable {
  /// Which difference between prediction and outcome counts.
  public enum Residual: String, Sendable, Hashable, CaseIterable {
    /// prediction − outcome.
    case linear
    /// ln prediction − ln outcome.
    case log
    /// ln(prediction + 1) − ln(outcome + 1), for outcomes that may be zero.
    case logPlusOne
  }
  /// How a residual is charged.
  public enum Loss: Sendable, Hashable {
    /// Half the square.
    case squared
    /// Half the square below a threshold and linear beyond it (Huber, 1964).
    case huber(delta: Double)
  }

  /// Which difference counts.
  public var residual: Residual
  /// How it is charged.
  public var loss: Loss
  /// By how much a prediction above the outcome is charged more than one below it.
  ///
  /// A factor above one lets a few badly tuned runs, whose loss is too high, pull less.
  public var overestimatePenalty: Double

  /// Creates an objective.
  public init(residual: Residual, loss: Loss, overestimatePenalty: Double = 1) {
    self.residual = residual
    self.loss = loss
    self.overestimatePenalty = overestimatePenalty
  }

  /// Huber loss of log residuals with threshold 10⁻³, the objective of Chinchilla [L2].
  public static let huberLog = Objective(residual: .log, loss: .huber(delta: 1e-3))
  /// Least squares of log residuals.
  public static let squaredLog = Objective(residual: .log, loss: .squared)
  /// Least squares of plain residuals.
  public static let squared = Objective(residual: .linear, loss: .squared)
  /// Huber loss of plain residuals with threshold 10⁻³.
  public static let huber = Objective(residual: .linear, loss: .huber(delta: 1e-3))

  /// The name in JSON and on the command line.
  public var name: String {
    let kind: String
    switch loss {
    case .squared: kind = "squared"
    case .huber: kind = "huber"
    }
    switch residual {
    case .linear: return kind
    case .log: return kind + "-log"
    case .logPlusOne: return kind + "-log1p"
    }
  }

  /// The threshold of the Huber loss; nil for least squares.
  public var delta: Double? {
    if case .huber(let delta) = loss { return delta }
    return nil
  }

  /// The objective `huber-log`, `squared-log`, `huber`, `squared`, `huber-log1p` or
  /// `squared-log1p`; nil for any other name.
  public init?(name: String, delta: Double = 1e-3) {
    let residual: Residual
    if name.hasSuffix("-log") {
      residual = .log
    } else if name.hasSuffix("-log1p") {
      residual = .logPlusOne
    } else {
      residual = .linear
    }
    guard let kind = name.split(separator: "-").first else { return nil }
    let loss: Loss
    switch kind {
    case "squared": loss = .squared
    case "huber": loss = .huber(delta: delta)
    default: return nil
    }
    self.init(residual: residual, loss: loss)
    guard self.name == name else { return nil }
  }

  /// The threshold with which all losses share one formula: squares are Huber with a huge one.
  var threshold: Double { delta ?? 1e150 }

  /// The residual of one prediction.
  public func residual(prediction: Double, outcome: Double) -> Double {
    switch residual {
    case .linear: return prediction - outcome
    case .log: return Double.log(prediction) - Double.log(outcome)
    case .logPlusOne: return Double.log(onePlus: prediction) - Double.log(onePlus: outcome)
    }
  }

  /// What one residual costs.
  public func cost(ofResidual residual: Double) -> Double {
    let size = abs(residual)
    let clipped = min(size, threshold)
    return clipped * (size - clipped / 2) * (residual > 0 ? overestimatePenalty : 1)
  }

  /// The outcome whose residual against `prediction` is `residual`: the noise model of forecasts.
  public func outcome(prediction: Double, residual: Double) -> Double {
    switch self.residual {
    case .linear: return prediction - residual
    case .log: return prediction * Double.exp(-residual)
    case .logPlusOne: return (prediction + 1) * Double.exp(-residual) - 1
    }
  }
}
