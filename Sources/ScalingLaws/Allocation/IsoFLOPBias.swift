internal import Quantities
internal import RealModule
internal import Statistics

/// What an iso-FLOP fit gets wrong on a given grid even without noise: the vertex of a parabola in
/// ln N is not the optimum on a wide or off-centre grid. For ``ValleyShape/local`` it is what the
/// fit's own correction leaves.
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
    let bias = (exponentBias < 0 ? "" : "+") + NumberFormat.sentence(exponentBias, digits: 2)
    if abs(exponentBias) < 5e-4, abs(percent) < 0.5 {
      return
        "On this grid and on approach 3's surface the fit has no bias that matters: less than 0.0005 in a, less than 0.5 % in N*."
    }
    return
      "On this grid the fit is biased even without noise if approach 3's surface is right: a by \(bias), N* at C = \(NumberFormat.sentence(compute)) by \(sign)\(NumberFormat.sentence(percent, digits: 2)) %."
  }
}

/// Measures the bias of approach 2 on the user's own grid: approach 3 is fitted to the runs, unless
/// its E, A, B, alpha, beta are given, and its noise-free losses at the same N and C go through
/// approach 2. Throws `FitError` where one of the fits is impossible.
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
  // The runs that the fit reads are read again, with the correction that the fit makes.
  let own = grid.reading(losses: grid.losses, options: options)
  var simulated = grid.reading(losses: losses, options: options, windows: own.windows)
  for budget in simulated.valleys.indices where options.valley == .local {
    // The fit's own correction, not the one that noise-free losses would allow.
    let change = simulated.valleys[budget].bias - own.valleys[budget].bias
    simulated.valleys[budget].optimalSize *= Double.exp(change)
  }
  for budget in simulated.valleys.indices {
    simulated.valleys[budget].isUsed =
      own.valleys[budget].isUsed && simulated.valleys[budget].optimalSize.isFinite
  }
  guard let found = IsoFLOPGrid.regress(simulated.valleys) else {
    throw .unusable(
      "bias of the iso-FLOP fit: fewer than two budgets of the simulated surface have a valley inside their sizes"
    )
  }
  let truth = grid.optimum(of: kernel, at: point, budgets: simulated.valleys.map(\.isUsed))
  return IsoFLOPBias(
    trueExponent: truth.exponent, exponent: found[0], compute: compute,
    trueSize: truth.factor * Double.pow(compute, truth.exponent),
    size: found[1] * Double.pow(compute, found[0]), surface: point)
}

extension IsoFLOPGrid {
  /// N* = factor·C^exponent of a surface, along the budgets as the table runs them.
  ///
  /// With C = 6·N·D it has a closed form; else the surface is minimised along each budget's own D.
  fileprivate func optimum(
    of kernel: LawKernel, at point: [Double], budgets used: [Bool]
  ) -> (exponent: Double, factor: Double) {
    let powers = Chinchilla().tradeoff(point)
    let places = budgets.indices.filter { used[$0] }
    let sizes = places.map { index -> Double in
      let budget = budgets[index]
      let curve = logTokens(budget)
      let x = budget.rows.map { logSize[$0] }
      let (low, high) = (x.min() ?? 0, x.max() ?? 1)
      return valley(near: (low + high) / 2, in: low - (high - low)...high + (high - low)) {
        kernel.predictOne(point, [Double.exp($0), Double.exp(curve($0))], [])
      }.argument
    }
    guard !isSixfold,
      let line = leastSquaresLine(places.map { Double.log(budgets[$0].compute) }, sizes)
    else {
      return (
        powers.sizeExponent, Double.exp(powers.optimalLogSize(logCompute: 0))
      )
    }
    return (line.slope, Double.exp(line.intercept))
  }
}
