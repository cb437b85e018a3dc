/// The optima of a raw sweep of hyper-parameters, cell by cell.
public struct SweepRecord: Sendable, Hashable, Codable {
  /// One hyper-parameter at the optimum of a cell.
  public struct Axis: Sendable, Hashable, Codable {
    /// What the sweep says of the optimum.
    public enum Kind: String, Sendable, Hashable, Codable {
      /// The optimum lies between the values that were tried.
      case inside
      /// The loss still falls at the largest value: the optimum is at least there.
      case atLeast
      /// The loss still falls at the smallest value: the optimum is at most there.
      case atMost
    }
    /// The optimum, or the bound.
    public var value: Double
    /// The lower end of the interval; absent where the sweep does not close it.
    public var low: Double?
    /// The upper end of the interval; absent where the sweep does not close it.
    public var high: Double?
    /// What the value is.
    public var kind: Kind
    /// The standard error of ln(value) by the noise of the runs; absent where they do not tell it.
    public var logError: Double?
    /// The optimum by a cubic surface beside the quadratic one, where several axes were swept.
    public var alternative: Double?
    /// By how much the loss rises, relative, at twice or half the optimum; absent at an edge.
    public var costOfFactorTwo: Double?
  }

  /// The runs at one model size and length of training.
  public struct Cell: Sendable, Hashable, Codable {
    /// N, D and what else tells cells apart.
    public var columns: [String: Double]
    /// The runs with a finite loss.
    public var runs: Int
    /// The runs near enough to the lowest to count.
    public var used: Int
    /// The optimum by hyper-parameter.
    public var optimum: [String: Axis]
    /// The loss at the optimum, by the surface.
    public var loss: Double
  }

  /// The hyper-parameters that were swept.
  public var axes: [String]
  /// The cells, in ascending order.
  public var cells: [Cell]
  /// The nominal coverage of the intervals.
  public var level: Double
  /// The degree of the polynomial in the logarithms.
  public var degree: Int
  /// The excess over the lowest loss, relative, up to which runs are used, or at which they count
  /// half where several axes were swept; absent for all runs.
  public var window: Double?
  /// The standard deviation of ln loss about the surfaces.
  public var noise: Double
  /// The degrees of freedom of the noise; zero where each interval is the bracket of the lowest run.
  public var freedom: Double
  /// The standard deviation of the surface's bias in ln(value), by hyper-parameter.
  public var bias: [String: Double]
  /// What a reader must know.
  public var warnings: [String]

  /// The tail at which normal quantiles stand for Student's, see `Fitter.expandedTail`.
  var tail: Double {
    Fitter.expandedTail(level: level, freedom: freedom > 0 ? freedom : .infinity)
  }
}
