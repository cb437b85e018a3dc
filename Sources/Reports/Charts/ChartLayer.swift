/// One thing drawn on a chart; layers are drawn in the order given, dots above all.
public enum ChartLayer: Sendable {
  /// Measured rows.
  case points(PointLayer)
  /// A curve.
  case line(LineLayer)
  /// An area between two curves, such as an interval.
  case band(BandLayer)
  /// A straight line across the plot at one value.
  case rule(RuleLayer)
  /// Lines of equal value of a grid.
  case contour(ContourLayer)
  /// Coloured cells of a grid.
  case heat(HeatLayer)
  /// Horizontal bars.
  case bars(BarLayer)
  /// Words at places of the plot.
  case text(TextLayer)
}

/// One measured row of a ``PointLayer``.
public struct ChartPoint: Sendable {
  /// Place on the horizontal axis.
  public var x: Double
  /// Place on the vertical axis.
  public var y: Double
  /// Lower end of the error bar, on the vertical axis; nil for none.
  var low: Double?
  /// Upper end of the error bar, on the vertical axis; nil for none.
  var high: Double?
  /// What a pointer resting on the point shows.
  public var title: String?
  /// Whether only the outline is drawn, as for rows held out of a fit.
  public var isHollow: Bool

  /// A measured row.
  public init(
    x: Double, y: Double, low: Double? = nil, high: Double? = nil, title: String? = nil,
    isHollow: Bool = false
  ) {
    self.x = x
    self.y = y
    self.low = low
    self.high = high
    self.title = title
    self.isHollow = isHollow
  }
}

/// Measured rows, drawn as dots.
///
/// Above 400 points the titles are left out of the drawing, to keep the page small.
public struct PointLayer: Sendable {
  var points: [ChartPoint]
  var color: ChartColor
  /// Radius in pixels; nil takes one that suits the number of points.
  var radius: Double?
  /// Name in the key above the plot; nil for none.
  public var label: String?

  /// Dots.
  public init(
    _ points: [ChartPoint], color: ChartColor = .series(0), radius: Double? = nil,
    label: String? = nil
  ) {
    self.points = points
    self.color = color
    self.radius = radius
    self.label = label
  }
}

/// A curve through points in the order given; a value that is not finite interrupts it.
public struct LineLayer: Sendable {
  var xs: [Double]
  /// Places on the vertical axis, as many as `xs`.
  var ys: [Double]
  var color: ChartColor
  /// Name written at the end of the line; nil for none.
  public var label: String?
  var isDashed: Bool
  /// Width in pixels.
  public var width: Double

  /// A curve. Surplus values of the longer array are ignored.
  public init(
    xs: [Double], ys: [Double], color: ChartColor = .series(0), label: String? = nil,
    isDashed: Bool = false, width: Double = 2
  ) {
    self.xs = xs
    self.ys = ys
    self.color = color
    self.label = label
    self.isDashed = isDashed
    self.width = width
  }
}

/// The area between two curves over the same places.
public struct BandLayer: Sendable {
  /// Places on the horizontal axis, ascending.
  var xs: [Double]
  /// Lower edge, as many values as `xs`.
  var low: [Double]
  /// Upper edge, as many values as `xs`.
  var high: [Double]
  var color: ChartColor
  /// Name in the key above the plot; nil for none.
  public var label: String?

  /// An area. Surplus values of the longer arrays are ignored.
  public init(
    xs: [Double], low: [Double], high: [Double], color: ChartColor = .series(0),
    label: String? = nil
  ) {
    self.xs = xs
    self.low = low
    self.high = high
    self.color = color
    self.label = label
  }
}

/// A straight line across the plot.
public struct RuleLayer: Sendable {
  /// Which way the line runs.
  public enum Orientation: Sendable, Hashable {
    /// Up and down, at a value of the horizontal axis.
    case vertical
    /// Left to right, at a value of the vertical axis.
    case horizontal
  }

  var orientation: Orientation
  /// Where it is.
  public var value: Double
  /// Words beside it; nil for none.
  public var label: String?
  var color: ChartColor
  var isDashed: Bool

  /// A straight line across the plot.
  public init(
    _ orientation: Orientation, at value: Double, label: String? = nil,
    color: ChartColor = .muted, isDashed: Bool = true
  ) {
    self.orientation = orientation
    self.value = value
    self.label = label
    self.color = color
    self.isDashed = isDashed
  }
}

/// Words at a place of the plot.
public struct TextLabel: Sendable {
  /// Place on the horizontal axis.
  public var x: Double
  /// Place on the vertical axis.
  public var y: Double
  var text: String

  /// Words at a place.
  public init(x: Double, y: Double, _ text: String) {
    self.x = x
    self.y = y
    self.text = text
  }
}

/// Words beside places of the plot: right, left, above or below, wherever there is room.
///
/// Words that would cover other words wherever they stand are left out.
public struct TextLayer: Sendable {
  var labels: [TextLabel]
  var color: ChartColor

  /// Words at places of the plot.
  public init(_ labels: [TextLabel], color: ChartColor = .ink) {
    self.labels = labels
    self.color = color
  }
}
