internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// What the next runs are meant to pin down.
public enum PlanningTarget: Sendable, Hashable, Codable {
  /// The outcome at the optimum of a compute.
  case outcome(compute: Double)
  /// ln N* at a compute.
  case optimalSize(compute: Double)
  /// The outcome at given columns.
  case forecast(columns: [String: Double])
}

/// A run that could be made next and what it would teach.
public struct NextRun: Sendable, Hashable, Codable {
  /// N.
  public var size: Double
  /// D.
  public var tokens: Double
  /// Training FLOPs.
  public var compute: Double
  /// The share by which the target's interval is expected to narrow.
  public var shrinkage: Double
  /// That share over the run's compute as a fraction of the cap.
  public var shrinkagePerCost: Double
}

/// The candidates for the next run, ranked.
public struct NextRunAdvice: Sendable, Hashable, Codable {
  /// What is to be pinned down.
  public var target: PlanningTarget
  /// The target with its present interval; for `optimalSize` that of ln N*.
  public var present: Estimated
  /// The largest compute that a candidate may take.
  public var cap: Double
  /// The runs that narrow the interval most.
  public var best: [NextRun]
  /// The runs that narrow it most for their cost.
  public var bestPerCost: [NextRun]
}

/// How much a parameter contributes to the uncertainty of the optimal size.
public struct ParameterSensitivity: Sendable, Hashable, Codable {
  /// The parameter.
  public var parameter: String
  /// d ln N*/d ln θ at the estimate (d ln N*/dθ for a parameter of any sign).
  public var elasticity: Double
  /// By how much ln N* moves when the parameter alone moves by its standard deviation.
  public var effectAlone: Double
  /// The share of the variance of ln N* that would vanish if the parameter were known: the squared
  /// correlation over the refits. Shares of correlated parameters overlap.
  public var share: Double
}

extension FittedLaw {
  /// Ranks `count` runs each by how much they would narrow the interval of a target, up to a cap on
  /// compute: nil for a tenth of the target's or the largest run of the table, whichever is less,
  /// but at least four times the smallest run. Throws `FitError` where there are no refits or the
  /// law does not read N and D.
  ///
  /// Observing an outcome with residual scatter σ lowers the target's variance from V to V −
  /// cov²/(var + σ²), with the covariance over the refits; nothing is linearised in the parameters.
  /// Candidates stay within twice the ratios of tokens to parameters that the table holds, except
  /// where that is why the table cannot tell size from tokens: then they leave the curve of its
  /// rows by a factor of 3 to 10, or take another size or length than the only ones.
  public func nextRuns(
    for target: PlanningTarget, cap: Double? = nil, holding others: [String: Double] = [:],
    steps: Int = 13, count: Int = 5
  ) throws(FitError) -> NextRunAdvice {
    guard draws.count >= 20 else {
      throw .unusable("the value of a run is judged from refits: fit with intervals first")
    }
    let surface = try LossSurface(self, holding: others)
    guard let sizes = ranges["N"], let tokens = ranges["D"], let region = CandidateRegion(self)
    else { throw .unusable("the ranges of N and D in the fitted table are not known") }
    let (quantity, targetCompute) = try self.quantity(of: target, on: surface)
    let values = draws.map(quantity)
    let present = estimated(quantity(estimate), over: values)
    let table =
      surface.computeRange ?? flopsPerToken.perToken(sizes.lowerBound)
      * tokens.lowerBound...flopsPerToken.perToken(sizes.upperBound) * tokens.upperBound
    let limit =
      cap
      ?? max(
        min(0.1 * (targetCompute ?? .infinity), table.upperBound), 4 * table.lowerBound)
    let clampedTarget = Self.clamped(values)
    var runs: [NextRun] = []
    for size in geometricGrid(region.sizes, count: steps) {
      for token in geometricGrid(region.tokens, count: steps) {
        let cost = surface.flops.perToken(size) * token
        guard cost <= limit * (1 + 1e-9), region.contains(size: size, tokens: token) else {
          continue
        }
        let (logN, logD) = (Double.log(size), Double.log(token))
        let outcomes = draws.map {
          objective.residual(
            prediction: surface.outcome($0, logN: logN, logD: logD), outcome: 1)
        }
        let shrinkage = Self.shrinkage(
          of: clampedTarget, observing: Self.clamped(outcomes), noise: scatter)
        runs.append(
          NextRun(
            size: size, tokens: token, compute: cost, shrinkage: shrinkage,
            shrinkagePerCost: shrinkage * limit / cost))
      }
    }
    guard !runs.isEmpty else {
      throw .unusable(
        "no candidate costs less than \(NumberFormat.sentence(limit)) FLOPs: the table's smallest run takes \(NumberFormat.sentence(table.lowerBound))"
      )
    }
    return NextRunAdvice(
      target: target, present: present, cap: limit,
      best: Array(runs.sorted { $0.shrinkage > $1.shrinkage }.prefix(count)),
      bestPerCost: Array(
        runs.sorted { $0.shrinkagePerCost > $1.shrinkagePerCost }.prefix(count)))
  }

  /// By how much one run would narrow the interval of a target, as a share of its width.
  ///
  /// - Throws: `FitError` where there are no refits or the law does not read N and D.
  public func shrinkage(
    of target: PlanningTarget, addingSize size: Double, tokens: Double,
    holding others: [String: Double] = [:]
  ) throws(FitError) -> Double {
    let surface = try LossSurface(self, holding: others)
    let quantity = try self.quantity(of: target, on: surface).quantity
    let outcomes = draws.map {
      objective.residual(
        prediction: surface.outcome($0, logN: Double.log(size), logD: Double.log(tokens)),
        outcome: 1)
    }
    return Self.shrinkage(
      of: Self.clamped(draws.map(quantity)), observing: Self.clamped(outcomes), noise: scatter)
  }

  /// Which parameters make the optimal size at a compute uncertain, the strongest first.
  ///
  /// - Throws: `FitError` where there are no refits or the law does not read N and D.
  public func sizeSensitivity(
    compute: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> [ParameterSensitivity] {
    guard draws.count >= 20 else {
      throw .unusable("sensitivity is judged from refits: fit with intervals first")
    }
    let surface = try LossSurface(self, holding: others)
    let logC = Double.log(compute)
    let centre = surface.optimum(estimate, logCompute: logC).logN
    func logSize(_ point: [Double]) -> Double {
      surface.optimum(point, logCompute: logC, near: centre).logN
    }
    let values = Self.clamped(draws.map(logSize))
    return law.parameters.indices.map { index in
      let positive = law.parameters[index].domain == .positive
      let unknowns = Self.clamped(
        draws.map { positive ? Double.log($0[index]) : $0[index] })
      let spread = standardDeviation(unknowns)
      let step = max(1e-4 * (positive ? 1 : abs(estimate[index])), 1e-9)
      var (up, down) = (estimate, estimate)
      up[index] = positive ? estimate[index] * Double.exp(step) : estimate[index] + step
      down[index] = positive ? estimate[index] * Double.exp(-step) : estimate[index] - step
      let slope = (logSize(up) - logSize(down)) / (2 * step)
      let joint = Self.covariance(unknowns, values)
      let product = Self.covariance(unknowns, unknowns) * Self.covariance(values, values)
      return ParameterSensitivity(
        parameter: law.parameters[index].name, elasticity: slope,
        effectAlone: abs(slope) * spread, share: product > 0 ? joint * joint / product : 0)
    }.sorted { ($1.share, $0.parameter) < ($0.share, $1.parameter) }
  }

  private func quantity(
    of target: PlanningTarget, on surface: LossSurface
  ) throws(FitError) -> (quantity: ([Double]) -> Double, compute: Double?) {
    switch target {
    case .outcome(let compute):
      let near = surface.optimum(estimate, logCompute: Double.log(compute)).logN
      return (
        { surface.optimum($0, logCompute: Double.log(compute), near: near).outcome }, compute
      )
    case .optimalSize(let compute):
      let near = surface.optimum(estimate, logCompute: Double.log(compute)).logN
      return ({ surface.optimum($0, logCompute: Double.log(compute), near: near).logN }, compute)
    case .forecast(let columns):
      let arranged = try Fit.arrange(columns, for: law, flops: flopsPerToken)
      let kernel = law.makeKernel()
      var compute = columns["C"]
      if compute == nil, let n = columns["N"], let d = columns["D"] {
        compute = flopsPerToken.perToken(n) * d
      }
      return ({ kernel.predictOne($0, arranged, []) }, compute)
    }
  }

  /// A few refits that ran away must not decide a covariance: they are drawn in to six robust
  /// standard deviations.
  private static func clamped(_ values: [Double]) -> [Double] {
    let finite = values.filter(\.isFinite)
    let centre = median(finite)
    let spread = 1.4826 * median(finite.map { abs($0 - centre) })
    let (low, high) = (centre - 6 * spread, centre + 6 * spread)
    return values.map { $0.isNaN ? centre : min(max($0, low), high) }
  }

  private static func covariance(_ a: [Double], _ b: [Double]) -> Double {
    let (centreA, centreB) = (mean(a), mean(b))
    return zip(a, b).reduce(0) { $0 + ($1.0 - centreA) * ($1.1 - centreB) }
      / Double(max(a.count - 1, 1))
  }

  private static func shrinkage(
    of target: [Double], observing outcomes: [Double], noise: Double
  ) -> Double {
    let variance = covariance(target, target)
    let joint = covariance(target, outcomes)
    let total = covariance(outcomes, outcomes) + noise * noise
    guard variance > 0, total > 0 else { return 0 }
    return 1 - max(1 - joint * joint / (total * variance), 0).squareRoot()
  }
}
