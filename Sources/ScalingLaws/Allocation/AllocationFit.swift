public import Quantities
internal import RealModule
internal import Statistics

/// Power laws of the optimal size and tokens in compute, N* = G_N·C^a and D* = G_D·C^b.
///
/// Both Chinchilla's envelope (approach 1) and its iso-FLOP valleys (approach 2) end in one [L2].
public struct AllocationFit: Sendable, Hashable, Codable {
  /// How the optimal sizes were read off.
  public enum Method: String, Sendable, Hashable, Codable {
    /// Parabolas around the minimum of each budget less their bias, approach 2 [L2].
    case isoflop
    /// Parabolas through all runs of each budget, approach 2 as published.
    case isoflopParabola = "isoflop-parabola"
    /// Asymmetric valleys of one shape.
    case isoflopAsymmetric = "isoflop-asymmetric"
    /// Akima interpolants over ln N at each budget.
    case isoflopAkima = "isoflop-akima"
    /// The lowest of all loss curves at each compute, approach 1.
    case envelope

    init(_ valley: ValleyShape) {
      switch valley {
      case .local: self = .isoflop
      case .parabola: self = .isoflopParabola
      case .akima: self = .isoflopAkima
      case .asymmetric: self = .isoflopAsymmetric
      }
    }
  }

  /// The parameters' names, in the order of `estimate`.
  public static let names = ["a", "G_N", "b", "G_D"]

  /// How the optimal sizes were read off.
  public var method: Method
  /// a, G_N, b, G_D.
  public var estimate: [Double]
  /// The parameters of each resample.
  public var draws: [[Double]]
  /// How resamples were made.
  public var resampling: String
  /// The tail probability at which quantiles of the resamples are read.
  public var tail: Double
  /// The nominal coverage.
  public var level: Double
  /// The range of compute that was regressed over.
  public var computeRange: ClosedRange<Double>
  /// The optimum at each budget; empty for the envelope.
  public var valleys: [BudgetValley]
  /// The envelope's points; empty for iso-FLOP fits.
  public var envelope: [EnvelopePoint]
  /// What a reader must know.
  public var warnings: [String]

  /// A quantity derived from a, G_N, b, G_D, with its interval.
  public func derived(_ quantity: ([Double]) -> Double) -> Estimated {
    let sorted = draws.map(quantity).filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return Estimated(value: quantity(estimate)) }
    return Estimated(
      value: quantity(estimate), low: quantile(sorted: sorted, tail),
      high: quantile(sorted: sorted, 1 - tail))
  }

  /// A parameter with its interval; nil for an unknown name.
  public func parameter(_ name: String) -> Estimated? {
    Self.names.firstIndex(of: name).map { index in derived { $0[index] } }
  }

  /// The optimal size and tokens at a compute.
  public func plan(compute: Double) -> AllocationPlan {
    AllocationPlan(
      compute: compute, size: derived { $0[1] * Double.pow(compute, $0[0]) },
      tokens: derived { $0[3] * Double.pow(compute, $0[2]) },
      tokensPerParameter: derived { $0[3] / $0[1] * Double.pow(compute, $0[2] - $0[0]) },
      reach: Reach(column: "C", value: compute, range: computeRange))
  }

  /// The tail probability that makes percentiles of a small sample as wide as Student's t.
  static func tail(level: Double, freedom: Int) -> Double {
    let half = (1 - level) / 2
    let student = StudentT(degreesOfFreedom: Double(max(freedom, 1)))
    return max(Normal.standard.cdf(student.quantile(half)), 1e-4)
  }

  /// Least squares of ln N and ln D on ln C.
  static func regress(
    logCompute: [Double], logSize: [Double], logTokens: [Double]
  ) -> [Double]? {
    guard let size = leastSquaresLine(logCompute, logSize),
      let tokens = leastSquaresLine(logCompute, logTokens)
    else {
      return nil
    }
    return [size.slope, Double.exp(size.intercept), tokens.slope, Double.exp(tokens.intercept)]
  }
}

/// The optimal size and tokens that an ``AllocationFit`` names at a compute.
public struct AllocationPlan: Sendable, Hashable, Codable {
  /// C, training FLOPs.
  public var compute: Double
  /// N*.
  public var size: Estimated
  /// D*.
  public var tokens: Estimated
  /// D*/N*.
  public var tokensPerParameter: Estimated
  /// How far C lies beyond the budgets.
  public var reach: Reach
}

/// The valley of one budget.
public struct BudgetValley: Sendable, Hashable, Codable {
  /// C of the budget.
  public var compute: Double
  /// N of its runs.
  public var sizes: [Double]
  /// D of its runs.
  public var tokens: [Double]
  /// The outcome of its runs.
  public var losses: [Double]
  /// N at the lowest point; NaN where there is none.
  public var optimalSize: Double
  /// D at the lowest point.
  public var optimalTokens: Double
  /// The outcome at the lowest point.
  public var optimalLoss: Double
  /// Half the second derivative of the outcome in ln N; NaN for Akima.
  public var curvature: Double
  /// Whether the lowest point lies between the smallest and the largest run.
  public var isBracketed: Bool
  /// Whether the budget entered the regression.
  public var isUsed: Bool
  /// How many of its runs the lowest point was read from.
  public var runsRead: Int
  /// By how much the reading of ln N* is wrong on a valley of the fitted shape; already taken off
  /// where the valley is ``ValleyShape/local``.
  public var bias: Double
}

/// One point of the envelope of loss curves.
public struct EnvelopePoint: Sendable, Hashable, Codable {
  /// C.
  public var compute: Double
  /// N of the run that is lowest there.
  public var size: Double
  /// D of that run there.
  public var tokens: Double
  /// Its outcome.
  public var loss: Double
}
