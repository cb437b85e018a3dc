internal import Optimization
public import Quantities
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
  /// What each law says under the same limits, where several answer together; nil for one law.
  public var laws: [LawPlan]?
}

extension FittedLaw {
  /// The best model for a budget or a target under all limits together, at the other columns that
  /// the law reads. Throws `FitError` where the law does not allow the plan, and for limits that
  /// leave nothing.
  ///
  /// For a budget the outcome is minimised over N with D from the budget; for a target the FLOPs
  /// of training and serving are minimised over N with D from the target. The size stays under
  /// every cap, and tokens beyond the unique ones are worth less [L6].
  public func constrainedPlan(
    _ goal: PlanGoal, limits: PlanLimits, holding others: [String: Double] = [:]
  ) throws(FitError) -> ConstrainedPlan {
    let search = try ConstrainedSearch(self, goal: goal, limits: limits, holding: others)
    let all = derivedTogether { search.quantities($0, near: search.centre.logN) }
    var plan = search.plan(all, ranges: ranges)
    plan.outcome = widened(plan.outcome, distance: plan.distance(beyond: self))
    return plan
  }
}

struct ConstrainedSearch {
  let goal: PlanGoal
  let limits: PlanLimits
  let surface: LossSurface
  private(set) var centre: (logN: Double, logD: Double)
  let warnings: [String]
  private let sizes: ClosedRange<Double>?
  private let longest: Double?

  /// Prepares the search and finds the optimum at the estimate.
  ///
  /// - Throws: `FitError` where the law does not allow the plan, and for limits that leave nothing.
  init(
    _ fitted: any FittedLaw, goal: PlanGoal, limits: PlanLimits, holding others: [String: Double]
  ) throws(FitError) {
    var warnings: [String] = []
    self.goal = goal
    self.limits = limits
    surface = try fitted.limitedSurface(limits, holding: others, warnings: &warnings)
    self.warnings = warnings
    sizes = fitted.ranges["N"]
    longest = fitted.ranges["D"]?.upperBound
    centre = (.nan, .nan)
    let cap = limits.caps.min { $0.parameters < $1.parameters }
    if let cap, !(cap.parameters >= 1) {
      throw .unusable("\(cap.reason): nothing is left for a model, expected a larger limit")
    }
    let found = solve(fitted.estimate, near: nil)
    guard found.logD.isFinite, found.logN.isFinite else {
      throw .unusable("no model reaches the target under these limits")
    }
    centre = found
  }

  /// Tokens of training that cost as much as the serving.
  private var served: Double { limits.servedTokens / 3 }
  private var logCap: Double {
    limits.caps.map { Double.log($0.parameters) }.min() ?? .infinity
  }

  /// ln D that a budget leaves at a size.
  func logTokens(logCompute: Double, logN: Double) -> Double {
    let flops = surface.flops
    guard limits.paysForServing, served > 0 else {
      return surface.logTokens(logCompute: logCompute, logN: logN)
    }
    return Double.log(Double.exp(logCompute - flops.logPerToken(logN)) - served)
  }

  private func solve(_ point: [Double], near: Double?) -> (logN: Double, logD: Double) {
    let flops = surface.flops
    switch goal {
    case .compute(let compute):
      let logC = Double.log(compute)
      var bounds = surface.sizes(logCompute: logC)
      var top = min(bounds.upperBound, logCap)
      if limits.paysForServing, served > 0 {
        top = min(top, flops.logSize(logCompute: logC, logTokens: Double.log(served)) - 1e-9)
      }
      bounds = min(bounds.lowerBound, top - 12)...top
      let found = surface.lowest(in: bounds, near: near.map { min($0, top) }) {
        surface.cost(point, logN: $0, logD: logTokens(logCompute: logC, logN: $0))
      }
      return (found.argument, logTokens(logCompute: logC, logN: found.argument))
    case .outcome(let target):
      let range = sizes ?? 1e6...1e10
      let middle = longest.map { Double.log($0) } ?? Double.log(1e10)
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

  /// ln N, ln D, ln(D/N), the outcome, ln of the FLOPs of training and of serving, at the optimum
  /// of one point of parameters.
  func quantities(_ point: [Double], near: Double?) -> [Double] {
    let found = solve(point, near: near)
    return [
      found.logN, found.logD, found.logD - found.logN,
      surface.outcome(point, logN: found.logN, logD: found.logD),
      surface.flops.logPerToken(found.logN) + found.logD,
      surface.flops.logPerToken(found.logN) + Double.log(served),
    ]
  }

  /// The plan of quantities in the order of ``quantities(_:near:)`` with their intervals; `held`
  /// has ln N for each law that has a part in it.
  func plan(
    _ all: [Estimated], ranges: [String: ClosedRange<Double>],
    held: [(law: String, logN: Double)] = []
  ) -> ConstrainedPlan {
    func exponential(_ x: Estimated) -> Estimated {
      Estimated(value: Double.exp(x.value), low: Double.exp(x.low), high: Double.exp(x.high))
    }
    let (size, tokens, training) = (exponential(all[0]), exponential(all[1]), exponential(all[4]))
    var warnings = self.warnings
    var binding: [String] = []
    for cap in limits.caps {
      func binds(_ logN: Double) -> Bool { Double.exp(logN) > cap.parameters * (1 - 1e-6) }
      let bound = held.filter { binds($0.logN) }
      guard held.isEmpty ? binds(all[0].value) : !bound.isEmpty else { continue }
      let some =
        bound.count < held.count ? ", by \(bound.map(\.law).joined(separator: " and ")) only" : ""
      binding.append(
        "\(cap.reason): at most \(NumberFormat.sentence(cap.parameters)) parameters\(some)")
    }
    var epochs: Estimated?
    if let unique = limits.uniqueTokens {
      epochs = Estimated(
        value: tokens.value / unique, low: tokens.low / unique, high: tokens.high / unique)
      if tokens.value > unique * (1 + 1e-6) {
        binding.append(
          "unique data: \(NumberFormat.sentence(unique)) tokens, seen \(NumberFormat.sentence(tokens.value / unique)) times"
        )
        if tokens.value / unique > 40 {
          warnings.append("beyond about 40 epochs repeated tokens add nothing [L6]")
        }
      }
    }
    if limits.servedTokens > 0, limits.paysForServing || goal.isOutcome {
      binding.append("serving: \(NumberFormat.sentence(limits.servedTokens)) tokens are paid for")
    }
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
}

extension ConstrainedPlan {
  func distance(beyond fitted: any FittedLaw) -> Double {
    guard size.value.isFinite, tokens.value.isFinite else { return 0 }
    return fitted.distanceBeyond([
      "N": size.value, "D": tokens.value, "C": trainingCompute.value,
    ])
  }
}

extension FittedLaw {
  /// The surface with what repetition costs, the law's own or borrowed.
  fileprivate func limitedSurface(
    _ limits: PlanLimits, holding others: [String: Double], warnings: inout [String]
  ) throws(FitError) -> LossSurface {
    guard let unique = limits.uniqueTokens else {
      return try LossSurface(self, holding: others)
    }
    guard unique > 0, unique.isFinite else {
      throw .unusable("unique tokens: found \(unique), expected a positive number")
    }
    if law.reads("U") {
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
      "the value of repeated tokens is not fitted but borrowed (R_D* \(NumberFormat.sentence(limits.borrowed.data)), R_N* \(NumberFormat.sentence(limits.borrowed.size)), fitted on C4 [L6])"
    )
    return surface
  }
}

extension PlanGoal {
  var isOutcome: Bool {
    if case .outcome = self { return true }
    return false
  }
}
