internal import Foundation
internal import Quantities
internal import Statistics

/// Where the interval of a paired difference comes from.
public enum PairNoise: String, Codable, Hashable, Sendable {
  /// The pairs of this rung, Student's t.
  case pairs = "pairs of this rung"
  /// The scatter of all rungs about the paired regression, for one pair at this rung.
  case regression = "scatter of the paired regression"
  /// Nothing to measure noise with.
  case none
}

/// The mean of paired differences with Student's error; a single one borrows a regression's scatter.
struct PairedMean {
  let value: Double
  let standardError: Double
  let degreesOfFreedom: Double
  let noise: PairNoise

  init(_ differences: [Double], borrowing regression: PairedRegression?) {
    value = mean(differences)
    if differences.count > 1 {
      standardError = standardDeviation(differences) / Double(differences.count).squareRoot()
      degreesOfFreedom = Double(differences.count - 1)
      noise = .pairs
    } else if let borrowed = regression?.pairNoise {
      standardError = borrowed.scatter
      degreesOfFreedom = borrowed.degreesOfFreedom
      noise = .regression
    } else {
      standardError = 0
      degreesOfFreedom = 1
      noise = .none
    }
  }

  /// The mean with its interval.
  func interval(_ level: Double) -> IntervalEstimate {
    guard noise != .none else { return IntervalEstimate(value) }
    return PairedRegression.Coefficient(
      value: value, standardError: standardError, degreesOfFreedom: degreesOfFreedom
    ).interval(level)
  }
}
