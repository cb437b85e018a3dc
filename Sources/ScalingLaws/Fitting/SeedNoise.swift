internal import Statistics

/// The spread of outcomes between runs that differ in nothing but the seed.
public struct SeedNoise: Sendable, Hashable {
  /// The pooled standard deviation, in the objective's scale.
  public var standardDeviation: Double
  /// The number of repeated rows less the number of groups.
  public var degreesOfFreedom: Int

  /// Pools the rows that agree in every column that the law reads, within rounding; nil where none
  /// are repeated.
  public init?(observations: Observations, objective: Objective, law: any Law) {
    var sum = 0.0
    var freedom = 0
    for rows in DesignPoints(observations, law: law).rows() where rows.count > 1 {
      let residuals = rows.map {
        -objective.residual(
          prediction: objective.residual == .linear ? 0 : 1, outcome: observations.response[$0])
      }
      let centre = mean(residuals)
      for residual in residuals { sum += (residual - centre) * (residual - centre) }
      freedom += rows.count - 1
    }
    guard freedom > 0 else { return nil }
    standardDeviation = (sum / Double(freedom)).squareRoot()
    degreesOfFreedom = freedom
  }
}
