import Optimization
import RealModule
import ScalingLaws
import Statistics

/// A regression of the loss on one target on the mixture of training domains, from many small
/// models on random mixtures [134]. The published method's boosted trees are left out.
struct MixtureRegression: Sendable {
  /// The shape of the regression.
  enum Form: String, Sendable, Hashable, CaseIterable {
    /// Σ_j b_j·w_j; an intercept would be idle, because the shares add up to 1.
    case linear
    /// c + exp(Σ_j t_j·w_j), the law ``MixtureLaw``.
    case logLinear = "log-linear"
  }

  /// The domains, in the order of every mixture.
  let domains: [String]
  /// The shape of the regression.
  let form: Form
  /// One coefficient a domain.
  let coefficients: [Double]
  /// c of the log-linear form; zero for the linear one.
  let floor: Double

  /// Fits the regression to the loss on the target, one row a proxy model; the options are those of
  /// the log-linear form, without intervals. Throws `FitError` for missing columns, unusable values
  /// or too few rows.
  init(
    domains: [String], observations: Observations, form: Form, options: FitOptions = FitOptions()
  ) throws(FitError) {
    self.domains = domains
    self.form = form
    switch form {
    case .logLinear:
      var options = options
      options.interval = .none
      let estimate = try fit(
        MixtureLaw(domains: domains), to: observations, options: options
      ).estimate
      floor = estimate[0]
      coefficients = Array(estimate.dropFirst())
    case .linear:
      for domain in domains where observations.columns[domain] == nil {
        throw .missingColumn(
          law: MixtureLaw().name, column: domain, meaning: "share of the training tokens",
          present: Array(observations.columns.keys))
      }
      guard observations.count >= domains.count else {
        throw .tooFewRows(law: MixtureLaw().name, found: observations.count, needed: domains.count)
      }
      floor = 0
      coefficients = minimumNormLeastSquares(
        columns: domains.map { observations.columns[$0] ?? [] }, target: observations.response)
    }
  }

  /// The predicted loss of a mixture in the order of `domains`.
  func loss(of mixture: [Double]) -> Double {
    var sum = 0.0
    for (share, coefficient) in zip(mixture, coefficients) { sum += share * coefficient }
    return form == .linear ? sum : floor + Double.exp(sum)
  }

  /// Spearman's rank correlation between predicted and observed losses.
  func rankCorrelation(with observations: Observations) -> Double {
    let columns = domains.map { observations.columns[$0] ?? [] }
    let predicted = observations.response.indices.map { row in loss(of: columns.map { $0[row] }) }
    return Correlation.spearman(predicted, observations.response)
  }

  /// The centre of the sampled mixtures: token shares flattened by a temperature [134], their
  /// exponent; 1 keeps them, 0 makes them equal.
  static func prior(tokens: [Double], temperature: Double = 0.5) -> [Double] {
    let flattened = tokens.map { Double.pow($0, temperature) }
    let total = flattened.reduce(0, +)
    return flattened.map { $0 / total }
  }

  /// The average, which adds up to 1, of the `best` of many random mixtures from a Dirichlet
  /// distribution with the concentrations `prior`: steadier than the single best, which chases the
  /// errors of the regression.
  static func bestMixture(
    prior: [Double], samples: Int = 100_000, best: Int = 128, seed: UInt64 = 0,
    loss: ([Double]) -> Double
  ) -> [Double] {
    DirichletSearch(concentrations: prior, samples: samples, seed: seed).best(loss, of: best)
  }
}
