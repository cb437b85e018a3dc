internal import Foundation
internal import Quantities
public import Reports
internal import Studies
internal import Treatments
public import Verdicts

extension StudyReading {
  /// A study as its report reads it, from its rows and its verdict.
  ///
  /// Facts of the study file, treatments, training curves, JSON and the command are added by the
  /// caller, who knows them.
  ///
  /// - Parameters:
  ///   - name: what the study is called.
  ///   - verdict: what the rows say.
  ///   - rows: the runs of the study, sweeps included, ended or not.
  public init(name: String, verdict: StudyVerdict, rows: [StudyRow]) {
    self.init(name: name, baseline: verdict.baseline)
    level = verdict.settings.level
    runs = rows.map(Run.init)
    arms = verdict.arms.map { Arm($0, baseline: verdict.baseline) }
    learningRates = verdict.learningRates.sentence
    sweeps = verdict.learningRates.sweeps.map { sweep in
      Sweep(
        arm: sweep.arm, size: sweep.size, rates: sweep.rates, losses: sweep.losses,
        best: sweep.best, isAtEdge: sweep.isAtEdge)
    }
    let curves = StudyLawCurves(rows: rows, verdict: verdict)
    laws = (verdict.baselineLaws + verdict.arms.flatMap(\.laws)).map { law in
      Law(law, drawing: curves.curve(of: law))
    }
    sampling = (verdict.sampling ?? []).map {
      Sampling(
        arm: $0.arm, problems: $0.problems, tradeoffs: $0.tradeoffs, sentences: $0.sentences,
        warnings: $0.warnings)
    }
    warnings = verdict.warnings
  }

  /// Adds the training losses of finished and diverged runs, at the longest length.
  ///
  /// - Parameters:
  ///   - rows: the runs of the study.
  ///   - read: the curves of a run that has ended.
  public mutating func add(
    curvesOf rows: [StudyRow], _ read: (StudyRow) throws -> [StepCurve]
  ) rethrows {
    let last = rows.map(\.branch).max() ?? 0
    var tokensPerStep: [Int: Double] = [:]
    var found: [(row: StudyRow, curve: StepCurve)] = []
    for row in rows where row.purpose == .comparison && row.branch == last && row.outcome != nil {
      guard let curve = try read(row).first(where: { $0.name == "loss" }),
        let end = curve.steps.last, end > 0
      else { continue }
      found.append((row, curve))
      if row.outcome?.status == .finished {
        tokensPerStep[row.rung] = Double(row.tokens) / Double(end)
      }
    }
    curves = found.compactMap { row, curve in
      // A run that diverged does not say how far its steps would have led.
      let isWhole = row.outcome?.status == .finished
      let own = curve.steps.last.map { Double(row.tokens) / Double($0) }
      guard let perStep = isWhole ? own : tokensPerStep[row.rung] else { return nil }
      return TrainingCurve(
        arm: row.arm, rung: row.rung, seed: row.seed,
        tokens: curve.steps.map { (Double($0) * perStep).rounded() }, losses: curve.values)
    }
  }
}

extension StudyReading.Estimate {
  /// The same number of a verdict.
  ///
  /// - Parameter estimate: a number of a verdict.
  init(_ estimate: IntervalEstimate) {
    self.init(estimate.value, low: estimate.low, high: estimate.high)
  }
}

extension StudyReading.Run {
  /// A run as a row of the study's table has it.
  ///
  /// - Parameter row: the row.
  public init(_ row: StudyRow) {
    let state: State =
      switch row.outcome?.status {
      case .finished: .finished
      case .diverged: .diverged
      case .failed: .failed
      case nil: .waiting
      }
    self.init(
      arm: row.arm, rung: row.rung, size: row.size, seed: row.seed, branch: row.branch,
      state: state, loss: row.loss)
    isSweep = row.purpose == .learningRateSweep
    message = row.outcome?.message
    tokensPerSecond = row.outcome?.tokensPerSecond
    tokens = Double(row.tokens)
    operations = row.compute
    activeParameters = Double(row.costs.activeParameters)
    learningRate = row.learningRate
  }
}

extension StudyReading.Law {
  /// A fitted law of a verdict with its curve.
  init(_ law: ArmLaw, drawing curve: StudyLawCurves.Curve?) {
    self.init(arm: law.arm, name: law.law, formula: law.formula)
    // Parameters in the order in which the formula names them.
    func place(_ name: String) -> Int {
      law.formula.range(of: name).map {
        law.formula.distance(from: law.formula.startIndex, to: $0.lowerBound)
      } ?? .max
    }
    parameters = law.parameters.sorted { (place($0.key), $0.key) < (place($1.key), $1.key) }
      .map { ($0.key, StudyReading.Estimate($0.value)) }
    rows = law.rows
    scatter = law.scatter
    heldOutError = law.heldOutError
    forecast = law.forecast.map { StudyReading.Estimate($0) }
    failure = law.failure
    warnings = law.warnings
    if let curve {
      self.curve = curve.points
      curveScale = curve.scale
    }
  }
}
