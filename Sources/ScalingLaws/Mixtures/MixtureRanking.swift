internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// How well one form predicts mixtures that it has not seen.
public struct MixtureFormRecord: Sendable, Hashable, Codable {
  /// The form's name.
  public var form: String
  /// The number of fitted parameters.
  public var parameters: Int
  /// The root mean square of ln prediction − ln outcome over left-out mixtures.
  public var crossValidatedError: Double
  /// The standard error of the mean square behind it, as a relative error.
  public var errorUncertainty: Double
  /// Spearman's rank correlation of left-out predictions and outcomes.
  public var rankCorrelation: Double
}

/// Whether the chosen form misses something that the table can show.
public struct MixtureLackOfFit: Sendable, Hashable, Codable {
  /// `repeats` where repeated mixtures tell the noise, `curvature` where squares and products of
  /// shares are tried beside the form.
  public var method: String
  /// The p-value: small where the form misses something.
  public var pValue: Double
  /// The degrees of freedom of what was tried.
  public var tried: Int
  /// The degrees of freedom of the noise.
  public var freedom: Int
  /// The residual scatter that a form without the lack would leave, relative.
  public var remainingScatter: Double
}

/// What was learned of a table of mixtures beside the parameters.
public struct MixtureRecord: Sendable, Hashable, Codable {
  /// The forms, best first.
  public var forms: [MixtureFormRecord]
  /// The lack-of-fit test of the chosen form; absent where rows are too few.
  public var lackOfFit: MixtureLackOfFit?
  /// The mean of the fitted mixtures, by domain.
  public var meanShares: [String: Double]
  /// The mixture of lowest observed outcome, by domain.
  public var bestTried: [String: Double]
  /// What the target counts in a weighted sum of several; 1 for a single one.
  public var weight: Double
  /// Text columns that name the size or model and had one value in the fitted table, such as
  /// `model_size`: another value in a table of forecasts is another size.
  public var constants: [String: String]?
}

/// A fit of the mixture law with its form chosen by cross-validation.
public struct MixtureFit: Sendable {
  /// The law of the chosen form.
  public var law: MixtureLaw
  /// Its fit.
  public var fit: Fit
  /// The comparison of forms and the lack-of-fit test.
  public var record: MixtureRecord

  /// A form with its fit and what it misses on left-out mixtures.
  private struct Candidate {
    var law: MixtureLaw
    var fit: Fit
    var record: MixtureFormRecord
    var squares: [Double]
  }

  /// The most refits times rows times squared parameters that are paid for.
  private static let affordable = 1.2e8

  /// Fits the forms, ranks them on left-out mixtures and measures the uncertainty of the best; the
  /// target counts `weight` among several.
  ///
  /// Ten folds of whole mixtures (repeats of one mixture stay together) are left out in turn. The form
  /// with the lowest error is chosen unless one with fewer parameters is within one standard error
  /// of the difference.
  public init(
    forms: [MixtureForm], of law: MixtureLaw, to observations: Observations, options: FitOptions,
    weight: Double = 1, progress: (String) -> Void = { _ in }
  ) throws(FitError) {
    var quick = options
    quick.interval = .none
    quick.polished = min(options.polished, 4)
    var best: [Candidate] = []
    var refused: FitError?
    for form in forms {
      progress(form.rawValue)
      let candidate = MixtureLaw(domains: law.domains, form: form, scale: law.scale)
      do throws(FitError) {
        var settings = quick
        let known = Set(candidate.parameters.map(\.name))
        if forms.count > 1 {
          settings.fixed = settings.fixed.filter { known.contains($0.key) }
          settings.bounds = settings.bounds.filter { known.contains($0.key) }
          settings.starts = settings.starts.filter { known.contains($0.key) }
        }
        let fitter = try Fitter(law: candidate, observations: observations, options: settings)
        guard observations.count > fitter.space.free.count + 1 else {
          throw FitError.tooFewRows(
            law: "mixture (\(form.rawValue))", found: observations.count,
            needed: fitter.space.free.count + 2)
        }
        let fitted = try fitter.fit()
        let scored = Self.crossValidate(fitter, fitted, form: form)
        best.append(
          Candidate(law: candidate, fit: fitted, record: scored.record, squares: scored.squares))
      } catch {
        refused = refused ?? error
      }
    }
    best.sort {
      ($0.record.crossValidatedError, $0.record.parameters)
        < ($1.record.crossValidatedError, $1.record.parameters)
    }
    guard let chosen = Self.choose(best) else {
      throw refused ?? .unusable("law mixture: no form could be fitted")
    }
    var settings = chosen.fit.options
    settings.interval = options.interval
    let order = Double(chosen.fit.freeParameters.count)
    let count = Double(observations.count)
    let refits = max(100, Int(saturating: Self.affordable / (count * order * order)))
    settings.resamples = min(options.resamples, refits)
    let fitter = try Fitter(
      law: chosen.fit.law, observations: observations, options: settings)
    var fit = chosen.fit
    fit.uncertainty = fitter.measureUncertainty(of: fit, warnings: &fit.warnings)
    if settings.resamples < options.resamples, fit.uncertainty != nil {
      fit.warnings.append(
        "the intervals come from \(settings.resamples) (not \(options.resamples)) refits, because \(observations.count) rows and \(fit.freeParameters.count) parameters make each one slow"
      )
    }
    let ridge = MixtureRidge(law: chosen.law, observations: observations)
    if let draws = fit.uncertainty?.draws {
      fit.uncertainty?.draws = ridge.spread(draws, seed: options.seed)
    }
    for column in ridge.undetermined {
      fit.warnings.append(
        "\(column) takes two values only, which leaves its exponent open: refits spread it over the published range, \(MixtureRidge.published.lowerBound) to \(MixtureRidge.published.upperBound)"
      )
    }
    let lack = MixtureLackOfFit(of: fit, law: chosen.law)
    if let lack, lack.pValue < 0.01 {
      fit.warnings.append(
        "the form misses something that the table shows (\(lack.method == "repeats" ? "against the noise of repeated mixtures" : "squares and products of shares beside it"), \(lack.pValue < 0.001 ? "p < 0.001" : "p = \(NumberFormat.short(lack.pValue))"); the rest would scatter by \(NumberFormat.short(100 * lack.remainingScatter)) %, it scatters by \(NumberFormat.short(100 * fit.residualScatter)) %)"
      )
    }
    self.law = chosen.law
    self.fit = fit
    record = MixtureRecord(
      forms: best.map(\.record), lackOfFit: lack,
      meanShares: Self.named(law.domains) { mean(observations.column($0)) },
      bestTried: Self.named(law.domains) { domain in
        let row =
          observations.response.indices.min {
            observations.response[$0] < observations.response[$1]
          } ?? 0
        return observations.column(domain)[row]
      }, weight: weight)
  }

  /// The error on larger runs, where the table has three sizes or more; nothing elsewhere, since of
  /// two sizes the smaller alone knows no exponent.
  public func validation() -> Validation {
    guard law.scale != .none,
      MixtureRidge(law: law, observations: fit.observations).undetermined.isEmpty
    else { return Validation(windows: [], leaveOneScaleOut: .nan) }
    return fit.validation()
  }

  private static func named(
    _ domains: [String], _ value: (String) -> Double
  ) -> [String: Double] {
    Dictionary(domains.map { ($0, value($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Leaves out a tenth of the mixtures at a time and predicts them; refits start at the fit of all
  /// rows.
  private static func crossValidate(
    _ fitter: Fitter, _ fitted: Fit, form: MixtureForm
  ) -> (record: MixtureFormRecord, squares: [Double]) {
    let observations = fitter.observations
    let groups = Self.groups(fitter.law, observations)
    let folds = min(10, (groups.max() ?? 0) + 1)
    var order = Array(0...(groups.max() ?? 0))
    var random = SplittableRandom(seed: 20_240_701)
    order.shuffle(using: &random)
    let shuffled = order
    let predictions = parallelMap(count: folds, threads: fitter.options.threads) {
      fold -> [Double] in
      let held = Set(shuffled.enumerated().filter { $0.offset % folds == fold }.map(\.element))
      let weights = observations.weights.indices.map {
        held.contains(groups[$0]) ? 0 : observations.weights[$0]
      }
      var problem = fitter.problem(weights: weights)
      let minimum = fitter.refit(&problem, from: fitted.estimate, tolerance: 1e-7)
      var all = fitter.problem(weights: [Double](repeating: 1, count: observations.count))
      let predicted = all.rowPredictions(
        at: fitter.space.physical(minimum.point), count: observations.count)
      return predicted.indices.map { held.contains(groups[$0]) ? predicted[$0] : .nan }
    }
    let left = observations.response.indices.map { row in
      predictions.map { $0[row] }.first { !$0.isNaN } ?? .nan
    }
    let squares = zip(left, observations.response).map { prediction, outcome -> Double in
      // A prediction below zero is as wrong as can be; a large number keeps sums finite.
      guard prediction > 0, outcome > 0 else { return 100 }
      let residual = Double.log(prediction / outcome)
      return residual * residual
    }
    let average = mean(squares)
    let error = average.squareRoot()
    let correlation =
      left.contains(where: \.isNaN) ? 0 : Correlation.spearman(left, observations.response)
    return (
      MixtureFormRecord(
        form: form.rawValue, parameters: fitted.freeParameters.count,
        crossValidatedError: error,
        errorUncertainty: standardDeviation(squares) / Double(squares.count).squareRoot()
          / (2 * max(error, 1e-300)),
        rankCorrelation: correlation.isNaN ? 0 : correlation), squares
    )
  }

  static func groups(_ law: any Law, _ observations: Observations) -> [Int] {
    let columns = law.card.columns.map { observations.column($0.name) }
    var known: [[Double]: Int] = [:]
    return observations.response.indices.map { row in
      let key = columns.map { $0[row] }
      if let number = known[key] { return number }
      known[key] = known.count
      return known.count - 1
    }
  }

  /// The best form, or a simpler one that is not worse by more than one standard error of the
  /// difference over the same left-out mixtures.
  private static func choose(
    _ sorted: [Candidate]
  ) -> Candidate? {
    guard let best = sorted.first else { return nil }
    let near = sorted.filter { other in
      let differences = zip(other.squares, best.squares).map { $0 - $1 }
      let spread = standardDeviation(differences) / Double(differences.count).squareRoot()
      return mean(differences) <= spread || other.record.form == best.record.form
    }
    return near.min {
      ($0.record.parameters, $0.record.crossValidatedError)
        < ($1.record.parameters, $1.record.crossValidatedError)
    }
  }
}
