import Foundation
internal import Quantities

/// Lines of equal value over a grid, each with its value written on it.
///
/// Between grid points values are interpolated linearly in the place on paper, that is in the
/// logarithm along a log axis. Cells with a corner that is not finite are left out.
public struct ContourLayer: Sendable {
  /// Places of the columns on the horizontal axis, ascending.
  var xs: [Double]
  /// Places of the rows on the vertical axis, ascending.
  var ys: [Double]
  var values: [[Double]]
  /// The values at which lines are drawn; nil chooses about eight round ones.
  var levels: [Double]?
  var color: ChartColor
  var format: Axis.Format

  /// Lines of equal value.
  public init(
    xs: [Double], ys: [Double], values: [[Double]], levels: [Double]? = nil,
    color: ChartColor = .muted, format: Axis.Format = .plain
  ) {
    self.xs = xs
    self.ys = ys
    self.values = values
    self.levels = levels
    self.color = color
    self.format = format
  }

  /// The levels drawn: those given, or round ones (1-2-5 steps where values span a factor of 30).
  var resolvedLevels: [Double] {
    if let levels { return levels.filter(\.isFinite) }
    let finite = values.joined().filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < high else { return [] }
    guard low > 0, high / low > 30 else { return Ticks.niceValues(low...high, target: 10) }
    let exponents =
      Int(saturating: log10(low).rounded(.down))...Int(saturating: log10(high).rounded(.up))
    let digits: [Double] = exponents.count > 4 ? [1] : [1, 2, 5]
    let all = exponents.flatMap { exponent in digits.map { $0 * pow(10, Double(exponent)) } }
      .filter { $0 >= low && $0 <= high }
    let step = max(1, (all.count + 9) / 10)
    return all.enumerated().filter { $0.offset % step == 0 }.map(\.element)
  }
}

/// Cells coloured by value; the value is written into a cell that has room for it.
///
/// On a category axis, cell `i` has the edges `i − 0.5` and `i + 0.5`.
public struct HeatLayer: Sendable {
  var xEdges: [Double]
  var yEdges: [Double]
  var values: [[Double]]
  /// The value that gets no colour when the sign of the difference matters; nil runs one colour
  /// from the smallest value to the largest.
  var midpoint: Double?
  /// What the values are, for the key; nil for none.
  public var label: String?
  var format: Axis.Format

  /// Coloured cells.
  public init(
    xEdges: [Double], yEdges: [Double], values: [[Double]], midpoint: Double? = nil,
    label: String? = nil, format: Axis.Format = .plain
  ) {
    self.xEdges = xEdges
    self.yEdges = yEdges
    self.values = values
    self.midpoint = midpoint
    self.label = label
    self.format = format
  }

  /// The format; plain numbers get equal decimals, enough for three digits of the largest.
  var roundedFormat: Axis.Format {
    guard case .plain = format, let extent else { return format }
    let largest = max(abs(extent.lowerBound), abs(extent.upperBound))
    if largest >= 1e4 || largest < 1e-3 { return .custom { NumberFormat.significant($0, 3) } }
    let decimals = max(0, 2 - NumberFormat.floorLog10(largest))
    return .custom { NumberFormat.fixed($0, decimals) }
  }

  var extent: ClosedRange<Double>? {
    let finite = values.joined().filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    return low...high
  }

  /// How strongly a value is coloured, 0.06 to 0.94, and whether it lies below the midpoint.
  func shade(_ value: Double) -> (opacity: Double, isBelow: Bool) {
    guard let extent else { return (0, false) }
    var place = 0.5
    if let midpoint {
      let reach = max(abs(extent.lowerBound - midpoint), abs(extent.upperBound - midpoint))
      place = reach > 0 ? abs(value - midpoint) / reach : 0
    } else if extent.upperBound > extent.lowerBound {
      place = (value - extent.lowerBound) / (extent.upperBound - extent.lowerBound)
    }
    return (0.06 + 0.88 * place, midpoint.map { value < $0 } ?? false)
  }
}

/// One bar of a ``BarLayer``.
public struct Bar: Sendable {
  /// Which place of the vertical category axis, counted from zero.
  var category: Int
  /// Where the bar ends, on the horizontal axis.
  public var value: Double
  /// Lower end of the whisker; nil for none.
  var low: Double?
  /// Upper end of the whisker; nil for none.
  var high: Double?
  /// Words after the bar, usually its value; nil for none.
  var text: String?

  /// A bar.
  public init(
    category: Int, value: Double, low: Double? = nil, high: Double? = nil, text: String? = nil
  ) {
    self.category = category
    self.value = value
    self.low = low
    self.high = high
    self.text = text
  }
}

/// Horizontal bars over a vertical category axis; several layers share each place side by side.
///
/// Bars start at zero, or at the low end of a log axis.
public struct BarLayer: Sendable {
  var bars: [Bar]
  var color: ChartColor
  /// Name in the key above the plot; nil for none.
  public var label: String?

  /// Horizontal bars.
  public init(_ bars: [Bar], color: ChartColor = .series(0), label: String? = nil) {
    self.bars = bars
    self.color = color
    self.label = label
  }
}
