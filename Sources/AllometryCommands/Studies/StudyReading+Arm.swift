internal import Foundation
internal import Quantities
internal import Reports
internal import Studies
internal import Verdicts

extension StudyReading.Arm {
  /// The verdict on one arm.
  init(_ verdict: ArmVerdict, baseline: String) {
    self.init(
      name: verdict.arm, conclusion: verdict.conclusion.rawValue, sentences: verdict.sentences)
    rungs = verdict.rungs.map { rung in
      StudyReading.Rung(
        rung, flags: verdict.flags.filter { $0.rung == rung.rung }, baseline: baseline)
    }
    axes = verdict.axes.compactMap { StudyReading.Axis($0) }
    flags = verdict.flags.map(\.sentence)
    unmeasured = verdict.unmeasured
    warnings = verdict.warnings
    moreRuns = verdict.moreRuns ?? ""
    if let training = verdict.training {
      self.training = training.sentence
      tokensPerParameter = training.sizes.map(\.tokensPerParameter)
    }
    misfit = verdict.atEqualCompute?.baselineMisfit.map { misfitText($0, of: baseline) } ?? ""
    if verdict.reach.isRefused {
      refusals = verdict.reach.reasons
    } else if !verdict.reach.reasons.isEmpty {
      warnings.append("the forecast is weak: \(verdict.reach.reasons.joined(separator: "; "))")
    }
  }
}

/// How the baseline's own runs lie about its law, in a sentence.
private func misfitText(_ misfit: LawMisfit, of baseline: String) -> String {
  let sizes = NumberFormat.percent(misfit.sizeScatter, decimals: 2)
  guard let p = misfit.pValue, let seeds = misfit.seedScatter else {
    return
      "Runs of \(baseline) lie within \(sizes) of its own law, \(misfit.law) (a standard deviation); one seed does not tell sizes from seeds."
  }
  let chance = p < 0.001 ? "p < 0.001" : "p = \(NumberFormat.significant(p, 2))"
  let text =
    misfit.isEstablished ? "does not fit its sizes" : "fits its sizes within what seeds explain"
  return
    "The law of \(baseline), \(misfit.law), \(text) (\(chance)): beyond seeds, which differ by \(NumberFormat.percent(seeds, decimals: 2)), sizes lie off it by \(sizes)."
}

extension StudyReading.Rung {
  init(_ rung: RungVerdict, flags: [RungFlag], baseline name: String) {
    self.init(rung: rung.rung, branch: rung.branch, size: rung.size)
    baseline = StudyReading.Side(rung.baseline)
    treatment = StudyReading.Side(rung.treatment)
    pairs = rung.pairs
    difference = StudyReading.Estimate(rung.difference)
    differencePercent = StudyReading.Estimate(rung.differencePercent)
    percentAtEqualCompute = StudyReading.Estimate(rung.percentAtEqualCompute)
    noise = rung.noise == .none ? "" : rung.noise.rawValue
    // Divergences are counted from the runs.
    self.flags = flags.filter { $0.reason != .diverged }.map {
      $0.arm == name ? "\(name): \($0.reason.rawValue)" : $0.reason.rawValue
    }
  }
}

extension StudyReading.Side {
  init(_ side: RungVerdict.Side) {
    self.init()
    runs = side.runs
    loss = side.loss
    spread = side.spread
    diverged = side.diverged
    failed = side.failed
    operations = side.trainingOperations
    operationsPerToken = side.trainingOperationsPerToken
    tokens = side.tokens
    parameters = side.parameters
    activeParameters = side.activeParameters
    stateBytes = side.stateBytes
    learningRates = side.learningRates
    diagnostics = side.diagnostics
    metrics = side.metrics
  }
}

extension StudyReading.Worth {
  init(_ worth: AxisVerdict.Worth) {
    self.init(
      rung: worth.rung, size: worth.size, scale: worth.scale,
      multiplier: StudyReading.Estimate(worth.multiplier),
      probabilityBetter: worth.probabilityBetter)
  }
}

extension StudyReading.Crossing {
  init(_ crossing: AxisVerdict.Crossing) {
    let place: Place =
      switch crossing.place {
      case .below: .below
      case .inside: .inside
      case .beyond: .beyond
      case .none: .none
      }
    self.init(
      scale: StudyReading.Estimate(crossing.scale), place: place,
      treatmentLeadsBelow: crossing.treatmentLeadsBelow)
  }
}

extension StudyReading.Axis {
  /// One axis of a verdict; nil without a range of data.
  init?(_ axis: AxisVerdict) {
    guard let low = axis.dataRange.first, let high = axis.dataRange.last, low <= high else {
      return nil
    }
    self.init(
      scale: axis.axis == .trainingCompute ? .trainingCompute : .activeParameters,
      dataRange: low...high, target: axis.target)
    meaning = axis.meaning
    targetIsGiven = axis.targetIsGiven
    measured = axis.measured.map { StudyReading.Worth($0) }
    fitted = axis.fitted.map { StudyReading.Worth($0) }
    forecast = axis.forecast.map { StudyReading.Worth($0) }
    forecastOfLine = axis.forecastOfLine.map { StudyReading.Worth($0) }
    crossing = axis.crossing.map { StudyReading.Crossing($0) }
    smallestDetectable = axis.smallestDetectable
    test = StudyTestText(axis).text
    // Straight between the places that the verdict names: the band of a regression bends outwards,
    // so that its chords never make it narrower than it is.
    trend = (fitted + [forecastOfLine].compactMap(\.self)).filter { $0.multiplier.value != nil }
      .map { StudyReading.CurvePoint(scale: $0.scale, estimate: $0.multiplier) }
      .sorted { $0.scale < $1.scale }
  }
}
