internal import RealModule

/// What approach 2 gets wrong on a given grid even without noise.
///
/// A parabola in ln N is an approximation: on a grid that is wide or off-centre its vertex is not
/// the optimum, and where the misfit changes with the budget the exponent is biased too.
public struct IsoFLOPBias: Sendable, Hashable, Codable {
  /// The exponent a of the surface that stands for the truth.
  public var trueExponent: Double
  /// The exponent that approach 2 reads off that surface's noise-free losses.
  public var exponent: Double
  /// The compute of the comparison.
  public var compute: Double
  /// N* of the surface at that compute.
  public var trueSize: Double
  /// N* of approach 2 at that compute.
  public var size: Double
  /// The parameters E, A, B, alpha, beta of the surface: approach 3 on the same runs.
  public var surface: [Double]

  /// The bias of the exponent a.
  public var exponentBias: Double { exponent - trueExponent }
  /// N* of approach 2 over the true one.
  public var sizeRatio: Double { size / trueSize }

  /// The bias in a sentence.
  public var sentence: String {
    let percent = (sizeRatio - 1) * 100
    let sign = percent < 0 ? "" : "+"
    let bias = (exponentBias < 0 ? "" : "+") + plainNumber(exponentBias, digits: 2)
    return
      "On this grid approach 2 is biased even without noise: a by \(bias), N* at C = \(plainNumber(compute)) by \(sign)\(plainNumber(percent, digits: 2)) %."
  }
}

/// Measures the bias of approach 2 on the user's own grid.
///
/// Approach 3 is fitted to the runs; its noise-free losses at exactly the same N and C go through
/// approach 2, and the answer is compared with the surface's own optimum.
///
/// - Parameters:
///   - observations: as for ``isoFLOPFit(_:options:)``.
///   - options: those of the iso-FLOP fit.
///   - compute: where N* is compared.
///   - surface: E, A, B, alpha, beta to stand for the truth; nil to fit them.
/// - Throws: `FitError` where one of the fits is impossible.
public func isoFLOPBias(
  observations: Observations, options: IsoFLOPOptions = IsoFLOPOptions(), at compute: Double,
  surface: [Double]? = nil
) throws(FitError) -> IsoFLOPBias {
  let grid = try IsoFLOPGrid(observations, options: options)
  var table = observations
  table.columns["D"] = grid.tokens
  let point: [Double]
  if let surface {
    point = surface
  } else {
    point = try fit(Chinchilla(), to: table, options: FitOptions(interval: .none)).estimate
  }
  let kernel = Chinchilla().makeKernel()
  let losses = grid.logSize.indices.map {
    kernel.predictOne(point, [Double.exp(grid.logSize[$0]), grid.tokens[$0]], [])
  }
  let valleys = grid.valleys(losses: losses, options: options)
  guard let found = IsoFLOPGrid.regress(valleys) else {
    throw .unusable(
      "bias of the iso-FLOP fit: fewer than two budgets of the simulated surface have a valley inside their sizes"
    )
  }
  let powers = Chinchilla().tradeoff(point)
  return IsoFLOPBias(
    trueExponent: powers.sizeExponent, exponent: found[0], compute: compute,
    trueSize: Double.exp(powers.optimalLogSize(logCompute: Double.log(compute))),
    size: found[1] * Double.pow(compute, found[0]), surface: point)
}
