public import Quantities
internal import Statistics

/// The true rate of success behind the verdicts of an imperfect judge: Rogan and Gladen's correction
/// [111].
///
/// With sensitivity a and specificity b, measured on outcomes that people labelled, an observed rate p
/// stands for (p + b − 1)/(a + b − 1). The interval is Lang and Reiczigel's (2014), which allows for the
/// chance in all three.
public struct JudgeCorrection: Codable, Sendable, Hashable {
  /// Successes out of trials.
  public struct Count: Codable, Sendable, Hashable {
    /// Successes.
    public var successes: Int
    /// Trials, at least one.
    public var trials: Int

    /// A count.
    public init(_ successes: Int, of trials: Int) {
      self.successes = successes
      self.trials = trials
    }

    var share: Double { Double(successes) / Double(trials) }
  }

  /// The rate that the judge reports, with Wilson's interval.
  public var observed: Estimated
  /// P(judged right | right), a.
  public var sensitivity: Estimated
  /// P(judged wrong | wrong), b.
  public var specificity: Estimated
  /// The corrected rate, from 0 to 1.
  public var corrected: Estimated
  /// What to beware of.
  public var warnings: [String]

  /// May leave the unit interval; a + b must exceed 1, or the judge says nothing.
  public static func corrected(observed: Double, sensitivity: Double, specificity: Double) -> Double
  {
    (observed + specificity - 1) / (sensitivity + specificity - 1)
  }

  /// Corrects the share of outcomes that the judge calls right. The sensitivity counts those among
  /// outcomes that people call right, the specificity what it calls wrong among those that people
  /// call wrong.
  ///
  /// - Throws: for impossible counts, and for a judge no better than chance.
  public init(
    judged: Count, sensitivity: Count, specificity: Count, level: Double = 0.95
  ) throws(PlanningError) {
    for count in [judged, sensitivity, specificity] {
      try PlanningError.require(
        count.trials > 0 && (0...count.trials).contains(count.successes),
        "\(count.successes) of \(count.trials) is no count.")
    }
    try PlanningError.require(
      sensitivity.share + specificity.share > 1,
      "The judge is no better than chance: sensitivity \(sensitivity.share) and specificity "
        + "\(specificity.share) do not exceed 1 together.")
    func wilson(_ count: Count) -> Estimated {
      let interval = BinomialInterval.wilson(
        successes: count.successes, trials: count.trials, level: level)
      return Estimated(value: count.share, low: interval.low, high: interval.high)
    }
    observed = wilson(judged)
    self.sensitivity = wilson(sensitivity)
    self.specificity = wilson(specificity)
    let z = Normal.standard.inverseSurvival((1 - level) / 2)
    // Counts that are shrunk a little keep the interval honest near 0 and 1.
    let n = Double(judged.trials) + z * z
    let p = (Double(judged.successes) + z * z / 2) / n
    let na = Double(sensitivity.trials) + 2
    let a = (Double(sensitivity.successes) + 1) / na
    let nb = Double(specificity.trials) + 2
    let b = (Double(specificity.successes) + 1) / nb
    let rate = (p + b - 1) / (a + b - 1)
    let (va, vb) = (a * (1 - a) / na, b * (1 - b) / nb)
    let variance = p * (1 - p) / n + rate * rate * va + (1 - rate) * (1 - rate) * vb
    let half = z * variance.squareRoot() / abs(a + b - 1)
    let shift = 2 * z * z * (rate * va - (1 - rate) * vb)
    let raw = Self.corrected(
      observed: judged.share, sensitivity: sensitivity.share, specificity: specificity.share)
    func clamped(_ value: Double) -> Double { min(max(value, 0), 1) }
    corrected = Estimated(
      value: clamped(raw), low: clamped(rate + shift - half), high: clamped(rate + shift + half))
    warnings = []
    if raw < 0 || raw > 1 {
      warnings.append(
        "The judge reports a rate that its errors alone cannot explain; the correction is cut off at "
          + "\(clamped(raw)).")
    }
    if a + b <= 1 {
      warnings.append("So few labels leave open whether the judge is better than chance.")
      corrected.low = 0
      corrected.high = 1
    }
    if sensitivity.trials < 20 || specificity.trials < 20 {
      warnings.append("Sensitivity or specificity rests on fewer than twenty labels.")
    }
  }
}
