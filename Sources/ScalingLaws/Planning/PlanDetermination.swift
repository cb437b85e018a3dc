internal import Quantities
internal import RealModule

/// Which numbers of a plan the fitted table can give, and which it cannot.
public struct PlanDetermination: Sendable, Hashable, Codable {
  /// A number that is refused.
  public struct Refusal: Sendable, Hashable, Codable {
    /// `size`, `tokens`, `tokensPerParameter` or `sizeExponent`, as in the plan.
    public var quantity: String
    /// The lowest value that the table allows; absent where nothing bounds it.
    public var atLeast: Double?
    /// The highest value that the table allows; absent where nothing bounds it.
    public var atMost: Double?
  }

  /// The numbers that are refused; empty where the table determines all.
  public var refused: [Refusal]
  /// Why, and which data would mend it; empty where nothing is refused.
  public var reasons: [String]
  /// Which data would mend it, alone.
  public var remedies: [String]

  /// Whether the table determines the plan.
  public var isDetermined: Bool { refused.isEmpty }
  /// What is said of one number; nil where it is determined.
  public func refusal(of quantity: String) -> Refusal? {
    refused.first { $0.quantity == quantity }
  }
}

extension FittedLaw {
  /// The factor between the ends of an interval of a size beyond which there is no telling.
  static var widestFactor: Double { 100 }
  /// The width of an interval of the exponent a, which lies between 0 and 1, beyond which there is
  /// no telling.
  static var widestExponent: Double { 0.5 }

  /// Decides which numbers of a plan the fitted table can give.
  ///
  /// A size is refused where its interval spans more than two decades, where the exponent a is
  /// unknown by more than a half and the size by a decade, and where the fit has no refits to show
  /// how far its parameters may go although the table does not determine them.
  public func determination(of plan: ComputePlan) -> PlanDetermination {
    let blind = knowsOnlyItsTable
    let exponent = plan.sizeExponent
    let isExponentOpen =
      blind || (exponent.low.isFinite && exponent.high - exponent.low > Self.widestExponent)
    /// `power`: the ratio of tokens to parameters moves as the square of the size.
    func isOpen(_ x: Estimated, power: Double) -> Bool {
      if blind { return true }
      guard !x.low.isNaN, !x.high.isNaN, x.value.isFinite else { return false }
      let factor = Double.pow(x.high / max(x.low, 1e-300), 1 / power)
      return factor > Self.widestFactor || (isExponentOpen && factor > 10)
    }
    var refused: [PlanDetermination.Refusal] = []
    let compute = plan.compute.value
    // Fewer than a hundredth of a token a parameter, or more than ten million, bounds nothing.
    let largest = (compute / 6 / 0.01).squareRoot()
    let smallest = (compute / 6 / 1e7).squareRoot()
    func refuse(
      _ quantity: String, _ x: Estimated, within range: ClosedRange<Double>, power: Double = 1
    ) {
      guard isOpen(x, power: power) else { return }
      let low = blind || !(x.low > range.lowerBound) ? nil : x.low
      let high = blind || !(x.high < range.upperBound) ? nil : x.high
      refused.append(
        PlanDetermination.Refusal(quantity: quantity, atLeast: low, atMost: high))
    }
    if smallest > 0, largest.isFinite, smallest < largest {
      refuse("size", plan.size, within: smallest...largest)
      refuse("tokens", plan.tokens, within: compute / 6 / largest...compute / 6 / smallest)
      refuse("tokensPerParameter", plan.tokensPerParameter, within: 0.01...1e7, power: 2)
    }
    if isExponentOpen {
      let (low, high) = (exponent.low, exponent.high)
      refused.append(
        PlanDetermination.Refusal(
          quantity: "sizeExponent", atLeast: !blind && low > 0.05 ? low : nil,
          atMost: !blind && high < 0.95 ? high : nil))
    }
    guard !refused.isEmpty else { return PlanDetermination(refused: [], reasons: [], remedies: []) }
    let causes = identifiability.filter { $0.kind.asksForWalk }
    var reasons = causes.map { cause in
      cause.sentence + (cause.remedy.map { "; \($0) would mend it" } ?? "")
    }
    var remedies: [String] = []
    for remedy in causes.compactMap(\.remedy) where !remedies.contains(remedy) {
      remedies.append(remedy)
    }
    if remedies.isEmpty { remedies = ["more sizes and lengths, nearer to the budget"] }
    if reasons.isEmpty {
      reasons.append(
        "the runs scatter too much, or lie too close together, for the budget asked about; \(remedies[0]) would mend it"
      )
    }
    return PlanDetermination(refused: refused, reasons: reasons, remedies: remedies)
  }
}

extension FittedLaw {
  /// Whether a plan under limits has a size that the table tells: one that a limit sets, or whose
  /// interval is no wider than a size may have without limits.
  public func determines(_ plan: ConstrainedPlan) -> Bool {
    guard plan.size.value.isFinite, !plan.size.low.isNaN, !plan.size.high.isNaN, plan.size.low > 0
    else { return false }
    let factor = plan.size.high / plan.size.low
    return factor <= (knowsOnlyItsTable ? 1 + 1e-6 : 10)
  }
}

extension PlanLimits {
  /// The limits in words, one each.
  public var sentences: [String] {
    var result = caps.map {
      "\($0.reason): at most \(NumberFormat.sentence($0.parameters)) parameters"
    }
    if let uniqueTokens {
      result.append("unique data: \(NumberFormat.sentence(uniqueTokens)) tokens")
    }
    if servedTokens > 0 { result.append("serving: \(NumberFormat.sentence(servedTokens)) tokens") }
    return result
  }
}

extension ComputePlan {
  /// The plan without the numbers that are refused: their value is NaN, and of their interval only
  /// the bounds that are known are left.
  public func withholding(_ determination: PlanDetermination) -> ComputePlan {
    func withheld(_ x: Estimated, _ quantity: String) -> Estimated {
      guard let refusal = determination.refusal(of: quantity) else { return x }
      return Estimated(
        value: .nan, low: refusal.atLeast ?? .nan, high: refusal.atMost ?? .nan)
    }
    var plan = self
    plan.size = withheld(size, "size")
    plan.tokens = withheld(tokens, "tokens")
    plan.tokensPerParameter = withheld(tokensPerParameter, "tokensPerParameter")
    plan.sizeExponent = withheld(sizeExponent, "sizeExponent")
    if determination.refusal(of: "size") != nil { plan.reach.removeAll { $0.column == "N" } }
    if determination.refusal(of: "tokens") != nil { plan.reach.removeAll { $0.column == "D" } }
    return plan
  }
}

extension FittedLaw {
  /// The forecast, without its number where it lies beyond a table that does not determine the
  /// parameters.
  public func withholding(_ forecast: Forecast) -> Forecast {
    guard knowsOnlyItsTable, forecast.reach.contains(where: \.isOutside) else { return forecast }
    var forecast = forecast
    forecast.law = Estimated(value: .nan)
    forecast.run = Estimated(value: .nan)
    let causes = identifiability.filter { $0.kind.forbidsExtrapolation }.map(\.sentence)
    let place = law.card.columns.compactMap { requirement in
      forecast.columns[requirement.name].map {
        "\(requirement.name) = \(NumberFormat.sentence($0))"
      }
    }
    forecast.sentence =
      "At \(place.joined(separator: ", ")), \(forecast.response) is not determined by this table: \(causes.joined(separator: "; "))."
    return forecast
  }
}
