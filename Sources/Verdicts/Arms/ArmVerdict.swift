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
