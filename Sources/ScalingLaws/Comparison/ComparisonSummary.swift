public import Quantities

/// A comparison as JSON, schema `allometry.comparison/1`.
///
/// JSON has no infinity: an end of an interval that is unbounded or unknown is null.
public struct ComparisonSummary: Sendable, Hashable, Codable {
  /// The multiplier at one scale.
  public struct Multiplier: Sendable, Hashable, Codable {
    /// The scale.
    public var scale: Double
    /// The factor of scale that the treatment is worth.
    public var multiplier: IntervalEstimate
    /// The probability that the treatment is better.
    public var probabilityTreatmentIsBetter: Double?

    /// Nothing but the scale that was asked for.
    init(refusedAt scale: Double) {
      self.scale = scale
      multiplier = IntervalEstimate(.nan)
      probabilityTreatmentIsBetter = nil
    }

    init(_ rung: EffectiveCompute.Rung) {
      scale = rung.scale
      multiplier = IntervalEstimate(rung.multiplier)
      probabilityTreatmentIsBetter = finite(rung.probabilityTreatmentIsBetter)
    }
  }
  /// The multipliers by one way of fitting.
  public struct Worth: Sendable, Hashable, Codable {
    /// Per rung.
    public var rungs: [Multiplier]
    /// At the target.
    public var target: Multiplier
    /// The largest over the smallest multiplier of the rungs.
    public var variation: Double?
    /// d ln m / d ln scale.
    public var slope: IntervalEstimate
    /// Whether a constant multiplier is rejected.
    public var constantRejected: Bool

    init(_ compute: EffectiveCompute, refusing target: Double?) {
      rungs = compute.rungs.map(Multiplier.init)
      self.target = Multiplier(compute.target)
      if let target { self.target = Multiplier(refusedAt: target) }
      variation = finite(compute.variation)
      slope = IntervalEstimate(compute.slope)
      constantRejected = compute.isConstantRejected
    }
  }
  /// Where the curves cross.
  public struct Crossing: Sendable, Hashable, Codable {
    /// The class.
    public var verdict: Crossover.Verdict
    /// The crossing with its interval.
    public var scale: IntervalEstimate
    /// The share of refits without crossing.
    public var shareWithoutCrossing: Double?
    /// The share of refits that cross within the data.
    public var shareInside: Double?
    /// The share of refits that cross beyond it.
    public var shareBeyond: Double?
    /// Whether the treatment is better below the crossing.
    public var treatmentLeadsBelow: Bool?

    init(_ crossover: Crossover) {
      verdict = crossover.verdict
      scale = IntervalEstimate(
        crossover.scale ?? .nan, low: crossover.interval.low, high: crossover.interval.high)
      shareWithoutCrossing = finite(crossover.shareWithoutCrossing)
      shareInside = finite(crossover.shareInside)
      shareBeyond = finite(crossover.shareBeyond)
      treatmentLeadsBelow = crossover.treatmentLeadsBelow
    }
  }
  /// One hypothesis of the joint fits.
  public struct Hypothesis: Sendable, Hashable, Codable {
    /// Its name, see ``DifferenceHypothesis``.
    public var name: String
    /// The parameters that differ.
    public var relaxed: [String]
    /// The objective's minimum.
    public var objective: Double
    /// The mean relative error on held-out larger runs.
    public var heldOutError: Double?
    /// The parameters of the baseline by name.
    public var baseline: [String: Double]
    /// The parameters of the treatment by name.
    public var treatment: [String: Double]
    /// Whether it is the one chosen.
    public var chosen: Bool
  }
  /// A nested test.
  public struct Test: Sendable, Hashable, Codable {
    /// The hypothesis under test.
    public var smaller: String
    /// What it is tested against.
    public var larger: String
    /// The F statistic; null where it is infinite.
    public var statistic: Double?
    /// The p-value.
    public var pValue: Double
    /// How the p-value was found.
    public var calibration: NestedTest.Calibration
    /// The smallest p-value that could have been found; null where it was computed.
    public var floor: Double?
    /// The degrees of freedom of the noise.
    public var degreesOfFreedom: Int
  }
  /// By how much rungs scatter, see ``RungScatter``; what the table does not tell is null.
  public struct Scatter: Sendable, Hashable, Codable {
    /// The standard deviation between seeds.
    public var seed: Double?
    /// The standard deviation of rungs beyond what seeds explain.
    public var rung: Double?
    /// The rungs' share of the variance of a run.
    public var share: Double?
    /// The share of the rungs' variance that both arms have in common.
    public var sharedShare: Double?
    /// The p-value of no scatter beyond that of seeds.
    public var pValue: Double?

    init(_ scatter: RungScatter) {
      seed = finite(scatter.seed)
      rung = finite(scatter.rung)
      share = finite(scatter.share)
      sharedShare = finite(scatter.sharedShare)
      pValue = finite(scatter.pValue)
    }
  }
  /// The difference at one rung.
  public struct Rung: Sendable, Hashable, Codable {
    /// The scale.
    public var scale: Double
    /// The number of runs of the baseline.
    public var baselineRuns: Int
    /// The number of runs of the treatment.
    public var treatmentRuns: Int
    /// The number of pairs.
    public var pairs: Int
    /// Treatment less baseline.
    public var difference: IntervalEstimate
  }

  /// `allometry.comparison/1`.
  public var schema = "allometry.comparison/1"
  /// The class.
  public var verdict: Comparison.Verdict
  /// The answer in sentences.
  public var sentences: [String]
  /// The law of the baseline, and of the treatment unless it has its own.
  public var law: String
  /// The treatment's law.
  public var treatmentLaw: String
  /// The column of scale.
  public var scale: String
  /// How the baseline's table counts C, where each law divides C between size and data; absent for
  /// other scales.
  public var flopsPerToken: FlopsPerToken?
  /// How the treatment's table counts it.
  public var treatmentFlopsPerToken: FlopsPerToken?
  /// The smallest and largest scale of the runs.
  public var dataRange: [Double]
  /// The scale of the question.
  public var target: Double
  /// Why nothing is said at the target; null where something is.
  public var refusal: String?
  /// The largest scale that is answered.
  public var largestTarget: Double
  /// Whether both sides are the same rows or the same fit.
  public var sameData: Bool
  /// The probability that the treatment still helps at the target.
  public var probabilityAtTarget: Double?
  /// The nominal coverage.
  public var level: Double
  /// How draws were made.
  public var method: String
  /// The number of draws.
  public var draws: Int
  /// The joint hypotheses; empty for saved fits.
  public var hypotheses: [Hypothesis]
  /// The nested tests; empty for saved fits.
  public var tests: [Test]
  /// Multipliers by the chosen joint hypothesis.
  public var jointWorth: Worth?
  /// Multipliers by the laws fitted apart.
  public var worth: Worth
  /// The crossing that the sentences tell: by the laws fitted apart, or by the joint fit where those
  /// cannot decide; null where there is no difference and so nothing to cross.
  public var crossing: Crossing?
  /// The differences at each rung.
  public var rungs: [Rung]
  /// By how much rungs scatter; null for saved fits and curves.
  public var scatter: Scatter?
  /// What a reader must know.
  public var warnings: [String]
}

private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

extension Comparison {
  /// The comparison as it goes into JSON.
  public var summary: ComparisonSummary {
    func named(_ point: [Double]) -> [String: Double] {
      guard let law = joint?.law else { return [:] }
      return Dictionary(
        zip(law.parameters.map(\.name), point), uniquingKeysWith: { first, _ in first })
    }
    let hypotheses =
      joint.map { joint in
        joint.entries.enumerated().map { index, entry in
          ComparisonSummary.Hypothesis(
            name: entry.hypothesis.rawValue, relaxed: entry.relaxed,
            objective: entry.fit.objectiveValue, heldOutError: finite(entry.heldOutError),
            baseline: named(entry.baseline), treatment: named(entry.treatment),
            chosen: index == joint.chosen)
        }
      } ?? []
    let tests =
      joint?.tests.map {
        ComparisonSummary.Test(
          smaller: $0.smaller.rawValue, larger: $0.larger.rawValue,
          statistic: finite($0.statistic), pValue: $0.pValue, calibration: $0.calibration,
          floor: $0.floor > 0 ? $0.floor : nil, degreesOfFreedom: $0.degreesOfFreedom)
      } ?? []
    let refused = refusal == nil ? nil : target
    return ComparisonSummary(
      verdict: verdict, sentences: sentences, law: pair.lawNames.baseline,
      treatmentLaw: pair.lawNames.treatment, scale: pair.scaleName,
      flopsPerToken: pair.flopsPerToken?.baseline,
      treatmentFlopsPerToken: pair.flopsPerToken?.treatment,
      dataRange: [pair.dataRange.lowerBound, pair.dataRange.upperBound], target: target,
      refusal: refusal, largestTarget: limit.largest, sameData: isSameData,
      probabilityAtTarget: finite(probabilityAtTarget), level: pair.level, method: method,
      draws: pair.drawCount, hypotheses: hypotheses, tests: tests,
      jointWorth: jointAnswer.map {
        ComparisonSummary.Worth($0.multiplier, refusing: refused)
      },
      worth: ComparisonSummary.Worth(multiplier, refusing: refused),
      crossing: verdict == .noDifference
        ? nil : ComparisonSummary.Crossing(crossover.unless(jointAnswer?.crossover)),
      rungs: rungs.map {
        ComparisonSummary.Rung(
          scale: $0.scale, baselineRuns: $0.baselineRuns, treatmentRuns: $0.treatmentRuns,
          pairs: $0.pairs, difference: IntervalEstimate($0.difference))
      }, scatter: scatter.map(ComparisonSummary.Scatter.init), warnings: warnings)
  }
}
