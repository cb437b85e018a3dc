internal import Optimization
internal import RealModule

/// A bound on the size of a model, with its reason.
public struct SizeCap: Sendable, Hashable, Codable {
  /// What sets it, as a sentence would name it.
  public var reason: String
  /// The most parameters.
  public var parameters: Double

  /// Creates a bound.
  public init(reason: String, parameters: Double) {
    self.reason = reason
    self.parameters = parameters
  }

  /// The largest model whose weights fit beside its cache: (memory − cache) / bytes.
  public static func memory(
    _ memory: Double, bytesPerParameter: Double, cache: Double = 0
  ) -> SizeCap {
    SizeCap(reason: "memory", parameters: (memory - cache) / bytesPerParameter)
  }

  /// The largest model that decodes a token in a time: every token reads all weights and the cache
  /// once, so that N·bytes + cache ≤ latency·bandwidth.
  public static func latency(
    _ seconds: Double, bandwidth: Double, bytesPerParameter: Double, cache: Double = 0
  ) -> SizeCap {
    SizeCap(
      reason: "decoding latency",
      parameters: (seconds * bandwidth - cache) / bytesPerParameter)
  }
}

/// What bounds a plan besides its budget or target; all bounds hold together.
public struct PlanLimits: Sendable, Hashable, Codable {
  /// U, unique training tokens that exist; nil for no limit.
  public var uniqueTokens: Double?
  /// Tokens that will be served, at the price of training; zero for none.
  public var servedTokens: Double
  /// Whether the budget pays for serving too. Where it does not, serving is free in a budget, but
  /// counts in what a target is reached with.
  public var paysForServing: Bool
  /// Bounds on the size.
  public var caps: [SizeCap]
  /// What repetition costs under a law that knows nothing of it.
  public var borrowed: RepetitionConstants

  /// Creates limits; the default has none.
  public init(
    uniqueTokens: Double? = nil, servedTokens: Double = 0, paysForServing: Bool = false,
    caps: [SizeCap] = [], borrowed: RepetitionConstants = .published
  ) {
    self.uniqueTokens = uniqueTokens
    self.servedTokens = servedTokens
    self.paysForServing = paysForServing
    self.caps = caps
    self.borrowed = borrowed
  }
}

/// What a plan spends: a training budget, or whatever a target takes.
public enum PlanGoal: Sendable, Hashable, Codable {
  /// FLOPs.
  case compute(Double)
  /// The outcome to reach at the least compute, serving included.
  case outcome(Double)
}

/// The best model under several limits at once.
public struct ConstrainedPlan: Sendable, Hashable, Codable {
  /// N.
  public var size: Estimated
  /// D, tokens seen.
  public var tokens: Estimated
  /// D/N.
  public var tokensPerParameter: Estimated
  /// The outcome.
  public var outcome: Estimated
  /// FLOPs of training.
  public var trainingCompute: Estimated
  /// FLOPs of serving the demand.
  public var servingCompute: Estimated
  /// Passes over the unique tokens; nil where they are not limited.
  public var epochs: Estimated?
  /// Which limits hold the plan back, in words; empty where none does.
  public var binding: [String]
  /// How far N, D, C and D/N lie beyond the fitted table.
  public var reach: [Reach]
  /// What a reader must know.
  public var warnings: [String]
}

extension FittedLaw {
  /// The best model for a budget or a target under all limits together.
  ///
  /// For a budget the outcome is minimised over N with D from the budget; for a target the FLOPs
  /// of training and serving are minimised over N with D from the target. The size stays under
  /// every cap, and tokens beyond the unique ones are worth less [L6].
  ///
  /// - Parameters:
  ///   - goal: the budget or the target.
  ///   - limits: what else holds.
  ///   - others: the columns that the law reads besides N, D, C and U.
  /// - Throws: `FitError` where the law does not allow the plan, and for limits that leave nothing.
  public func constrainedPlan(
    _ goal: PlanGoal, limits: PlanLimits, holding others: [String: Double] = [:]
  ) throws(FitError) -> ConstrainedPlan {
    var warnings: [String] = []
    let surface = try limitedSurface(limits, holding: others, warnings: &warnings)
    let flops = surface.flops
    let cap = limits.caps.min { $0.parameters < $1.parameters }
    if let cap, !(cap.parameters >= 1) {
      throw .unusable("\(cap.reason): nothing is left for a model, expected a larger limit")
    }
    let logCap = cap.map { Double.log($0.parameters) } ?? .infinity
    let served = limits.servedTokens / 3
    func solve(_ point: [Double], near: Double?) -> (logN: Double, logD: Double) {
      switch goal {
      case .compute(let compute):
        let logC = Double.log(compute)
        var bounds = surface.sizes(logCompute: logC)
        var top = min(bounds.upperBound, logCap)
        let paid = limits.paysForServing ? served : 0
        if paid > 0 {
          top = min(top, flops.logSize(logCompute: logC, logTokens: Double.log(paid)) - 1e-9)
        }
        bounds = min(bounds.lowerBound, top - 12)...top
        func tokens(_ logN: Double) -> Double {
          paid > 0
            ? Double.log(Double.exp(logC - flops.logPerToken(logN)) - paid)
            : surface.logTokens(logCompute: logC, logN: logN)
        }
        let found = surface.lowest(in: bounds, near: near.map { min($0, top) }) {
          surface.cost(point, logN: $0, logD: tokens($0))
        }
        return (found.argument, tokens(found.argument))
      case .outcome(let target):
        let range = ranges["N"] ?? 1e6...1e10
        let middle = (ranges["D"].map { Double.log($0.upperBound) }) ?? Double.log(1e10)
        func tokens(_ logN: Double) -> Double {
          surface.logTokens(point, logN: logN, reaching: target, near: middle)
        }
        func total(_ logN: Double) -> Double {
          Double.log(Double.exp(tokens(logN)) + served) + flops.logPerToken(logN)
        }
        let top = min(Double.log(range.upperBound) + 20, logCap)
        let bounds = min(Double.log(range.lowerBound) - 12, top - 12)...top
        var start = near.map { min($0, top) }
        if let place = start, !total(place).isFinite { start = nil }
        if start == nil {
          start = minimize(over: bounds, samples: 240, tolerance: 0.05, total).argument
        }
        let found = surface.lowest(in: bounds, near: start, total)
        return (found.argument, tokens(found.argument))
      }
    }
    let centre = solve(estimate, near: nil)
    guard centre.logD.isFinite, centre.logN.isFinite else {
      throw .unusable("no model reaches the target under these limits")
    }
    let all = derivedTogether { point in
      let found = solve(point, near: centre.logN)
      let training = flops.logPerToken(found.logN) + found.logD
      return [
        found.logN, found.logD, found.logD - found.logN,
        surface.outcome(point, logN: found.logN, logD: found.logD), training,
        flops.logPerToken(found.logN) + Double.log(served),
      ]
    }
    func exponential(_ x: Estimated) -> Estimated {
      Estimated(value: Double.exp(x.value), low: Double.exp(x.low), high: Double.exp(x.high))
    }
    let (size, tokens) = (exponential(all[0]), exponential(all[1]))
    var binding: [String] = []
    for cap in limits.caps where size.value > cap.parameters * (1 - 1e-6) {
      binding.append("\(cap.reason): at most \(plainNumber(cap.parameters)) parameters")
    }
    var epochs: Estimated?
    if let unique = limits.uniqueTokens {
      epochs = Estimated(
        value: tokens.value / unique, low: tokens.low / unique, high: tokens.high / unique)
      if tokens.value > unique * (1 + 1e-6) {
        binding.append(
          "unique data: \(plainNumber(unique)) tokens, seen \(plainNumber(tokens.value / unique)) times"
        )
        if tokens.value / unique > 40 {
          warnings.append("beyond about 40 epochs repeated tokens add nothing [L6]")
        }
      }
    }
    if limits.servedTokens > 0, limits.paysForServing || goal.isOutcome {
      binding.append("serving: \(plainNumber(limits.servedTokens)) tokens are paid for")
    }
    let training = exponential(all[4])
    return ConstrainedPlan(
      size: size, tokens: tokens, tokensPerParameter: exponential(all[2]), outcome: all[3],
      trainingCompute: training, servingCompute: exponential(all[5]), epochs: epochs,
      binding: binding,
      reach: Reach.all(
        [
          "N": size.value, "D": tokens.value, "C": training.value,
          "D/N": tokens.value / size.value,
        ], ranges: ranges), warnings: warnings)
  }

  /// The surface with what repetition costs, the law's own or borrowed.
  private func limitedSurface(
    _ limits: PlanLimits, holding others: [String: Double], warnings: inout [String]
  ) throws(FitError) -> LossSurface {
    guard let unique = limits.uniqueTokens else {
      return try LossSurface(self, holding: others)
    }
    guard unique > 0, unique.isFinite else {
      throw .unusable("unique tokens: found \(unique), expected a positive number")
    }
    if law.card.columns.contains(where: { $0.name == "U" }) {
      var columns = others
      columns["U"] = unique
      return try LossSurface(self, holding: columns)
    }
    guard law is any AdditiveTradeoff else {
      throw .unusable(
        "law \(law.name) neither reads U nor has a closed-form optimum to which repetition could be added: fit data-constrained or chinchilla"
      )
    }
    var surface = try LossSurface(self, holding: others)
    surface.repetition = LossSurface.Repetition(
      logUnique: Double.log(unique), dataRepeats: limits.borrowed.data,
      sizeRepeats: limits.borrowed.size)
    warnings.append(
      "the value of repeated tokens is not fitted but borrowed (R_D* \(plainNumber(limits.borrowed.data)), R_N* \(plainNumber(limits.borrowed.size)), fitted on C4 [L6])"
    )
    return surface
  }
}

extension PlanGoal {
  /// Whether a target is to be reached.
  var isOutcome: Bool {
    if case .outcome = self { return true }
    return false
  }
}
