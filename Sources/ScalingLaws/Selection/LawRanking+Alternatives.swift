extension LawRanking {
  /// The laws beside the chosen one that weigh at least a fiftieth, five at most, with intervals of
  /// their own from 200 refits or fewer; none where no intervals are wanted. `progress` is told the
  /// name of each before its intervals are found.
  public func alternatives(
    options: FitOptions, progress: (String) -> Void = { _ in }
  ) -> [(fit: Fit, weight: Double)] {
    guard options.interval != .none else { return [] }
    let others = entries.indices.filter { $0 != chosen && entries[$0].weight >= 0.02 }
      .sorted { entries[$0].weight > entries[$1].weight }
    return others.prefix(5).map { index in
      let entry = entries[index]
      progress(entry.fit.law.name)
      var settings = options
      settings.objective = entry.fit.objective
      settings.fixed = [:]
      settings.resamples = min(options.resamples, 200)
      return (entry.fit.measuringIntervals(settings).calibrated(on: entry.validation), entry.weight)
    }
  }
}
