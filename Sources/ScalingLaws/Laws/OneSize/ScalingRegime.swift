/// The four regimes of neural scaling [31].
public enum ScalingRegime: String, Sendable, Hashable, CaseIterable {
  /// More data for a fixed small model: exponent 1 in D.
  case varianceLimitedData = "variance-limited in data"
  /// A wider model on fixed data: exponent 1 in width, 1/2 in N.
  case varianceLimitedSize = "variance-limited in size"
  /// More data for an abundant model: exponent set by the data's dimension.
  case resolutionLimitedData = "resolution-limited in data"
  /// A larger model on abundant data: exponent set by the data's dimension.
  case resolutionLimitedSize = "resolution-limited in size"
}

/// What a fitted exponent with its interval says about the regime [31].
public struct RegimeReading: Sendable, Hashable {
  /// What was scaled.
  public enum Resource: String, Sendable, Hashable {
    case data
    /// Parameters, N, growing as the square of the width.
    case parameters
    case width
  }

  /// The regimes that the interval does not exclude; empty where the exponent is too steep for any.
  public var compatible: [ScalingRegime]
  /// The intrinsic dimension 4/α that the resolution-limited reading implies, with its range.
  public var impliedDimension: ClosedRange<Double>?

  /// Reads the interval of an exponent that was fitted with the floor; the smoothness is c of the
  /// resolution-limited exponent c/d.
  ///
  /// The variance-limited exponent is fixed (1, or 1/2 in N), so that regime stays possible where
  /// the interval contains it. The resolution-limited exponent can be anything below it, but within
  /// a fifth of it the implied dimension would be implausibly small, so an interval that stays
  /// there reads as variance-limited.
  public init(interval: ClosedRange<Double>, of resource: Resource, smoothness: Double = 4) {
    let universal = resource == .parameters ? 0.5 : 1.0
    let data = resource == .data
    var compatible: [ScalingRegime] = []
    if interval.contains(universal) {
      compatible.append(data ? .varianceLimitedData : .varianceLimitedSize)
    }
    let margin = interval.contains(universal) ? 0.8 * universal : universal
    let below = interval.lowerBound < margin && interval.upperBound > 0
    if below { compatible.append(data ? .resolutionLimitedData : .resolutionLimitedSize) }
    self.compatible = compatible
    let steepest = min(interval.upperBound, universal)
    if below {
      let shallowest = max(interval.lowerBound, 1e-6)
      impliedDimension = smoothness / steepest...max(smoothness / shallowest, smoothness / steepest)
    }
  }

  /// Whether exactly one regime is left.
  public var isDecided: Bool { compatible.count == 1 }
}
