/// A study as its report reads it: what was asked, what was run, what came out.
///
/// Plain values without behaviour; whoever has runs and a verdict fills them in. Losses are in nats
/// per token, scales of training in FLOPs.
public struct StudyReading: Sendable {
  /// What the study is called.
  public var name: String
  /// What it asks, in the author's words; empty for a question made from the arms.
  public var question = ""
  /// The arm that all others are compared with.
  public var baseline: String
  /// The nominal coverage of intervals, between 0 and 1.
  public var level = 0.9
  /// The treated arms, in the order of the study.
  public var arms: [Arm] = []
  /// What sampling the trained models several times brings; empty where they were not sampled.
  public var sampling: [Sampling] = []
  /// All runs, ended or not, those of learning-rate sweeps included.
  public var runs: [Run] = []
  /// Laws fitted to the arms, the baseline's among them.
  public var laws: [Law] = []
  /// Training losses of runs, for pictures.
  public var curves: [TrainingCurve] = []
  /// How the learning rates were chosen, in a sentence; empty where nothing is known.
  public var learningRates = ""
  /// The learning-rate sweeps.
  public var sweeps: [Sweep] = []
  /// The methods under test.
  public var treatments: [Treatment] = []
  /// How it was done: groups of names and values, such as data, recipe, test, cost, versions.
  public var facts: [FactGroup] = []
  /// What a reader must know about the whole study.
  public var warnings: [String] = []
  /// The verdict as JSON; empty for none.
  public var json = ""
  /// The command that made the page.
  public var command = ""

  /// A study without arms and runs.
  ///
  /// - Parameters:
  ///   - name: what the study is called.
  ///   - baseline: the arm that all others are compared with.
  public init(name: String, baseline: String) {
    self.name = name
    self.baseline = baseline
  }

  /// A number with its interval; what is unknown or unbounded is nil.
  public struct Estimate: Hashable, Sendable {
    /// The estimate.
    public var value: Double?
    /// The lower end.
    public var low: Double?
    /// The upper end.
    public var high: Double?

    /// A number; one that is not finite counts as unknown.
    ///
    /// - Parameters:
    ///   - value: the estimate.
    ///   - low: the lower end.
    ///   - high: the upper end.
    public init(_ value: Double?, low: Double? = nil, high: Double? = nil) {
      func known(_ number: Double?) -> Double? { number.flatMap { $0.isFinite ? $0 : nil } }
      self.value = known(value)
      self.low = known(low)
      self.high = known(high)
    }

    /// A number that is not known.
    public static let unknown = Estimate(nil)
  }

  /// A place of a curve with its interval.
  public struct CurvePoint: Hashable, Sendable {
    /// The scale.
    public var scale: Double
    /// The curve there.
    public var estimate: Estimate

    /// A place of a curve.
    ///
    /// - Parameters:
    ///   - scale: the scale.
    ///   - estimate: the curve there.
    public init(scale: Double, estimate: Estimate) {
      self.scale = scale
      self.estimate = estimate
    }
  }

  /// Names and values under a heading.
  public struct FactGroup: Sendable {
    /// The heading.
    public var title: String
    /// Names and values.
    public var facts: [(name: String, value: String)]

    /// Names and values under a heading.
    ///
    /// - Parameters:
    ///   - title: the heading.
    ///   - facts: names and values.
    public init(_ title: String, _ facts: [(name: String, value: String)]) {
      self.title = title
      self.facts = facts
    }
  }

  /// A method under test.
  public struct Treatment: Hashable, Sendable {
    /// The arms that use it.
    public var arms: [String]
    /// Its name and title.
    public var title: String
    /// What it does, and with which options here.
    public var summary: String
    /// What its paper claims.
    public var claim: String
    /// Where it comes from.
    public var citation: String

    /// A method under test.
    ///
    /// - Parameters:
    ///   - arms: the arms that use it.
    ///   - title: its name and title.
    ///   - summary: what it does.
    ///   - claim: what its paper claims.
    ///   - citation: where it comes from.
    public init(arms: [String], title: String, summary: String, claim: String, citation: String) {
      self.arms = arms
      self.title = title
      self.summary = summary
      self.claim = claim
      self.citation = citation
    }
  }
}
