internal import RealModule
internal import Statistics

extension TwoStep {
  /// How wrong the chain of both steps may be beyond its data: both are refitted to the smaller
  /// runs and predict the accuracy of the larger, as in ``Fit/validation(shares:without:)``. The error
  /// holds what the steps cannot tell about their parameters. Nil where the checkpoints do not say N
  /// and D.
  public func modelError(
    law: any Law, chance: Double?, options: FitOptions = FitOptions()
  ) -> ModelError? {
    let final = lossFit.observations
    let checkpoints = self.checkpoints
    guard let compute = final.compute, let reached = checkpoints.compute,
      checkpoints.columns["N"] != nil, accuracyFit.residualScatter.isFinite
    else { return nil }
    let ordered = Set(compute).sorted()
    var settings = options
    settings.interval = .none
    settings.objective = nil
    let windows = [0.5, 0.6, 0.7, 0.8, 0.9].compactMap { share -> [HeldOutGroup]? in
      let cut = Int((Double(ordered.count) * share).rounded())
      guard cut >= 1, cut < ordered.count else { return nil }
      let limit = ordered[cut - 1] * 1.02
      let small = final.selecting(compute.indices.filter { compute[$0] <= limit })
      let seen = checkpoints.selecting(reached.indices.filter { reached[$0] <= limit })
      guard
        let chain = try? TwoStep(
          final: small, checkpoints: seen, chance: chance, ideal: ideal, options: settings)
      else { return nil }
      let point = chain.lossFit.estimate + chain.accuracyFit.estimate
      let span = DataSpan(small, law: law)
      let rows = reached.indices.filter { reached[$0] > limit }
      let held = rows.map { row -> (distance: Double, error: Double) in
        let place = ["N", "D"].map { checkpoints.value($0, row: row) ?? .nan }
        return (
          span.distance { checkpoints.value($0, row: row) },
          law.prediction(point, at: place) - checkpoints.response[row]
        )
      }.filter { $0.error.isFinite }.sorted { $0.distance < $1.distance }
      guard !held.isEmpty else { return nil }
      let parts = min(5, held.count)
      let covered =
        Double.log(limit / ordered[0]) / Double.log(ordered[ordered.count - 1] / ordered[0])
      return (0..<parts).map { part in
        let group = held[
          held.count * part / parts..<max(held.count * (part + 1) / parts, 1)]
        return HeldOutGroup(
          distance: mean(group.map(\.distance)), span: min(max(covered, 0.05), 1),
          rows: group.count, error: mean(group.map(\.error)),
          expected: accuracyFit.residualScatter / Double(group.count).squareRoot())
      }
    }
    return ModelError(
      windows: windows,
      explained: accuracyFit.predictions.max().map {
        $0 - (accuracyFit.predictions.min() ?? $0)
      } ?? 0)
  }
}
