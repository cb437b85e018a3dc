public import ScalingLaws

/// What `allometry plan` answers, as JSON gives it.
public struct PlanAnswer: Encodable, Sendable {
  public var schema = "allometry.plan/1"
  public var law: String
  public var compute: Double
  public var flopsPerToken: FlopsPerToken
  /// Columns that the plan holds at the table's median.
  public var held: [String: Double]
  /// The optimum of the budget alone, or of the target alone.
  public var plan: ComputePlan
  /// The optimum under all limits; absent where there are none.
  public var limited: ConstrainedPlan?
  /// The limits that could not be weighed, for the table does not tell the plan that they would
  /// hold back; absent where there are none.
  public var unweighed: [String]?
  /// What set the budget, where several limits did.
  public var budgetLimit: String?
  public var cluster: Cluster?
  public var acceleratorHours: Double?
  public var footprint: Footprint?
  public var inference: InferencePlan?
  public var limitedData: LimitedDataPlan?
  public var sizes: [SizeTradeoff]
  public var next: NextRunAdvice?
  public var sensitivity: [ParameterSensitivity]
  /// Which numbers the fitted table cannot give; those stand as NaN in the plan.
  public var determination: PlanDetermination
  /// What the fit says of itself.
  public var fitWarnings: [String]
  /// Whether the budget pays for serving.
  public var paysForServing: Bool

  /// An answer.
  public init(
    law: String, compute: Double, flopsPerToken: FlopsPerToken, held: [String: Double],
    plan: ComputePlan, limited: ConstrainedPlan?, unweighed: [String]?, budgetLimit: String?,
    cluster: Cluster?, acceleratorHours: Double?, footprint: Footprint?, inference: InferencePlan?,
    limitedData: LimitedDataPlan?, sizes: [SizeTradeoff], next: NextRunAdvice?,
    sensitivity: [ParameterSensitivity], determination: PlanDetermination, fitWarnings: [String],
    paysForServing: Bool
  ) {
    self.law = law
    self.compute = compute
    self.flopsPerToken = flopsPerToken
    self.held = held
    self.plan = plan
    self.limited = limited
    self.unweighed = unweighed
    self.budgetLimit = budgetLimit
    self.cluster = cluster
    self.acceleratorHours = acceleratorHours
    self.footprint = footprint
    self.inference = inference
    self.limitedData = limitedData
    self.sizes = sizes
    self.next = next
    self.sensitivity = sensitivity
    self.determination = determination
    self.fitWarnings = fitWarnings
    self.paysForServing = paysForServing
  }

  /// Whether a cluster is enough.
  public struct Cluster: Encodable, Sendable {
    public var devices: Double
    public var accelerator: String
    public var utilisation: Double
    public var daysNeeded: Double
    public var days: Double?
    public var fits: Bool?
    public var devicesNeeded: Double?

    /// An answer.
    public init(
      devices: Double, accelerator: String, utilisation: Double, daysNeeded: Double, days: Double?,
      fits: Bool?, devicesNeeded: Double?
    ) {
      self.devices = devices
      self.accelerator = accelerator
      self.utilisation = utilisation
      self.daysNeeded = daysNeeded
      self.days = days
      self.fits = fits
      self.devicesNeeded = devicesNeeded
    }
  }
}
