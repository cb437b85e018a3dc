import Foundation

/// The map from values of an axis to pixels along it.
struct PlotScale: Sendable {
  let isLog: Bool
  let low: Double
  let high: Double
  let start: Double
  let end: Double

  /// Pixels run from 0 at the low end of the domain to `length` at the high end.
  init(axis: Axis, domain: ClosedRange<Double>, length: Double) {
    self.init(axis: axis, domain: domain, start: 0, end: length)
  }

  init(axis: Axis, domain: ClosedRange<Double>, start: Double, end: Double) {
    isLog = axis.isLogarithmic
    low = isLog ? Foundation.log(domain.lowerBound) : domain.lowerBound
    high = isLog ? Foundation.log(domain.upperBound) : domain.upperBound
    self.start = start
    self.end = end
  }

  /// The place of a value in pixels; not-a-number where a log axis has no place for it.
  func position(_ value: Double) -> Double {
    let place = isLog ? (value > 0 ? Foundation.log(value) : .nan) : value
    return start + (place - low) / (high - low) * (end - start)
  }
}
