internal import Optimization
public import Quantities
internal import RealModule

/// What a model will cost to serve, as tokens of training-priced compute [L15]: 2·N·D_inf FLOPs
/// where training takes 6·N·D, converted by the ratio of prices.
public struct InferenceDemand: Sendable, Hashable, Codable {
  /// Tokens read over the model's life (prompts).
  public var inputTokens: Double
  /// Tokens generated over the model's life.
  public var outputTokens: Double
  /// The price of a FLOP of reading over that of a FLOP of training.
  public var inputPriceRatio: Double
  /// The price of a FLOP of generating over that of a FLOP of training.
  public var outputPriceRatio: Double

  /// Demand whose FLOPs cost as much as those of training.
  public init(tokens: Double) {
    self.init(inputTokens: 0, outputTokens: tokens)
  }

  /// Demand with prices of its own.
  public init(
    inputTokens: Double, outputTokens: Double, inputPriceRatio: Double = 1,
    outputPriceRatio: Double = 1
  ) {
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.inputPriceRatio = inputPriceRatio
    self.outputPriceRatio = outputPriceRatio
  }

  /// Demand whose prices follow from machines and their utilisations [L15].
  public init(
    inputTokens: Double, outputTokens: Double, training: ComputePrice, input: ComputePrice,
    output: ComputePrice
  ) {
    self.init(
      inputTokens: inputTokens, outputTokens: outputTokens,
      inputPriceRatio: input.perFLOP / training.perFLOP,
      outputPriceRatio: output.perFLOP / training.perFLOP)
  }

  /// D_inf: the tokens whose FLOPs at the price of training cost as much as the demand.
  public var equivalentTokens: Double {
    inputTokens * inputPriceRatio + outputTokens * outputPriceRatio
  }
}

/// What a FLOP costs on a machine.
public struct ComputePrice: Sendable, Hashable, Codable {
  /// The price of an hour of one accelerator.
  public var hourly: Double
  /// Its dense peak, FLOP/s.
  public var peak: Double
  /// The share of the peak that is reached.
  public var utilisation: Double

  /// Creates a price.
  public init(hourly: Double, peak: Double, utilisation: Double) {
    self.hourly = hourly
    self.peak = peak
    self.utilisation = utilisation
  }

  /// hourly / (3600 · peak · utilisation).
  public var perFLOP: Double { hourly / (3600 * peak * utilisation) }
}

/// The model that is cheapest to train and serve.
public struct InferencePlan: Sendable, Hashable, Codable {
  /// D_inf, tokens to be served, at the price of training.
  public var demand: Double
  /// N.
  public var size: Estimated
  /// D, training tokens.
  public var tokens: Estimated
  /// D/N.
  public var tokensPerParameter: Estimated
  /// The outcome.
  public var outcome: Estimated
  /// 6·N·D.
  public var trainingCompute: Estimated
  /// 6·N·D + 2·N·D_inf.
  public var totalCompute: Estimated
  /// The plan without regard to serving, for the same outcome or the same total.
  public var withoutDemand: ComputePlan
  /// The share of total compute that the plan saves against the compute-optimal model of equal
  /// outcome; zero for a plan at a total budget.
  public var saving: Estimated
  /// What a reader must know.
  public var warnings: [String]
}

extension FittedLaw {
  /// The least total compute 6·N·D + 2·N·D_inf that reaches an outcome [L15].
  ///
  /// - Throws: `FitError` where the law does not read N and D or a column is missing.
  public func inferencePlan(
    reaching outcome: Double, demand: InferenceDemand, holding others: [String: Double] = [:]
  ) throws(FitError) -> InferencePlan {
    let surface = try LossSurface(self, holding: others)
    let plain = try plan(reaching: outcome, holding: others)
    let served = demand.equivalentTokens
    func solve(_ point: [Double], near: Double?) -> [Double] {
      let logC = surface.leastLogCompute(
        point, reaching: outcome,
        near: near == nil ? nil : (Double.log(plain.compute.value), Double.log(plain.size.value)))
      guard logC.isFinite else { return [Double](repeating: .infinity, count: 6) + [.nan] }
      let base = surface.optimum(point, logCompute: logC)
      func tokens(_ logN: Double) -> Double {
        surface.logTokens(point, logN: logN, reaching: outcome, near: base.logD)
      }
      func total(_ logN: Double) -> Double {
        // ln(F·D + F/3·D_inf): the logarithm keeps the valley round over decades.
        Double.log(Double.exp(tokens(logN)) + served / 3) + surface.flops.logPerToken(logN)
      }
      let bounds = base.logN - 25...base.logN + 2
      let best = surface.lowest(in: bounds, near: near ?? base.logN, total)
      let logN = best.argument
      let logD = tokens(logN)
      let plainTotal =
        Double.log(Double.exp(base.logD) + served / 3) + surface.flops.logPerToken(base.logN)
      return [
        logN, logD, logD - logN, surface.flops.logPerToken(logN) + logD, total(logN),
        Double.expMinusOne(plainTotal - total(logN)) / Double.exp(plainTotal - total(logN)),
        surface.outcome(point, logN: logN, logD: logD),
      ]
    }
    let centre = solve(estimate, near: nil)
    let near = centre[0].isFinite ? centre[0] : nil
    return assemble(
      derivedTogether { solve($0, near: near) }, demand: served, plain: plain)
  }

  /// The best outcome for a total of 6·N·D + 2·N·D_inf FLOPs at the price of training [L15]; throws
  /// `FitError` where the law does not read N and D or a column is missing.
  public func inferencePlan(
    totalCompute total: Double, demand: InferenceDemand, holding others: [String: Double] = [:]
  ) throws(FitError) -> InferencePlan {
    guard total > 0, total.isFinite else {
      throw .unusable("total compute: found \(total), expected a positive number of FLOPs")
    }
    let surface = try LossSurface(self, holding: others)
    let plain = try plan(compute: total, holding: others)
    let served = demand.equivalentTokens
    let logTotal = Double.log(total)
    func logTokens(_ logN: Double) -> Double {
      Double.log(Double.exp(logTotal - surface.flops.logPerToken(logN)) - served / 3)
    }
    let full = surface.sizes(logCompute: logTotal)
    // Beyond this size serving alone exhausts the budget.
    let largest =
      served > 0
      ? surface.flops.logSize(logCompute: logTotal, logTokens: Double.log(served / 3))
      : full.upperBound
    let bounds = min(full.lowerBound, largest - 30)...min(full.upperBound, largest - 1e-9)
    func solve(_ point: [Double], near: Double?) -> [Double] {
      let best = surface.lowest(in: bounds, near: near) {
        surface.cost(point, logN: $0, logD: logTokens($0))
      }
      let logN = best.argument
      let logD = logTokens(logN)
      return [
        logN, logD, logD - logN, surface.flops.logPerToken(logN) + logD, logTotal, 0,
        surface.outcome(point, logN: logN, logD: logD),
      ]
    }
    let near = solve(estimate, near: Double.log(plain.size.value))[0]
    return assemble(
      derivedTogether { solve($0, near: near) }, demand: served, plain: plain)
  }

  private func assemble(
    _ all: [Estimated], demand: Double, plain: ComputePlan
  ) -> InferencePlan {
    func exponential(_ x: Estimated) -> Estimated {
      Estimated(value: Double.exp(x.value), low: Double.exp(x.low), high: Double.exp(x.high))
    }
    let tokens = exponential(all[1])
    var warnings = plain.warnings
    if let range = ranges["D"], let sizes = ranges["N"] {
      let ratio = exponential(all[2]).value
      let seen = range.upperBound / sizes.lowerBound
      if ratio.isFinite, ratio > seen {
        warnings.append(
          "the plan trains on \(NumberFormat.sentence(ratio)) tokens per parameter, more than any run in the table: runs at such ratios have shown a larger effect of data than extrapolated"
        )
      }
    }
    return InferencePlan(
      demand: demand, size: exponential(all[0]), tokens: tokens,
      tokensPerParameter: exponential(all[2]), outcome: all[6],
      trainingCompute: exponential(all[3]), totalCompute: exponential(all[4]),
      withoutDemand: plain, saving: all[5], warnings: warnings)
  }
}
