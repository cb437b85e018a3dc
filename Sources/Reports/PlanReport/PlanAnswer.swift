public import ScalingLaws

/// What `allometry plan` answers, as JSON gives it.
public struct PlanAnswer: Encodable, Sendable {
  var schema = "allometry.plan/1"
  var law: String
  var compute: Double
  var flopsPerToken: FlopsPerToken
  /// Columns that the plan holds at the table's median.
  var held: [String: Double]
  /// The optimum of the budget alone, or of the target alone.
  var plan: ComputePlan
  /// The optimum under all limits; absent where there are none.
  var limited: ConstrainedPlan?
  /// The limits that could not be weighed, for the table does not tell the plan that they would
  /// hold back; absent where there are none.
  var unweighed: [String]?
  /// What set the budget, where several limits did.
  var budgetLimit: String?
  var cluster: Cluster?
  var acceleratorHours: Double?
  var footprint: Footprint?
  var inference: InferencePlan?
  var limitedData: LimitedDataPlan?
  var sizes: [SizeTradeoff]
  var next: NextRunAdvice?
  var sensitivity: [ParameterSensitivity]
  /// Which numbers the fitted table cannot give; those stand as NaN in the plan.
  var determination: PlanDetermination
  /// What the fit says of itself.
  var fitWarnings: [String]
  /// Whether the budget pays for serving.
  var paysForServing: Bool

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
    var devices: Double
    var accelerator: String
    var utilisation: Double
    var daysNeeded: Double
    var days: Double?
    var fits: Bool?
    var devicesNeeded: Double?

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
