internal import Optimization
internal import Quantities
internal import RealModule

/// Information criteria of a fit, comparable between laws fitted to the same rows.
public struct InformationCriteria: Sendable, Hashable {
  /// Akaike's criterion with the small-sample correction.
  public var aic: Double
  /// The Bayesian criterion.
  public var bic: Double
}

extension Fit {
  /// Information criteria of the residuals.
  ///
  /// The likelihood is Laplace's for a Huber objective, whose threshold lies far below the
  /// residuals, and normal for least squares; the scale is fitted and counts as a parameter.
  public var informationCriteria: InformationCriteria {
    let used = zip(residuals, observations.weights).filter { $0.1 > 0 }.map(\.0)
    let count = Double(used.count)
    let minusTwoLogLikelihood: Double
    if objective.delta != nil {
      let scale = used.reduce(0) { $0 + abs($1) } / count
      minusTwoLogLikelihood = 2 * count * (Double.log(2 * scale) + 1)
    } else {
      let variance = used.reduce(0) { $0 + $1 * $1 } / count
      minusTwoLogLikelihood = count * (Double.log(2 * .pi * variance) + 1)
    }
    let parameters = Double(freeParameters.count + 1)
    let correction =
      count - parameters - 1 > 0
      ? 2 * parameters * (parameters + 1) / (count - parameters - 1) : .infinity
    return InformationCriteria(
      aic: minusTwoLogLikelihood + 2 * parameters + correction,
      bic: minusTwoLogLikelihood + parameters * Double.log(count))
  }
}

/// Laws ranked by how well they predict larger runs than they were fitted on.
public struct LawRanking: Sendable {
  /// One law's record.
  public struct Entry: Sendable {
    /// The fit on all rows.
    public var fit: Fit
    /// Its validation.
    public var validation: Validation
    /// What it weighs in a common answer, from 0 to 1: by how surely it predicts held-out runs
    /// worse than the best law, see ``LawMixture``.
    public var weight: Double = 0
    /// The law that it is another writing of, and with which it counts once; nil for most.
    public var sameAs: String?
  }
  /// The laws, best first.
  public var entries: [Entry]
  /// Laws that could not be fitted, with the reason.
  public var skipped: [(law: String, reason: String)]
  /// The position of the law to use.
  public var chosen: Int
  /// Which law to use, and why, in one sentence.
  public var verdict: String
}

/// Fits every law that the columns allow, without intervals, and ranks them by the error on
/// held-out larger runs; `progress` is told the position and name of each before, from any thread.
public func rankLaws(
  _ laws: [any Law], on observations: Observations, options: FitOptions,
  progress: @Sendable (Int, String) -> Void = { _, _ in }
) throws(FitError) -> LawRanking {
  var quick = options
  quick.interval = .none
  // Laws run side by side, each on one thread; what is reported comes in the order of `laws`.
  quick.threads = 1
  let single = quick
  let outcomes = parallelMap(count: laws.count, threads: options.threads) {
    index -> Result<Fit, FitError> in
    progress(index, laws[index].name)
    return Result { () throws(FitError) in
      let fitted = try fit(laws[index], to: observations, options: single)
      guard observations.count > fitted.freeParameters.count + 1 else {
        throw .tooFewRows(
          law: laws[index].name, found: observations.count,
          needed: fitted.freeParameters.count + 2)
      }
      return fitted
    }
  }
  var fits: [Fit] = []
  var skipped: [(law: String, reason: String)] = []
  for (law, outcome) in zip(laws, outcomes) {
    switch outcome {
    case .success(let fitted): fits.append(fitted)
    case .failure(let error): skipped.append((law.name, error.description))
    }
  }
  // All laws are judged on the same rows: on those that at least one of them explains.
  let departed = fits.map { Set($0.departedRows) }
  let excluded = departed.dropFirst().reduce(departed.first ?? []) { $0.intersection($1) }
  let validated = fits
  var entries = parallelMap(count: fits.count, threads: options.threads) { index in
    LawRanking.Entry(
      fit: validated[index], validation: validated[index].validation(without: excluded))
  }
  guard !entries.isEmpty else {
    let reasons = skipped.map { "\($0.law): \($0.reason)" }.joined(separator: "; ")
    throw .unusable("no law can be fitted to this table (\(reasons))")
  }
  func key(_ entry: LawRanking.Entry) -> Double {
    let error = entry.validation.meanError
    return error.isNaN ? .infinity : error
  }
  // One formula written twice differs by rounding only: then the catalogue's order decides.
  func coarse(_ x: Double) -> Double {
    x > 0 && x.isFinite ? (Double.log(x) * 1e5).rounded() : x
  }
  let order = Dictionary(
    laws.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
  entries.sort {
    (
      coarse(key($0)), ($0.fit.informationCriteria.bic * 1e3).rounded(),
      order[$0.fit.law.name] ?? 0
    ) < (
      coarse(key($1)), ($1.fit.informationCriteria.bic * 1e3).rounded(),
      order[$1.fit.law.name] ?? 0
    )
  }
  let weights = LawWeights(entries)
  for index in entries.indices {
    entries[index].weight = weights.weights[index]
    entries[index].sameAs = weights.repeats[index].map { entries[$0].fit.law.name }
  }
  let choice = choose(entries, weights: weights, key: key)
  // Of two writings of one law the chosen one carries the weight.
  if let name = entries[choice.index].sameAs,
    let original = entries.firstIndex(where: { $0.fit.law.name == name })
  {
    entries[choice.index].weight = entries[original].weight
    entries[choice.index].sameAs = nil
    entries[original].weight = 0
    entries[original].sameAs = entries[choice.index].fit.law.name
  }
  return LawRanking(
    entries: entries, skipped: skipped, chosen: choice.index, verdict: choice.verdict)
}

private func choose(
  _ entries: [LawRanking.Entry], weights: LawWeights, key: (LawRanking.Entry) -> Double
) -> (index: Int, verdict: String) {
  let best = entries[0]
  guard key(best).isFinite else {
    let index =
      entries.indices.min {
        entries[$0].fit.informationCriteria.bic < entries[$1].fit.informationCriteria.bic
      } ?? 0
    return (
      index,
      "Too few rows to hold any out: \(entries[index].fit.law.name) has the lowest BIC, which says little about extrapolation."
    )
  }
  func percent(_ x: Double) -> String { NumberFormat.short(x * 100) + " %" }
  // Prefer fewer parameters where the held-out errors cannot be told apart, among laws that the
  // common answer takes seriously: a law that misses the table itself may predict well by luck.
  func weight(_ index: Int) -> Double { weights.weights[weights.repeats[index] ?? index] }
  let heaviest = entries.indices.map(weight).max() ?? 0
  let serious = entries.indices.filter { weight($0) >= heaviest / 4 }
  let near = serious.filter { key(entries[$0]) <= key(best) * 1.1 }
  let index =
    near.min {
      (entries[$0].fit.freeParameters.count, $0) < (entries[$1].fit.freeParameters.count, $1)
    } ?? serious.first { weight($0) == heaviest } ?? 0
  let chosen = entries[index]
  let count = chosen.validation.windows.count
  let windows = count == 1 ? "one split" : "\(count) splits of the table"
  let reason =
    "fitted on the smaller runs it predicts larger ones within \(percent(key(chosen))) on average over \(windows)"
  if near.isEmpty {
    return (
      index,
      "Use \(chosen.fit.law.name): \(reason); \(best.fit.law.name) comes nearer (\(percent(key(best)))) but misses the table itself by more."
    )
  }
  if index != 0, entries[index].fit.freeParameters.count >= best.fit.freeParameters.count {
    return (
      index,
      "Use \(chosen.fit.law.name): \(reason), within a tenth of the best (\(best.fit.law.name), \(percent(key(best)))), which misses the table itself by more."
    )
  }
  if index != 0 {
    return (
      index,
      "Use \(chosen.fit.law.name): \(reason), within a tenth of the best (\(best.fit.law.name), \(percent(key(best)))) with fewer parameters."
    )
  }
  let next = entries.dropFirst().first { $0.sameAs == nil }
  guard let next, key(next).isFinite else {
    return (0, "Use \(best.fit.law.name): \(reason).")
  }
  return (
    0,
    "Use \(best.fit.law.name): \(reason), against \(percent(key(next))) for \(next.fit.law.name)."
  )
}
