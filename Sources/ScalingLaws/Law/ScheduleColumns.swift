extension LearningRateSchedule {
  /// The schedule with its warm-up replaced by the rate that it leads to, which keeps the rise out
  /// of the annealing area [30].
  public func replacingWarmup(steps: Int) -> LearningRateSchedule {
    guard steps > 0, !rates.isEmpty else { return self }
    let peak = rates[min(steps, rates.count - 1)]
    var rates = rates
    for step in 0..<min(steps, rates.count) { rates[step] = peak }
    return LearningRateSchedule(rates: rates)
  }
}

extension Observations {
  /// Adds the columns `S1` and `S2` that laws of the training curve read [30][L14].
  ///
  /// S1 is the sum of learning rates up to and including the row's step, S2 the annealing area.
  /// They come from the row's schedule and its column `step`.
  ///
  /// - Throws: ``FitError`` where a row has no schedule or its step lies outside the schedule.
  public func addingScheduleAreas(
    for law: any Law, warmup: Int = 0
  ) throws(FitError) -> Observations {
    switch law.scheduleReading {
    case .areas(let decay): try addingScheduleAreas(decay: decay, warmup: warmup)
    // No other law reads S2, and the rises of a warm-up are changes like any other.
    case .changes, .none: try addingScheduleAreas(decay: 0.999, warmup: 0)
    }
  }

  /// Adds `S1` and `S2`, the latter with memory `decay`; `warmup` steps count at the peak rate.
  ///
  /// - Throws: ``FitError`` where a row has no schedule or its step lies outside the schedule.
  public func addingScheduleAreas(
    decay: Double = 0.999, warmup: Int = 0
  ) throws(FitError) -> Observations {
    guard let steps = columns["step"] else {
      throw .unusable("learning-rate areas need a column step, found none")
    }
    let prepared = schedules.map { $0.replacingWarmup(steps: warmup) }
    let areas = prepared.map(\.cumulativeArea)
    let annealing = prepared.map { $0.annealingArea(decay: decay) }
    var first: [Double] = []
    var second: [Double] = []
    for row in 0..<count {
      let schedule = scheduleOfRow[row]
      guard areas.indices.contains(schedule) else {
        throw .unusable("\(labels[row]): found no learning-rate schedule, expected one per run")
      }
      guard let step = Int(exactly: steps[row].rounded()), areas[schedule].indices.contains(step)
      else {
        throw .badValue(
          row: labels[row], column: "step", found: steps[row],
          expected: "a step of the schedule, 0 to \(areas[schedule].count - 1)")
      }
      first.append(areas[schedule][step])
      second.append(annealing[schedule][step])
    }
    var result = self
    result.columns["S1"] = first
    result.columns["S2"] = second
    result.schedules = prepared
    return result
  }
}

extension ColumnRequirement {
  /// `S1`, the sum of learning rates up to a step.
  static let learningRateArea = ColumnRequirement(
    "S1", unit: "learning rate × steps", meaning: "sum of learning rates up to the step")
}
