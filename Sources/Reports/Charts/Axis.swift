import Foundation

/// One axis of a chart: what it measures, how values are placed and how they are written.
public struct Axis: Sendable {
  /// How values are placed along the axis.
  public enum Scale: Sendable, Hashable {
    /// Equal steps for equal differences.
    case linear
    /// Equal steps for equal ratios; values that are not positive are not drawn.
    case log10
    /// As `log10`, with ticks at powers of two; for numbers of samples, which are doubled.
    case log2
    /// Named places: category `i` is at the value `i` and owns `i − 0.5` to `i + 0.5`.
    ///
    /// On a vertical axis the first category is at the top.
    case category([String])
  }

  /// How tick labels are written.
  public enum Format: Sendable {
    /// Plain numbers: 2.5, 0.01.
    case plain
    /// Unit letters: 70M, 1.4B, 2T; for parameters and tokens.
    case scale
    /// Powers of ten: 10²¹, 2×10²⁰; for FLOPs.
    case power
    /// Percentages of a fraction: 12%.
    case percent
    /// Whole numbers in full up to 9,999, unit letters beyond: 1024, 16k; for numbers of samples.
    case count
    /// Anything else; must not depend on state.
    case custom(@Sendable (Double) -> String)
  }

  /// What the axis measures, with its unit.
  public var label: String
  var scale: Scale
  /// The values at the two ends, or nil to take them from the data with some padding.
  var domain: ClosedRange<Double>?
  var format: Format

  /// An axis.
  public init(
    label: String, scale: Scale = .linear, domain: ClosedRange<Double>? = nil,
    format: Format = .plain
  ) {
    self.label = label
    self.scale = scale
    self.domain = domain
    self.format = format
  }

  /// An axis of named places, for bars and for cells.
  public static func categories(_ names: [String], label: String = "") -> Axis {
    Axis(label: label, scale: .category(names))
  }

  var isLogarithmic: Bool { scale == .log10 || scale == .log2 }

  var isCategory: Bool {
    if case .category = scale { return true }
    return false
  }

  /// The ends of the axis for these data: the given domain, else the padded extent.
  ///
  /// An end that is set by one of the `tight` values, such as the edge of a grid, gets no padding.
  func resolvedDomain(
    _ values: [Double], tight: [Double] = [], includesZero: Bool = false
  ) -> ClosedRange<Double> {
    if case .category(let names) = scale { return -0.5...(Double(max(1, names.count)) - 0.5) }
    let isLog = isLogarithmic
    // Beyond these, padding and differences would leave the range of a double.
    func isUsable(_ value: Double) -> Bool {
      isLog ? value >= 1e-250 && value <= 1e250 : abs(value) <= 1e250
    }
    if let domain, domain.lowerBound < domain.upperBound, isUsable(domain.lowerBound),
      isUsable(domain.upperBound)
    {
      return domain
    }
    let usable = (values + tight).filter(isUsable)
    guard var low = usable.min(), var high = usable.max() else { return isLog ? 1...10 : 0...1 }
    if isLog {
      let (a, b) = (log(low), log(high))
      let pad = b > a ? 0.04 * (b - a) : 0.35
      let isTightLow = tight.contains(low) && b > a
      let isTightHigh = tight.contains(high) && b > a
      return (isTightLow ? low : exp(a - pad))...(isTightHigh ? high : exp(b + pad))
    }
    if includesZero {
      low = min(0, low)
      high = max(0, high)
    }
    let span = high - low
    let pad = span > 0 ? 0.04 * span : max(abs(high) * 0.1, 0.5)
    // A bar grows out of zero: no gap between the axis and its foot.
    let isTightLow = (includesZero && low == 0) || (tight.contains(low) && span > 0)
    let isTightHigh = (includesZero && high == 0) || (tight.contains(high) && span > 0)
    return (isTightLow ? low : low - pad)...(isTightHigh ? high : high + pad)
  }
}
