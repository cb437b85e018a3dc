/// What a study says about each of its treatments, schema `allometry.verdict/1`.
public struct StudyVerdict: Codable, Hashable, Sendable {
  /// `allometry.verdict/1`.
  public var schema = "allometry.verdict/1"
  /// The arm that all others are compared with.
  public var baseline: String
  /// How the verdict was reached.
  public var settings: VerdictSettings
  /// One verdict for each other arm, in the order in which arms appear in the rows.
  public var arms: [ArmVerdict]
  /// How learning rates were chosen, over all arms.
  public var learningRates: LearningRateSummary
  /// The laws of the settings, fitted to the baseline.
  public var baselineLaws: [ArmLaw]
  /// What sampling the trained models several times brings, for each arm; nil where they were not
  /// sampled.
  public var sampling: [SamplingVerdict]?
  /// What a reader must know about the whole study.
  public var warnings: [String]
}

/// The verdict on one arm against the baseline.
public struct ArmVerdict: Codable, Hashable, Sendable {
  /// The answer in one class.
  public enum Conclusion: String, Codable, Hashable, Sendable, CaseIterable {
    /// The runs of both arms do as well as each other, within what the runs could show.
    case noDifference = "no difference"
    /// Better at every rung, and no crossing is predicted.
    case helps
    /// Better in the data, with a gain that shrinks and is predicted to be gone beyond them.
    case fades
    /// Worse at every rung, and no crossing is predicted.
    case hurts
    /// Worse in the data, with a loss that shrinks and is predicted to turn beyond them.
    case catchesUp = "catches up"
    /// Worse at small scale, better at large scale, the crossing within the data.
    case overtakes
    /// Better at small scale, worse at large scale, the crossing within the data.
    case fallsBehind = "falls behind"
    /// Neither better nor worse as a whole nor with a trend, but sizes differ from each other by
    /// more than seeds explain.
    case differsBySize = "differs from size to size"
    /// Different, or too few runs to say, and not decidable in which way.
    case undecided
    /// The runs were trained too little for any of these, whatever the tests say.
    case tooLittleTraining = "too little training to tell"
  }

  /// The treated arm.
  public var arm: String
  /// The answer in one class.
  public var conclusion: Conclusion
  /// Two or three sentences that stand alone, the most important first.
  public var sentences: [String]
  /// Which runs were compared, and which could not be.
  public var pairing: RunPairing
  /// Each rung without any law, smallest first.
  public var rungs: [RungVerdict]
  /// What the treatment is worth: at equal training FLOPs, then at equal active parameters.
  public var axes: [AxisVerdict]
  /// The laws of the settings, fitted to this arm.
  public var laws: [ArmLaw]
  /// Rungs whose tuning or result is suspect.
  public var flags: [RungFlag]
  /// How far the data reach and whether a forecast is defensible.
  public var reach: LadderReach
  /// How far the runs were trained; nil without finished runs of the baseline.
  public var training: TrainingExtent?
  /// What more sizes or seeds would buy, in a sentence; nil where it cannot be told.
  public var moreRuns: String?
  /// What was not measured, as short phrases: `only one seed`.
  public var unmeasured: [String]
  /// What a reader must know before trusting the numbers.
  public var warnings: [String]

  /// The verdict at equal training FLOPs; nil where no runs could be compared.
  public var atEqualCompute: AxisVerdict? { axes.first { $0.axis == .trainingCompute } }
  /// The verdict at equal active parameters; nil where no runs could be compared.
  public var atEqualParameters: AxisVerdict? { axes.first { $0.axis == .activeParameters } }
}

/// Which runs of an arm and of the baseline were compared.
public struct RunPairing: Codable, Hashable, Sendable {
  /// A run in words that name its place.
  public struct Place: Codable, Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The place of the size in the ladder.
    public var rung: Int
    /// The size as people read it.
    public var size: String
    /// The seed.
    public var seed: UInt64
    /// The place of the length among those of a trunk.
    public var branch: Int
    /// What happened, where anything is known of it.
    public var message: String?
  }

  /// Pairs of runs with the same rung, seed and branch.
  public var pairs: Int
  /// Pairs of trunks, which are independent of each other: all branches of one count once.
  public var independentPairs: Int
  /// The seeds that have pairs, ascending.
  public var seeds: [UInt64]
  /// Finished runs without a finished partner.
  public var unpaired: [Place]
  /// Runs of either arm that diverged.
  public var diverged: [Place]
  /// Runs of either arm that failed.
  public var failed: [Place]
  /// Runs of either arm that have not ended, or that only the other arm has.
  public var missing: [Place]
}

/// How far a ladder reaches and whether a forecast from it is defensible.
public struct LadderReach: Codable, Hashable, Sendable {
  /// The rungs that both arms have.
  public var rungs: Int
  /// The seeds that both arms have.
  public var seeds: Int
  /// log₁₀ of the largest over the smallest training FLOPs of the compared runs.
  public var decades: Double
  /// log₁₀ of the target over the largest training FLOPs; 0 within the data.
  public var decadesBeyond: Double
  /// Whether a forecast is refused: then no number for the target is given.
  public var isRefused: Bool
  /// Why it is refused, or what makes it weak.
  public var reasons: [String]
}
