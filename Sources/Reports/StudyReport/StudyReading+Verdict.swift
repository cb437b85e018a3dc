extension StudyReading {
  /// What a study says of one treated arm.
  public struct Arm: Sendable {
    /// The arm.
    public var name: String
    /// The answer in one or two words: `helps`, `fades`, `no difference`.
    public var conclusion: String
    /// The answer in sentences, the most important first.
    public var sentences: [String]
    /// Each rung, smallest first.
    public var rungs: [Rung] = []
    /// What the treatment is worth with something held equal; training FLOPs first.
    public var axes: [Axis] = []
    /// Why no number for the target is given; empty where one is.
    public var refusals: [String] = []
    /// Rungs whose tuning or result is suspect, a sentence each.
    public var flags: [String] = []
    /// What was not measured, as short phrases.
    public var unmeasured: [String] = []
    /// What a reader must know before trusting the numbers.
    public var warnings: [String] = []
    /// How far the runs were trained, in a sentence; empty where it is not known.
    public var training = ""
    /// Training tokens for each parameter of the baseline, size by size.
    public var tokensPerParameter: [Double] = []
    /// How the baseline's own runs lie about its law, in a sentence; empty where it is not known.
    public var misfit = ""
    /// What more sizes or seeds would buy, in a sentence; empty where it is not known.
    public var moreRuns = ""

    /// An arm without numbers.
    ///
    /// - Parameters:
    ///   - name: the arm.
    ///   - conclusion: the answer in one or two words.
    ///   - sentences: the answer in sentences.
    public init(name: String, conclusion: String, sentences: [String]) {
      self.name = name
      self.conclusion = conclusion
      self.sentences = sentences
    }
  }

  /// What is held equal when two arms are compared.
  public enum Scale: String, Hashable, Sendable, CaseIterable {
    /// Training arithmetic, in FLOPs.
    case trainingCompute
    /// Parameters that a token passes through.
    case activeParameters
  }

  /// What a treatment is worth along one scale.
  public struct Axis: Sendable {
    /// What is held equal.
    public var scale: Scale
    /// What the multiplier multiplies, for people: whether tokens grow with it.
    public var meaning = ""
    /// The smallest and the largest scale of the compared runs.
    public var dataRange: ClosedRange<Double>
    /// The scale of the question.
    public var target: Double
    /// Whether the author gave the target.
    public var targetIsGiven = false
    /// The multiplier at each rung by the pairs of that rung alone.
    public var measured: [Worth] = []
    /// The multiplier at each rung by the regression through all pairs.
    public var fitted: [Worth] = []
    /// The same as a curve from the smallest run to the target, for pictures.
    public var trend: [CurvePoint] = []
    /// The multiplier at one size at the target; nil where a forecast is refused.
    public var forecast: Worth?
    /// The multiplier of the line there, without what one size has of its own.
    public var forecastOfLine: Worth?
    /// Where the multiplier is one; nil where that is unknown.
    public var crossing: Crossing?
    /// The smallest multiplier above one that the test finds nine times in ten.
    public var smallestDetectable: Double?
    /// What the test found, in sentences; empty for none.
    public var test = ""

    /// A scale without numbers.
    ///
    /// - Parameters:
    ///   - scale: what is held equal.
    ///   - dataRange: the smallest and the largest scale of the compared runs.
    ///   - target: the scale of the question.
    public init(scale: Scale, dataRange: ClosedRange<Double>, target: Double) {
      self.scale = scale
      self.dataRange = dataRange
      self.target = target
    }
  }

  /// The multiplier of scale at one scale: `m` such that the baseline at `m` times the scale is as
  /// good as the treatment.
  public struct Worth: Hashable, Sendable {
    /// The place in the ladder; nil for the target.
    public var rung: Int?
    /// The size as people read it; nil for the target.
    public var size: String?
    /// The scale of the treatment's runs.
    public var scale: Double
    /// The multiplier.
    public var multiplier: Estimate
    /// The probability that the treatment is better here.
    public var probabilityBetter: Double?

    /// A multiplier.
    ///
    /// - Parameters:
    ///   - rung: the place in the ladder; nil for the target.
    ///   - size: the size as people read it.
    ///   - scale: the scale of the treatment's runs.
    ///   - multiplier: the multiplier.
    ///   - probabilityBetter: the probability that the treatment is better here.
    public init(
      rung: Int? = nil, size: String? = nil, scale: Double, multiplier: Estimate,
      probabilityBetter: Double? = nil
    ) {
      self.rung = rung
      self.size = size
      self.scale = scale
      self.multiplier = multiplier
      self.probabilityBetter = probabilityBetter.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// Where the multiplier is one.
  public struct Crossing: Hashable, Sendable {
    /// Where it lies.
    public enum Place: String, Hashable, Sendable, CaseIterable {
      /// Below the smallest run.
      case below
      /// Within the data.
      case inside
      /// Above the largest run.
      case beyond
      /// Nowhere near.
      case none
    }
    /// The scale of the crossing.
    public var scale: Estimate
    /// Where it lies.
    public var place: Place
    /// Whether the treatment is better below it.
    public var treatmentLeadsBelow: Bool

    /// A crossing.
    ///
    /// - Parameters:
    ///   - scale: where it is.
    ///   - place: where it lies among the data.
    ///   - treatmentLeadsBelow: whether the treatment is better below it.
    public init(scale: Estimate, place: Place, treatmentLeadsBelow: Bool) {
      self.scale = scale
      self.place = place
      self.treatmentLeadsBelow = treatmentLeadsBelow
    }
  }

  /// A law fitted to the runs of one arm.
  public struct Law: Sendable {
    /// The arm.
    public var arm: String
    /// The name of the law.
    public var name: String
    /// Its formula.
    public var formula: String
    /// Its parameters, in the order of the formula.
    public var parameters: [(name: String, estimate: Estimate)] = []
    /// The rows it was fitted to.
    public var rows = 0
    /// The standard deviation of the residuals of log-loss.
    public var scatter: Double?
    /// The mean relative error on the largest rung when fitted without it.
    public var heldOutError: Double?
    /// The prediction of the loss at the target.
    public var forecast: Estimate?
    /// The law along ``curveScale``, for pictures; empty where it cannot be drawn.
    public var curve: [CurvePoint] = []
    /// What the curve runs along.
    public var curveScale = Scale.trainingCompute
    /// Why it could not be fitted.
    public var failure: String?
    /// What a reader must know before trusting the numbers.
    public var warnings: [String] = []

    /// A law without numbers.
    ///
    /// - Parameters:
    ///   - arm: the arm.
    ///   - name: the name of the law.
    ///   - formula: its formula.
    public init(arm: String, name: String, formula: String) {
      self.arm = arm
      self.name = name
      self.formula = formula
    }
  }
}
