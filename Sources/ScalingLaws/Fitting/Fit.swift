internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// A law fitted to a table: estimates, residuals and what is known of their uncertainty.
public struct Fit: Sendable {
  /// The fitted law.
  public let law: any Law
  /// The rows.
  public let observations: Observations
  /// What was minimised.
  public let objective: Objective
  /// The options of the fit.
  public let options: FitOptions
  /// The parameters in physical units, in the law's order.
  public let estimate: [Double]
  /// The names of the parameters that were fitted, in order; the others were held.
  public let freeParameters: [String]
  /// The minimum of the objective: a sum over rows.
  public let objectiveValue: Double
  /// The prediction for each row.
  public let predictions: [Double]
  /// The residual of each row in the objective's scale.
  public let residuals: [Double]
  /// How the search over starts went.
  public let search: SearchSummary
  /// Standard errors of all parameters from the sandwich of the Hessian; NaN where not identified,
  /// zero where held.
  public let hessianStandardErrors: [Double]
  /// Bootstrap refits and how they were made; nil where no intervals were asked for.
  public internal(set) var uncertainty: Uncertainty?
  /// What a reader must know before trusting the numbers.
  public internal(set) var warnings: [String]
  /// What the table cannot tell about the parameters, for programs; each is among the warnings.
  public internal(set) var identifiability: [IdentifiabilityFinding] = []
  /// The rows that lie so far from the law that they are no part of its scatter, worst first.
  public internal(set) var departedRows: [Int] = []
  /// The test of lack of fit; nil where no rows are repeated or no design point is left over.
  ///
  /// It is made about a least-squares fit, to which the F distribution belongs, without the rows
  /// that left the law.
  public internal(set) var lackOfFit: LackOfFit?
  /// What runs of one size or length have in common beyond the law; nil where they are independent
  /// as far as the table tells, and where no intervals were asked for.
  public internal(set) var sharedScatter: SharedScatter?
  /// The number of independent rows: design points where rows repeat each other, runs where
  /// several rows share one.
  public internal(set) var independentRows: Int = 0
  /// The standard deviation of a single run about the law, in the objective's scale: of design
  /// points and of seeds together, without the rows that left the law.
  public internal(set) var residualScatter: Double = .nan
  /// How wrong the law itself may be beyond its data; nil until it was calibrated by
  /// ``calibrated(on:)``.
  public internal(set) var modelError: ModelError?

  /// How a search over starts went.
  public struct SearchSummary: Sendable, Hashable {
    /// The number of starting points.
    public var starts: Int
    /// How many starts were taken to full precision.
    public var polished: Int
    /// How many of those ended at the best objective.
    public var agreeing: Int
    /// The lowest objective above the best that a polished start ended at; nil if none.
    public var runnerUp: Double?
    /// Why the best run stopped.
    public var status: String
  }

  /// The value of a parameter; nil for an unknown name.
  public func value(of parameter: String) -> Double? {
    law.index(of: parameter).map { estimate[$0] }
  }

  /// The degrees of freedom: independent rows less fitted parameters, at least 1.
  public var degreesOfFreedom: Int { max(independentRows - freeParameters.count, 1) }

  /// The same fit over some of its rows, for figures and checks of very large tables.
  ///
  /// Parameters, intervals and objective stay those of all rows.
  public func showing(rows: [Int]) -> Fit {
    let places = Dictionary(
      zip(rows, rows.indices).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    var shown = Fit(
      law: law, observations: observations.selecting(rows), objective: objective,
      options: options, estimate: estimate, freeParameters: freeParameters,
      objectiveValue: objectiveValue, predictions: rows.map { predictions[$0] },
      residuals: rows.map { residuals[$0] }, search: search,
      hessianStandardErrors: hessianStandardErrors, uncertainty: uncertainty, warnings: warnings)
    shown.identifiability = identifiability
    shown.lackOfFit = lackOfFit
    shown.sharedScatter = sharedScatter
    shown.departedRows = departedRows.compactMap { places[$0] }
    shown.independentRows = independentRows
    shown.residualScatter = residualScatter
    shown.modelError = modelError
    return shown
  }

  /// The prediction at the given columns, by the product's names; throws `FitError.missingColumn`
  /// for an absent one.
  public func prediction(
    at columns: [String: Double], point: [Double]? = nil
  ) throws(FitError) -> Double {
    law.prediction(
      point ?? estimate, at: try Self.arrange(columns, for: law, flops: flopsPerToken))
  }

  /// Puts values into the order in which a law reads them, deriving C, N or D where it can.
  static func arrange(
    _ columns: [String: Double], for law: any Law, flops: @autoclosure () -> FlopsPerToken
  ) throws(FitError) -> [Double] {
    var known = columns
    if known["C"] == nil, let n = known["N"], let d = known["D"] {
      known["C"] = flops().perToken(n) * d
    }
    if known["D"] == nil, let n = known["N"], let c = known["C"] {
      known["D"] = c / flops().perToken(n)
    }
    if known["N"] == nil, let d = known["D"], let c = known["C"] {
      known["N"] = flops().size(compute: c, tokens: d)
    }
    var result: [Double] = []
    for requirement in law.card.columns {
      guard let value = known[requirement.name] else {
        throw .missingColumn(
          law: law.name, column: requirement.name, meaning: requirement.meaning,
          present: Array(columns.keys))
      }
      result.append(value)
    }
    return result
  }
}

/// Fits a law to a table of runs.
///
/// - Returns: the fit; its warnings name what a reader must know.
/// - Throws: `FitError` where columns, values or the number of rows do not allow a fit.
public func fit(
  _ law: any Law, to observations: Observations, options: FitOptions = FitOptions()
) throws(FitError) -> Fit {
  let fitter = try Fitter(law: law, observations: observations, options: options)
  return try fitter.fit()
}

extension Fitter {
  func fit() throws(FitError) -> Fit {
    let search = try search()
    var problem = self.problem(weights: [Double](repeating: 1, count: observations.count))
    let estimate = space.physical(search.best.point)
    let predictions = problem.rowPredictions(at: estimate, count: observations.count)
    let residuals = zip(predictions, observations.response).map {
      objective.residual(prediction: $0, outcome: $1)
    }
    var fit = Fit(
      law: law, observations: observations, objective: objective, options: options,
      estimate: estimate, freeParameters: space.free.map { law.parameters[$0].name },
      objectiveValue: search.best.value, predictions: predictions, residuals: residuals,
      search: Fit.SearchSummary(
        starts: search.starts, polished: search.polished, agreeing: search.agreeing,
        runnerUp: search.runnerUp, status: search.best.status.rawValue),
      hessianStandardErrors: sandwichErrors(at: search.best.point, residuals: residuals),
      uncertainty: nil, warnings: [])
    fit.independentRows = independentRows()
    fit.departedRows = departedRows(at: estimate, residuals: residuals)
    let isRepeated = DesignPoints(observations, law: law).count < observations.count
    let sums = isRepeated ? misfitSums(of: fit) : nil
    fit.lackOfFit = sums.flatMap { LackOfFit($0) }
    fit.residualScatter = runScatter(of: fit, sums: sums)
    if !fit.isExact, options.interval != .none { fit.sharedScatter = sharedScatter(of: fit) }
    var findings = identifiabilityFindings(search: search, fit: fit)
    var remarks: [String] = []
    let rivals = self.rivals(search, of: fit)
    fit.identifiability = findings
    fit.uncertainty =
      measurePooledUncertainty(
        of: fit, rivals: rivals, warnings: &remarks, findings: &findings)
      ?? measureUncertainty(of: fit, rivals: rivals, warnings: &remarks, findings: &findings)
    fit.identifiability = findings
    fit.warnings = findings.map(\.sentence) + misfitWarnings(of: fit) + remarks
    return fit
  }

  func independentRows() -> Int {
    let used = observations.weights.indices.filter { observations.weights[$0] > 0 }
    let groups = DesignPoints(observations, law: law).replicates(clusters: observations.clusters)
    let count = Set(used.map { groups[$0] }).count
    // Few long curves: their rows, not their runs, tell the parameters of a curve.
    let hasCurves = observations.clusterCount < observations.count
    return hasCurves && count <= space.free.count ? used.count : count
  }

  /// What is said of an outcome that grows with scale under a law of what falls with it.
  private var risingWarning: String? {
    guard !law.card.response.higherIsBetter, observations.schedules.isEmpty else { return nil }
    let scales = law.card.columns.map(\.name).filter { ["N", "D", "C"].contains($0) }
      .compactMap { observations.columns[$0] }
    guard !scales.isEmpty, observations.count >= 5,
      scales.allSatisfy({ $0.allSatisfy { $0 > 0 } })
    else { return nil }
    let sums = observations.response.indices.map { row in
      scales.reduce(0) { $0 + Double.log($1[row]) }
    }
    guard Correlation.spearman.callAsFunction(sums, observations.response) > 0.5 else { return nil }
    return
      "the outcome rises with scale, and the terms of law \(law.name) only fall: nothing that follows from this fit means anything; where more is better fit what is missing (--let err=1-RESPONSE --response err) or a law of accuracy"
  }

  private func misfitWarnings(of fit: Fit) -> [String] {
    var result: [String] = []
    if let risingWarning { result.append(risingWarning) }
    if fit.isExact {
      result.append(
        "the rows lie on the law exactly (to 1e-9): there is no scatter to measure intervals by")
      return result
    }
    if let departure = fit.departureSentence { result.append(departure) }
    if let shared = fit.sharedScatter {
      result.append(shared.sentence(isRelative: objective.residual == .log))
    }
    if let test = fit.lackOfFit, test.isSignificant {
      result.append(
        "lack of fit: the law misses its design points by more than repeated seeds explain (\(NumberFormat.probability("p", test.pValue, floor: 1e-12))); intervals count design points, not rows"
      )
    }
    return result
  }

  /// Standard errors from the sandwich H⁻¹·(Σ ψ²·g·gᵀ)·H⁻¹ of an M-estimator, with the factor
  /// n/(n − p) for small tables.
  ///
  /// Where the Huber threshold lies below the residuals, the expected derivative of ψ is a density
  /// at zero; it is estimated over a window of the residuals' own width.
  func sandwichErrors(at point: [Double], residuals: [Double]) -> [Double] {
    var problem = self.problem()
    var model = LocalModel(order: point.count)
    problem.linearize(at: point, into: &model)
    var errors = [Double](repeating: 0, count: law.parameters.count)
    let count = Double(observations.count)
    let threshold = objective.threshold
    let scatter = median(residuals.map(abs)) * 1.4826
    let window = max(threshold, 1.06 * scatter / Double.pow(count, 0.2))
    let inside = Double(residuals.filter { abs($0) <= window }.count)
    let slope = inside / count * min(threshold / window, 1)
    let chargeSquared =
      residuals.reduce(0) { $0 + Double.pow(min(abs($1), threshold), 2) } / count
    // The unweighted Gauss–Newton matrix: majorizer weights are threshold/max(|r|, threshold).
    guard let gram = plainGaussNewton(at: point), slope > 0 else {
      return errors.map { _ in .nan }
    }
    let freedom = max(count - Double(point.count), 1)
    guard let inverse = gram.choleskyFactor(tolerance: 1e-12)?.inverse() else {
      for index in space.free { errors[index] = .nan }
      return errors
    }
    let physical = space.physical(point)
    for (slot, index) in space.free.enumerated() {
      let variance =
        chargeSquared / (slope * slope) * inverse[slot, slot] * count / freedom
      errors[index] = variance.squareRoot() * space.slope(index, physical[index])
    }
    return errors
  }

  /// The Gauss–Newton matrix of the residuals with all weights as given and no robust weights.
  func plainGaussNewton(at point: [Double]) -> SymmetricMatrix? {
    let plain = Objective(residual: objective.residual, loss: .squared)
    var problem = ResidualProblem(
      kernel: kernel, table: packed(rows: Array(0..<observations.count)),
      space: space, objective: plain, response: observations.response,
      weights: observations.weights)
    var model = LocalModel(order: point.count)
    problem.linearize(at: point, into: &model)
    return model.value.isFinite ? model.majorizer : nil
  }
}
