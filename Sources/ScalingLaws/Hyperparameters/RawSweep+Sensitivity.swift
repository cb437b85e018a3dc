internal import RealModule

/// How much the loss of one cell of a sweep depends on its only hyper-parameter.
public struct SweepSensitivity: Codable, Hashable, Sendable {
  /// N, D and what else tells cells apart.
  public var columns: [String: Double]
  /// The number of different values that were tried.
  public var values: Int
  /// Runs without a finite loss, which count as untrained.
  public var diverged: Int
  /// See ``LearningRateSensitivity``; nil where all runs diverged.
  public var sensitivity: Double?
}

extension RawSweep {
  /// The sensitivity of each cell with two or more values, in ascending order, from the loss before
  /// training; runs at one value are averaged. Empty where several hyper-parameters were swept.
  public func sensitivities(initialLoss: Double) -> [SweepSensitivity] {
    guard axes.count == 1 else { return [] }
    return cells.compactMap { cell in
      var losses: [Double: [Double?]] = [:]
      for (point, loss) in zip(cell.points, cell.losses) {
        losses[point[0], default: []].append(Double.exp(loss))
      }
      for point in cell.diverged { losses[point[0], default: []].append(nil) }
      let values = losses.keys.sorted()
      guard values.count > 1 else { return nil }
      let means = values.map { value -> Double? in
        let runs = losses[value] ?? []
        guard runs.contains(where: { $0 != nil }) else { return nil }
        return runs.reduce(0) { $0 + min($1 ?? initialLoss, initialLoss) } / Double(runs.count)
      }
      return SweepSensitivity(
        columns: cell.columns, values: values.count, diverged: cell.diverged.count,
        sensitivity: LearningRateSensitivity.value(
          rates: values.map { Double.exp($0) }, losses: means, initialLoss: initialLoss))
    }
  }
}
