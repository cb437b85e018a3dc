/// Asks whether a task is above chance at any model size, before anything is fitted to it.
///
/// At each size the exact binomial test of `accuracy ≤ chance + margin` is made from the counts,
/// and the p-values are Holm-corrected over the sizes. Without a margin an accuracy of 0.26 over
/// ten thousand four-way questions would be significantly above a quarter, and still nothing to
/// extrapolate.
public struct ChanceLevelTest: Sendable {
  /// The accuracy of chance.
  public let chance: Double
  /// The accuracy that had to be exceeded: chance plus the margin.
  public let threshold: Double
  /// The p-value at each size, in the order of the input.
  public let pValues: [Double]
  /// The p-values after Holm's correction.
  public let adjustedPValues: [Double]
  /// The significance level.
  public let significance: Double

  /// Whether at least one size is above chance by more than the margin.
  public var isAboveChance: Bool { adjustedPValues.contains { $0 < significance } }

  /// Tests a series of counts against the chance of guessing, such as 0.25 for four options and 0
  /// for free text. The margin is the share of the room between chance and 1 that counts as
  /// practically chance; the significance is that of a wrong "above chance" over all sizes
  /// together. Throws `StatisticsError` for mismatched lengths, impossible counts or an empty
  /// series.
  public init(
    correct: [Int], items: [Int], chance: Double, margin: Double = 0.05,
    significance: Double = 0.05
  ) throws(StatisticsError) {
    precondition(chance >= 0 && chance < 1, "chance lies between 0 and 1")
    precondition(margin >= 0 && margin < 1, "the margin is a share of the room above chance")
    precondition(significance > 0 && significance < 1, "a significance lies between 0 and 1")
    try checkCounts(correct, items)
    self.chance = chance
    self.significance = significance
    let bar = chance + margin * (1 - chance)
    threshold = bar
    pValues = zip(correct, items).map { Binomial(trials: $1, probability: bar).survival($0 - 1) }
    adjustedPValues = MultipleTesting.holm(pValues)
  }
}

private func checkCounts(_ correct: [Int], _ items: [Int]) throws(StatisticsError) {
  guard !items.isEmpty else { throw .tooFewPoints(found: 0, needed: 1) }
  guard correct.count == items.count else {
    throw .lengthMismatch(what: "correct", found: correct.count, expected: items.count)
  }
  if let bad = items.firstIndex(where: { $0 <= 0 }) {
    throw .invalidValue(what: "items", index: bad, value: Double(items[bad]))
  }
  for index in items.indices where correct[index] < 0 || correct[index] > items[index] {
    throw .invalidValue(what: "correct", index: index, value: Double(correct[index]))
  }
}
