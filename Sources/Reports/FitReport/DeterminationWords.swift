internal import Quantities
public import ScalingLaws

/// What is said where a fitted table cannot give a number of a plan.
public struct DeterminationWords {
  let determination: PlanDetermination

  /// Words for a decision.
  public init(_ determination: PlanDetermination) { self.determination = determination }

  private static let names = [
    "size": "N*", "tokens": "D*", "tokensPerParameter": "tokens per parameter",
    "sizeExponent": "a",
  ]

  /// The bound that is known of one number: "at least 3B"; nil where it is determined.
  public func bound(_ quantity: String) -> String? {
    determination.refusal(of: quantity).map(bound)
  }

  private func bound(_ refusal: PlanDetermination.Refusal) -> String {
    func text(_ x: Double) -> String {
      x >= 1e4 ? NumberFormat.scale(x) : NumberFormat.significant(x, 3)
    }
    switch (refusal.atLeast, refusal.atMost) {
    case (let low?, let high?): return "between \(text(low)) and \(text(high))"
    case (let low?, nil): return "at least \(text(low))"
    case (nil, let high?): return "at most \(text(high))"
    case (nil, nil): return "no bound known"
    }
  }

  /// All refused numbers, with what is known of them: "N* (at least 3B), D* and a".
  public var list: String {
    let items = determination.refused.map { refusal -> String in
      let name = Self.names[refusal.quantity] ?? refusal.quantity
      let isBounded = refusal.atLeast != nil || refusal.atMost != nil
      return isBounded ? "\(name) (\(bound(refusal)))" : name
    }
    return Wording.list(items)
  }

  /// The cells of a table's row: what stands for the value, and for the interval.
  public func cells(_ quantity: String) -> [String]? {
    bound(quantity).map { ["not determined", $0] }
  }

  /// Why, and which data would mend it, one sentence each.
  public var reasons: [String] {
    determination.reasons.map { "not determined by this table: \($0)" }
  }

  /// All of it in two sentences, for a page that names the causes elsewhere; nil where nothing is
  /// refused.
  public var summary: String? {
    guard !determination.isDetermined else { return nil }
    return
      "Not determined by this table: \(list). What would mend it: \(determination.remedies.joined(separator: "; "))."
  }
}
