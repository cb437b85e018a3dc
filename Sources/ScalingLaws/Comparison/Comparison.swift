internal import RealModule
internal import Statistics

/// Does the treatment still help at scale? Two tables, or two saved fits, compared.
public struct Comparison: Sendable {
  /// The answer in one class.
  public enum Verdict: String, Sendable, Hashable, Codable {
    case noDifference = "no difference"
    case treatmentDominates = "treatment dominates"
    case baselineDominates = "baseline dominates"
    case crossesInside = "crosses inside the data"
    case crossesBeyond = "predicted to cross beyond the data"
    case undecided = "not decidable"
  }

  /// What the treatment is worth if it differs only as the chosen hypothesis says.
  public struct JointAnswer: Sendable {
    /// The laws of the chosen hypothesis.
    public var pair: LawPair
    /// The multipliers by the chosen hypothesis.
    public var multiplier: EffectiveCompute
    /// The crossing by the chosen hypothesis.
    public var crossover: Crossover
  }

  /// The class.
  public let verdict: Verdict
  /// The answer in sentences, the most important first.
  public let sentences: [String]
  /// The baseline's fit; nil for saved fits.
  public let baseline: Fit?
  /// The treatment's fit; nil for saved fits.
  public let treatment: Fit?
  /// The joint fits with their nested tests; nil for saved fits.
  public let joint: JointFit?
  /// What the chosen joint hypothesis says; nil where it is that nothing differs, and for saved
  /// fits.
  public let jointAnswer: JointAnswer?
  /// The two laws, fitted apart.
  public let pair: LawPair
  /// The effective compute multiplier of the laws fitted apart, per rung and at the target.
  public let multiplier: EffectiveCompute
  /// The crossing of the laws fitted apart.
  public let crossover: Crossover
  /// The differences at each rung without any law; empty for saved fits.
  public let rungs: [RungDifference]
  /// By how much rungs scatter beside the seeds; nil for saved fits and where rows are no rungs.
  public let scatter: RungScatter?
  /// The scale that was asked for, or that is taken where none was.
  public let target: Double
  /// How far beyond the runs an answer is given.
  public let limit: TargetLimit
  /// Why nothing is said at the target; nil where something is.
  public let refusal: String?
  /// Whether both sides are the same rows or the same fit.
  public let isSameData: Bool
  /// How draws were made: `paired bootstrap`, `bootstrap`, `parametric`, `separate` or `none`.
  public let method: String
  /// What a reader must know before trusting the numbers.
  public let warnings: [String]

  /// The probability that the treatment still helps at the target, by the laws fitted apart; NaN
  /// where the target is refused.
  public var probabilityAtTarget: Double {
    refusal == nil ? crossover.probabilityTreatmentIsBetterAtTarget : .nan
  }
}

/// Compares a treatment with its baseline over a ladder of scales.
///
/// Both tables are fitted apart and jointly; the joint fits say what differs, the separate ones
/// what the treatment is worth at each scale and whether the curves cross.
///
/// - Throws: `FitError` where a table does not allow a fit, or no scale is common to both.
public func compare(
  baseline: Observations, treatment: Observations, law: any Law,
  options: ComparisonOptions = ComparisonOptions()
) throws(FitError) -> Comparison {
  var point = options.fit
  point.interval = .none
  var first = try fit(law, to: baseline, options: point)
  var second = try fit(law, to: treatment, options: point)
  let joint = try fitJointly(law, baseline: baseline, treatment: treatment, options: options)
  let runs = PairedRuns(
    baseline, treatment, law: law, seedColumn: options.seedColumn,
    pairColumn: options.pairColumn)
  let noise = try RungContrasts(
    law: law, baseline: baseline, treatment: treatment, options: options
  ).flatMap { contrasts throws(FitError) in
    let rungs =
      try joint.entries.last.map { last throws(FitError) in
        try contrasts.joiningShared(around: last)
      } ?? contrasts
    return try RungNoise(rungs, around: joint.choice)
  }
  let refits = PairedRefits(first, second, runs: runs, rungs: noise, options: options)
  let draws = try refits?.separateDraws() ?? []
  let level = options.fit.level
  let tail = refits?.tail ?? (1 - level) / 2
  let question = try Question(first, second, options: options) { name in
    distinctScales((baseline.known(name) ?? []) + (treatment.known(name) ?? [])).count
  }
  let frame = question.frame
  let pair = try LawPair(
    laws: (law, law), baseline: first.estimate, treatment: second.estimate, draws: draws,
    tail: tail, level: level, frame: frame, threads: options.fit.threads)
  if let refits {
    func uncertainty(_ draws: [[Double]]) -> Uncertainty {
      Uncertainty(
        method: refits.method, draws: draws, failed: options.fit.resamples - draws.count,
        level: level, tail: tail, profiles: [:])
    }
    first.uncertainty = uncertainty(draws.map(\.baseline))
    second.uncertainty = uncertainty(draws.map(\.treatment))
  }
  let scales = (
    baseline.known(pair.scaleName) ?? [], treatment.known(pair.scaleName) ?? []
  )
  let rungScales = rungs(of: scales.0 + scales.1, in: pair.dataRange)
  let multiplier = EffectiveCompute(pair, at: rungScales)
  let crossover = Crossover(pair)
  var answer: Comparison.JointAnswer?
  if joint.choice.hypothesis != .same {
    let drawn = try refits?.jointDraws(joint.choice, law: law) ?? []
    let chosen = try LawPair(
      laws: (law, law), baseline: joint.choice.baseline, treatment: joint.choice.treatment,
      draws: drawn, tail: tail, level: level, frame: frame, threads: options.fit.threads)
    answer = Comparison.JointAnswer(
      pair: chosen, multiplier: EffectiveCompute(chosen, at: rungScales),
      crossover: Crossover(chosen))
  }
  let differences = rungDifferences(
    baseline, treatment, scale: scales, runs: runs, objective: first.objective, level: level,
    noise: noise)
  var warnings = refits?.warnings ?? []
  if !joint.isTested {
    warnings.append(
      "too few rungs to test what differs: a rung is all runs of one size and length, whatever their seeds"
    )
  }
  if refits == nil, options.fit.interval != .none {
    warnings.append("too few rows to measure noise with: no intervals and no probabilities")
  }
  if runs.pairs.isEmpty, baseline.columns[options.seedColumn] != nil {
    warnings.append("no run of one table shares scale and seed with the other: nothing is paired")
  }
  let verdict =
    runs.isSameTable
    ? .noDifference : decide(joint: joint, crossover: crossover, answer: answer)
  let voice = ComparisonSentences(
    pair: pair, higherIsBetter: law.card.response.higherIsBetter, refusal: question.refusal)
  let sentences =
    runs.isSameTable
    ? [
      "Both tables hold the same rows, so there is nothing to compare: the ratio is 1 at every scale."
    ]
    : voice.sentences(
      verdict: verdict, joint: joint, answer: answer, multiplier: multiplier,
      crossover: crossover)
  return Comparison(
    verdict: verdict,
    sentences: sentences
      + [runs.isSameTable ? nil : noise?.scatter.sentence].compactMap { $0 }
      + pair.computeSentences,
    baseline: first, treatment: second, joint: joint, jointAnswer: answer, pair: pair,
    multiplier: multiplier, crossover: crossover, rungs: differences, scatter: noise?.scatter,
    target: question.target, limit: question.limit, refusal: question.refusal,
    isSameData: runs.isSameTable,
    method: refits?.method ?? "none",
    warnings: warnings + named(first.warnings, "baseline") + named(second.warnings, "treatment"))
}

/// Compares two fitted laws, perhaps different ones over the same scale, without their tables: no
/// joint fits, no nested tests, refits taken as independent, options of fitting not used. Throws
/// `FitError` where the laws share no scale, or it is not known which range they cover.
///
/// Refits are matched at random, because fits made with one seed share their random numbers index
/// by index. A fit compared with itself, or with another fit of the same rows, is recognised.
public func comparison(
  of baseline: any FittedLaw, and treatment: any FittedLaw,
  options: ComparisonOptions = ComparisonOptions()
) throws(FitError) -> Comparison {
  guard
    baseline.law.card.response.higherIsBetter == treatment.law.card.response.higherIsBetter
  else {
    throw .unusable(
      "the laws predict \(baseline.law.card.response.column) and \(treatment.law.card.response.column), which cannot be compared"
    )
  }
  let isSame = isSameFit(baseline, treatment)
  var random = SplittableRandom(seed: options.fit.seed).split(53)
  let others = isSame ? baseline.draws : treatment.draws.shuffled(using: &random)
  let draws = zip(baseline.draws, others).map { (baseline: $0, treatment: $1) }
  let question = try Question(baseline, treatment, options: options) { _ in nil }
  let frame = question.frame
  let pair = try LawPair(
    laws: (baseline.law, treatment.law), baseline: baseline.estimate,
    treatment: isSame ? baseline.estimate : treatment.estimate, draws: draws,
    tail: min(baseline.tail, treatment.tail),
    level: min(baseline.level, treatment.level), frame: frame, threads: options.fit.threads)
  let multiplier = EffectiveCompute(pair, at: rungs(of: [], in: pair.dataRange))
  let crossover = Crossover(pair)
  let verdict =
    isSame ? .noDifference : decide(joint: nil, crossover: crossover, answer: nil)
  let voice = ComparisonSentences(
    pair: pair, higherIsBetter: baseline.law.card.response.higherIsBetter,
    refusal: question.refusal)
  return Comparison(
    verdict: verdict,
    sentences: isSame
      ? [
        "Both are fits of the same rows by the same law, so there is nothing to compare: the ratio is 1 at every scale."
      ]
      : voice.sentences(
        verdict: verdict, joint: nil, answer: nil, multiplier: multiplier, crossover: crossover)
        + pair.computeSentences,
    baseline: nil, treatment: nil, joint: nil, jointAnswer: nil, pair: pair,
    multiplier: multiplier, crossover: crossover, rungs: [], scatter: nil,
    target: question.target, limit: question.limit, refusal: question.refusal, isSameData: isSame,
    method: draws.isEmpty ? "none" : "separate",
    warnings: draws.isEmpty
      ? ["a saved fit without refits: no intervals and no probabilities"] : [])
}

/// The class: the joint tests say whether there is a difference, the crossing what it becomes.
///
/// The separate laws decide where they can. Where they cannot, the chosen hypothesis may: sharing
/// what does not differ is what the joint tests allow.
private func decide(
  joint: JointFit?, crossover: Crossover, answer: Comparison.JointAnswer?
) -> Comparison.Verdict {
  if let joint, !joint.isTested { return .undecided }
  if let joint, joint.choice.hypothesis == .same { return .noDifference }
  let chosen =
    crossover.verdict == .undecided ? answer?.crossover.verdict ?? .undecided : crossover.verdict
  switch chosen {
  case .treatmentDominates: return .treatmentDominates
  case .baselineDominates: return .baselineDominates
  case .crossesInside: return .crossesInside
  case .crossesBeyond: return .crossesBeyond
  case .undecided: return .undecided
  }
}

private struct Question {
  var frame: ScaleFrame
  var limit: TargetLimit
  var target: Double
  var refusal: String?

  /// Compares two fitted laws; `rungs` counts those along a scale, nil where it is not known.
  init(
    _ baseline: any FittedLaw, _ treatment: any FittedLaw, options: ComparisonOptions,
    rungs: (String) -> Int?
  ) throws(FitError) {
    frame = try ScaleFrame(baseline, treatment, options: options)
    limit = TargetLimit(
      scaleName: frame.scaleName, range: frame.dataRange, rungs: rungs(frame.scaleName))
    target = options.target ?? min(frame.target, limit.largest)
    refusal = limit.refusal(of: target)
    frame.target = min(target, limit.largest)
  }
}

/// Whether two fits are of the same rows: the same law with the same parameters, residuals and
/// ranges.
private func isSameFit(_ first: any FittedLaw, _ second: any FittedLaw) -> Bool {
  func near(_ a: Double, _ b: Double) -> Bool {
    a == b || abs(a - b) <= 1e-9 * max(abs(a), abs(b)) || (a.isNaN && b.isNaN)
  }
  return first.law.name == second.law.name && first.objective == second.objective
    && first.estimate.count == second.estimate.count
    && zip(first.estimate, second.estimate).allSatisfy(near)
    && near(first.scatter, second.scatter) && first.ranges == second.ranges
    && first.flopsPerToken == second.flopsPerToken
}

private func named(_ warnings: [String], _ arm: String) -> [String] {
  warnings.map { "\(arm): \($0)" }
}

/// The rungs of a ladder, or seven steps where there are many scales or none are known.
private func rungs(of scales: [Double], in range: ClosedRange<Double>) -> [Double] {
  let steps = distinctScales(scales)
  if steps.count >= 1, steps.count <= 12 { return steps }
  let ratio = range.upperBound / range.lowerBound
  guard ratio > 1 else { return [range.lowerBound] }
  return (0..<7).map { range.lowerBound * Double.pow(ratio, Double($0) / 6) }
}
