/// A weighted sum of predicted losses, as a function of the mixture alone.
public struct MixtureObjective: Sendable {
  /// One target.
  public struct Target: Sendable {
    /// What it counts.
    public var weight: Double
    /// Its law.
    public var law: MixtureLaw
    /// The law's parameters in physical units.
    public var point: [Double]
    /// N and D, those that the law reads.
    public var sizes: [Double]

    /// Creates a target.
    public init(weight: Double = 1, law: MixtureLaw, point: [Double], sizes: [Double] = []) {
      self.weight = weight
      self.law = law
      self.point = point
      self.sizes = sizes
    }
  }

  /// The targets, all over the same domains.
  public var targets: [Target]

  /// Creates an objective.
  public init(_ targets: [Target]) { self.targets = targets }

  /// The weighted sum alone, at half the price.
  public func value(_ shares: [Double]) -> Double {
    targets.reduce(0) {
      $0 + $1.weight * $1.law.lossValue($1.point, of: shares, sizes: $1.sizes)
    }
  }

  /// The weighted sum and its derivatives with respect to the shares.
  public func callAsFunction(_ shares: [Double]) -> (value: Double, slopes: [Double]) {
    var value = 0.0
    var slopes = [Double](repeating: 0, count: shares.count)
    for target in targets {
      let loss = target.law.loss(target.point, of: shares, sizes: target.sizes)
      value += target.weight * loss.value
      for j in slopes.indices { slopes[j] += target.weight * loss.slopes[j] }
    }
    return (value, slopes)
  }
}
