internal import RealModule

/// How another reading of the same iso-FLOP runs divides compute.
public struct AllocationAlternative: Sendable, Hashable, Codable {
  /// The reading, in words.
  public var method: String
  /// The exponent of N* in C.
  public var a: Double
  /// The exponent of D* in C.
  public var b: Double
  /// The compute of the comparison.
  public var compute: Double
  /// N* there.
  public var size: Double
  /// D* there.
  public var tokens: Double
  /// How many budgets it could use; nil for a surface, which reads all runs at once.
  public var budgets: Int?
}

/// All readings of one set of iso-FLOP runs side by side: the four valleys, that of the options
/// first, and approach 3 where its E, A, B, alpha, beta are given. Throws `FitError` where columns
/// are missing.
///
/// Where they differ by more than their intervals, the runs do not settle the question.
public func isoFLOPAlternatives(
  _ observations: Observations, options: IsoFLOPOptions, at compute: Double,
  surface: [Double]? = nil
) throws(FitError) -> [AllocationAlternative] {
  let grid = try IsoFLOPGrid(observations, options: options)
  var result: [AllocationAlternative] = []
  for shape in [options.valley] + ValleyShape.allCases.filter({ $0 != options.valley }) {
    var other = options
    other.valley = shape
    let valleys = grid.reading(losses: grid.losses, options: other).valleys
    guard let found = IsoFLOPGrid.regress(valleys) else { continue }
    result.append(
      AllocationAlternative(
        method: shape.title, a: found[0], b: found[2], compute: compute,
        size: found[1] * Double.pow(compute, found[0]),
        tokens: found[3] * Double.pow(compute, found[2]), budgets: valleys.count(where: \.isUsed)))
  }
  if let surface {
    let flops = FlopsPerToken(observations)
    let powers = Chinchilla().tradeoff(surface)
    let logCompute = Double.log(compute)
    let logN = powers.optimalLogSize(logCompute: logCompute, flops: flops)
    let a = powers.sizeExponent(flops: flops)
    result.append(
      AllocationAlternative(
        method: "surface of approach 3", a: a, b: 1 - flops.exponent * a, compute: compute,
        size: Double.exp(logN),
        tokens: Double.exp(flops.logTokens(logCompute: logCompute, logSize: logN)), budgets: nil))
  }
  return result
}
