internal import Optimization
internal import Quantities

/// The learning-rate schedule that a multi-power law predicts to end at the lowest loss [L14].
public struct OptimalSchedule: Sendable, Hashable {
  /// The learning rate at every step, warm-up included.
  public var schedule: LearningRateSchedule
  /// The predicted loss at the last step, in nats per token.
  public var finalLoss: Double

  /// Finds the non-increasing schedule of least final loss after a linear warm-up from zero, for
  /// L0, A, alpha, B, C, beta, gamma of a fitted ``MultiPower``. Throws ``FitError`` for parameters
  /// of another law or an empty range.
  ///
  /// The rates at the knots of a grid are moved one after another between their neighbours by
  /// golden section until a sweep gains nothing; between knots the rate is linear.
  public init(
    parameters: [Double], peak: Double, floor: Double, steps: Int, warmup: Int = 0,
    knots: Int = 24
  ) throws(FitError) {
    let law = MultiPower()
    guard parameters.count == law.parameters.count else {
      throw .unusable(
        "an optimal schedule needs the \(law.parameters.count) parameters of multi-power, found \(parameters.count)"
      )
    }
    guard steps > warmup + knots, peak > floor, floor >= 0, knots >= 2 else {
      throw .unusable(
        "an optimal schedule needs steps beyond the warm-up and a peak above the floor, found \(steps) steps, warm-up \(warmup), peak \(peak), floor \(floor)"
      )
    }
    let kernel = law.makeKernel()
    let stable = steps - warmup
    // Squaring the distance to the end crowds the knots where the optimum bends most.
    let positions = (0...knots).map { knot -> Int in
      let left = 1 - Double(knot) / Double(knots)
      return warmup + Int(saturating: (Double(stable - 1) * (1 - left * left)).rounded())
    }
    func rates(_ values: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: steps)
      for step in 0..<warmup { result[step] = peak * Double(step) / Double(warmup) }
      for knot in 0..<knots {
        let (start, end) = (positions[knot], positions[knot + 1])
        for step in start...end where end > start {
          let share = Double(step - start) / Double(end - start)
          // In this form the rate cannot rise by rounding.
          result[step] = values[knot] + (values[knot + 1] - values[knot]) * share
        }
      }
      return result
    }
    func loss(_ rates: [Double], limit: Int) -> Double {
      let schedule = LearningRateSchedule(rates: rates, segmentLimit: limit)
      return kernel.predictOne(parameters, [rates.reduce(0, +)], schedule.segments)
    }
    var values = (0...knots).map { knot -> Double in
      knot < knots * 2 / 3
        ? peak : floor + (peak - floor) * Double(knots - knot) / Double(knots - knots * 2 / 3)
    }
    var best = loss(rates(values), limit: 128)
    for _ in 0..<60 {
      let before = best
      for knot in 0...knots {
        let high = knot == 0 ? peak : values[knot - 1]
        let low = knot == knots ? floor : values[knot + 1]
        guard high > low else { continue }
        var trial = values
        let found = minimize(over: 0...1, samples: 6, tolerance: 1e-3) { share in
          trial[knot] = low + (high - low) * share
          return loss(rates(trial), limit: 128)
        }
        if found.value < best {
          best = found.value
          values[knot] = low + (high - low) * found.argument
        }
      }
      if before - best < 1e-7 * best { break }
    }
    let chosen = rates(values)
    schedule = LearningRateSchedule(rates: chosen)
    finalLoss = loss(chosen, limit: 256)
  }
}
