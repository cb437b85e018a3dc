extension Observations {
  /// The areas as a law reads them: ``Annealing`` counts the steps of the warm-up at the peak rate
  /// and has its own decay; ``MultiPower`` sums the rises too.
  public func addingScheduleAreas(
    for law: any Law, warmup: Int
  ) throws(FitError) -> Observations {
    guard let annealing = law as? Annealing else { return try addingScheduleAreas() }
    return try addingScheduleAreas(decay: annealing.decay, warmup: warmup)
  }
}
