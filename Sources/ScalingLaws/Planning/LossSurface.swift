internal import Optimization
internal import RealModule

struct LossSurface: Sendable {
  /// What repeated tokens are worth, for a law that knows nothing of repetition.
  struct Repetition: Sendable {
    var logUnique: Double
    var dataRepeats: Double
    var sizeRepeats: Double
  }

  struct Optimum {
    var logN: Double
    var logD: Double
    var outcome: Double
    var isInterior: Bool
  }

  let law: any Law
  private let kernel: LawKernel
  private let template: [Double]
  private let sizeSlot: Int
  private let tokenSlot: Int
  private let computeSlot: Int?
  private let tradeoff: (any AdditiveTradeoff)?
  private let sizeRange: ClosedRange<Double>?
  private let tokenRange: ClosedRange<Double>?
  let computeRange: ClosedRange<Double>?
  let flops: FlopsPerToken
  var repetition: Repetition?
  /// 1 where less is better, −1 where more is.
  let sign: Double

  /// Prepares the surface, whose optimum may be taken from ``AdditiveTradeoff`` unless a closed
  /// form is not wanted.
  init(
    _ fitted: any FittedLaw, holding others: [String: Double], closedForm: Bool = true
  ) throws(FitError) {
    law = fitted.law
    let columns = law.card.columns.map(\.name)
    guard let size = columns.firstIndex(of: "N"), let tokens = columns.firstIndex(of: "D") else {
      throw .unusable(
        "law \(law.name) does not read both N and D, so it cannot divide compute between them; forecast it instead"
      )
    }
    guard !law.card.response.isChoice else {
      throw .unusable(
        "law \(law.name) predicts \(law.card.response.column), which is a choice and not an outcome to improve"
      )
    }
    var known = others
    for name in ["N", "D", "C"] { known[name] = 1 }
    // Without a limit all tokens are new ones.
    if known["U"] == nil, law.takesTokensAsNew { known["U"] = Self.unlimitedTokens }
    template = try Fit.arrange(known, for: law, flops: .sixfold)
    sizeSlot = size
    tokenSlot = tokens
    computeSlot = columns.firstIndex(of: "C")
    kernel = law.makeKernel()
    flops = fitted.flopsPerToken
    // A law that reads C has its closed form for 6·N·D only.
    let isClosed = closedForm && (flops.isSixfold || computeSlot == nil)
    tradeoff = isClosed ? law as? any AdditiveTradeoff : nil
    sizeRange = fitted.ranges["N"]
    tokenRange = fitted.ranges["D"]
    computeRange = fitted.ranges["C"]
    sign = law.card.response.higherIsBetter ? -1 : 1
  }

  /// Unique tokens that stand for no limit.
  static let unlimitedTokens = 1e30

  func outcome(_ point: [Double], logN: Double, logD: Double) -> Double {
    let effective = repeated(point, logN: logN, logD: logD)
    var columns = template
    columns[sizeSlot] = Double.exp(effective.logN)
    columns[tokenSlot] = Double.exp(effective.logD)
    if let computeSlot { columns[computeSlot] = Double.exp(flops.logPerToken(logN) + logD) }
    return kernel.predictOne(point, columns, [])
  }

  /// The outcome, turned so that less is better.
  func cost(_ point: [Double], logN: Double, logD: Double) -> Double {
    sign * outcome(point, logN: logN, logD: logD)
  }

  /// The powers of a law with a closed form, where nothing disturbs it.
  func powers(_ point: [Double]) -> PowerPair? {
    repetition == nil ? tradeoff?.tradeoff(point) : nil
  }

  /// The sizes among which an optimum at a compute is sought: five decades beyond the table.
  func sizes(logCompute: Double) -> ClosedRange<Double> {
    guard let sizeRange, let tokenRange, sizeRange.lowerBound > 0, tokenRange.lowerBound > 0 else {
      let whole = flops.logSize(logCompute: logCompute, logTokens: 0)
      return min(0, whole)...max(0, whole)
    }
    func size(_ tokens: Double) -> Double {
      flops.logSize(logCompute: logCompute, logTokens: Double.log(tokens))
    }
    let ends = [
      Double.log(sizeRange.lowerBound), Double.log(sizeRange.upperBound),
      size(tokenRange.lowerBound), size(tokenRange.upperBound),
    ]
    return (ends.min() ?? 0) - 12...(ends.max() ?? 0) + 12
  }

  /// ln N in the middle of the table, moved to a compute as if size and tokens grew alike.
  private func middle(logCompute: Double) -> Double? {
    guard let sizeRange, let tokenRange, sizeRange.lowerBound > 0, tokenRange.lowerBound > 0 else {
      return nil
    }
    func centre(_ range: ClosedRange<Double>) -> Double {
      (Double.log(range.lowerBound) + Double.log(range.upperBound)) / 2
    }
    let offset = logCompute - Double.log(flops.coefficient)
    return (centre(sizeRange) - centre(tokenRange) + offset) / (1 + flops.exponent)
  }

  func logTokens(logCompute: Double, logN: Double) -> Double {
    flops.logTokens(logCompute: logCompute, logSize: logN)
  }

  /// The optimum at a compute, as the table counts it, near the ln N of a neighbouring problem's;
  /// nil to scan.
  func optimum(_ point: [Double], logCompute: Double, near: Double? = nil) -> Optimum {
    func tokens(_ logN: Double) -> Double { logTokens(logCompute: logCompute, logN: logN) }
    if let powers = powers(point) {
      let logN = powers.optimalLogSize(logCompute: logCompute, flops: flops)
      return Optimum(
        logN: logN, logD: tokens(logN),
        outcome: outcome(point, logN: logN, logD: tokens(logN)), isInterior: true)
    }
    let bounds = sizes(logCompute: logCompute)
    func cost(_ logN: Double) -> Double {
      self.cost(point, logN: logN, logD: tokens(logN))
    }
    // The valley next to the table comes first: far outside it a flexible law may fall again.
    var found = lowest(in: bounds, near: near ?? middle(logCompute: logCompute), cost)
    if !found.isInterior { found = lowest(in: bounds, near: nil, cost) }
    return Optimum(
      logN: found.argument, logD: tokens(found.argument),
      outcome: outcome(point, logN: found.argument, logD: tokens(found.argument)),
      isInterior: found.isInterior)
  }

  /// d ln N*/d ln C at an optimum, from second differences of the outcome along and across it.
  func sizeExponent(_ point: [Double], at optimum: Optimum) -> Double {
    let step = 0.01
    func value(_ alongN: Double, _ alongC: Double) -> Double {
      outcome(
        point, logN: optimum.logN + step * alongN,
        logD: optimum.logD + step * (alongC - flops.exponent * alongN))
    }
    let curvature = value(1, 0) - 2 * value(0, 0) + value(-1, 0)
    let mixed = (value(1, 1) - value(-1, 1) - value(1, -1) + value(-1, -1)) / 4
    return -mixed / curvature
  }

  /// The lowest point of a function of ln N: a scan, then the valley it found.
  func lowest(
    in bounds: ClosedRange<Double>, near: Double?, _ function: (Double) -> Double
  ) -> (argument: Double, isInterior: Bool) {
    if let near { return valley(near: near, in: bounds, function) }
    let coarse = minimize(over: bounds, samples: 160, tolerance: 0.05, function)
    return valley(near: coarse.argument, step: 0.1, in: bounds, function)
  }

  /// ln C of the least compute whose optimum reaches an outcome; +∞ where none does.
  func leastLogCompute(
    _ point: [Double], reaching target: Double, near: (logCompute: Double, logN: Double)? = nil
  ) -> Double {
    func excess(_ logCompute: Double) -> Double {
      let guess = near.map { $0.logN + 0.5 * (logCompute - $0.logCompute) }
      return sign
        * (optimum(point, logCompute: logCompute, near: guess).outcome - target)
    }
    let range = computeRange ?? 1e18...1e24
    let limits = (low: Double.log(range.lowerBound) - 40, high: Double.log(range.upperBound) + 60)
    return crossing(
      of: excess, near: near?.logCompute ?? Double.log(range.upperBound), low: limits.low,
      high: limits.high)
  }

  /// ln D that reaches an outcome at a size; +∞ where no number of tokens does.
  func logTokens(
    _ point: [Double], logN: Double, reaching target: Double, near: Double
  ) -> Double {
    crossing(
      of: { sign * (outcome(point, logN: logN, logD: $0) - target) }, near: near,
      low: near - 40, high: near + 80)
  }

  private func repeated(
    _ point: [Double], logN: Double, logD: Double
  ) -> (logN: Double, logD: Double) {
    guard let repetition, let powers = tradeoff?.tradeoff(point) else { return (logN, logD) }
    func saturating(_ total: Double, _ unique: Double, _ repeats: Double) -> Double {
      let excess = Double.expMinusOne(total - unique)
      return unique + Double.log(onePlus: -repeats * Double.expMinusOne(-excess / repeats))
    }
    let logOptimum = powers.logSizeCalledFor(byLogTokens: repetition.logUnique)
    return (
      saturating(logN, min(logN, logOptimum), repetition.sizeRepeats),
      saturating(logD, min(logD, repetition.logUnique), repetition.dataRepeats)
    )
  }
}

/// The first sign change of a falling function at or beyond which it is not positive.
///
/// Steps outward from `near`, doubling, until the sign changes; +∞ where it stays positive up to
/// `high`, `low` where it is never positive.
func crossing(
  of function: (Double) -> Double, near: Double, low: Double, high: Double
) -> Double {
  var step = 0.5
  var inner = near
  let start = function(near)
  guard !start.isNaN else { return .nan }
  if start > 0 {
    while inner < high {
      let outer = min(inner + step, high)
      if function(outer) <= 0 { return root(in: inner...outer, function) ?? outer }
      inner = outer
      step *= 1.6
    }
    return .infinity
  }
  while inner > low {
    let outer = max(inner - step, low)
    if function(outer) > 0 { return root(in: outer...inner, function) ?? inner }
    inner = outer
    step *= 1.6
  }
  return low
}
