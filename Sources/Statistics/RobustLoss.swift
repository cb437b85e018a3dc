/// A loss of a residual, with what a gradient method and a reweighted least squares need.
///
/// All four are even, zero at zero and scaled so that the quadratic ones equal `½r²` near zero.
@frozen
public enum RobustLoss: Sendable, Hashable {
  /// `½r²`.
  case squared
  /// `|r|`.
  case absolute
  /// Huber (1964): `½r²` for `|r| ≤ δ`, else `δ(|r| − ½δ)`.
  case huber(delta: Double)
  /// The smooth relative of Huber's loss: `δ²(√(1 + (r/δ)²) − 1)`.
  case pseudoHuber(delta: Double)

  /// The loss of a residual.
  @inlinable
  public func value(_ residual: Double) -> Double {
    switch self {
    case .squared:
      return 0.5 * residual * residual
    case .absolute:
      return abs(residual)
    case .huber(let delta):
      let size = abs(residual)
      return size <= delta ? 0.5 * residual * residual : delta * (size - 0.5 * delta)
    case .pseudoHuber(let delta):
      // √(1+s) − 1 = s/(√(1+s) + 1): no cancellation for small residuals.
      let ratio = residual / delta
      let square = ratio * ratio
      if square == .infinity { return delta * (abs(residual) - delta) }
      return delta * delta * square / ((1 + square).squareRoot() + 1)
    }
  }

  /// The derivative of the loss; 0 at the kink of `absolute`.
  @inlinable
  public func derivative(_ residual: Double) -> Double {
    switch self {
    case .squared:
      return residual
    case .absolute:
      return residual > 0 ? 1 : residual < 0 ? -1 : 0
    case .huber(let delta):
      return max(-delta, min(delta, residual))
    case .pseudoHuber(let delta):
      let ratio = residual / delta
      return residual / (1 + ratio * ratio).squareRoot()
    }
  }

  /// The weight `derivative/residual` of iteratively reweighted least squares.
  ///
  /// It is 1 near zero for all but `absolute`, whose weight `1/|r|` is infinite at zero.
  @inlinable
  public func weight(_ residual: Double) -> Double {
    switch self {
    case .squared:
      return 1
    case .absolute:
      return 1 / abs(residual)
    case .huber(let delta):
      let size = abs(residual)
      return size <= delta ? 1 : delta / size
    case .pseudoHuber(let delta):
      let ratio = residual / delta
      return 1 / (1 + ratio * ratio).squareRoot()
    }
  }
}
