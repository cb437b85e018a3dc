internal import RealModule

extension LearningRateSchedule {
  /// The usual schedules after a linear warm-up from zero, with their names: what a schedule of the
  /// same peak, floor and length is measured against.
  public static func usual(
    peak: Double, floor: Double, steps: Int, warmup: Int
  ) -> [(name: String, schedule: LearningRateSchedule)] {
    let stable = Double(max(steps - 1 - warmup, 1))
    func schedule(_ shape: (Double) -> Double) -> LearningRateSchedule {
      LearningRateSchedule(
        rates: (0..<steps).map { step in
          step < warmup
            ? peak * Double(step) / Double(warmup)
            : floor + (peak - floor) * shape(Double(step - warmup) / stable)
        })
    }
    return [
      ("cosine", schedule { (1 + Double.cos(.pi * $0)) / 2 }),
      ("linear decay", schedule { 1 - $0 }),
      ("stable, then the last fifth linear", schedule { min(1, (1 - $0) / 0.2) }),
    ]
  }
}
