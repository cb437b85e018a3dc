import Foundation

/// A chart: two axes and layers, drawn as SVG without scripts.
///
/// Colours come from CSS variables, so that one drawing serves light, dark and print. Words are
/// text, in the reader's sans-serif font. Everything drawn is clipped to the plot area; dots whose centre is outside are left out.
public struct Chart: Sendable {
  /// For which width of page a chart is laid out.
  public enum Layout: Sendable, Hashable, CaseIterable {
    /// 760 pixels wide; for screens and paper.
    case wide
    /// 360 pixels wide, with the same font size; for phones.
    case narrow
  }

  /// What the chart shows.
  public var title: String
  /// How it was made, in one line; becomes the description for screen readers.
  public var method: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  var layers: [ChartLayer]

  /// A chart.
  public init(title: String, method: String = "", x: Axis, y: Axis, layers: [ChartLayer] = []) {
    self.title = title
    self.method = method
    self.x = x
    self.y = y
    self.layers = layers
  }

  /// The chart as a file of its own: SVG with its style sheet and its title.
  public func svg(_ layout: Layout = .wide) -> String {
    ChartRenderer(chart: self, layout: layout, isStandalone: true).svg()
  }

  /// The chart as part of a page that brings ``styleSheet`` and shows the title elsewhere.
  public func inlineSVG(_ layout: Layout) -> String {
    ChartRenderer(chart: self, layout: layout, isStandalone: false).svg()
  }

  /// The style sheet that ``inlineSVG(_:)`` needs: colours for light, dark and print.
  public static var styleSheet: String { ChartStyle.page }

  // MARK: Extents

  /// Both ends, with a share of the width kept free after the longest bar for its words.
  func xDomain(room: Double = 0) -> ClosedRange<Double> {
    var values: [Double] = []
    var tight: [Double] = []
    var hasBars = false
    for layer in layers {
      switch layer {
      case .points(let layer): values += layer.points.filter { drawable($0.y, y) }.map(\.x)
      case .line(let layer):
        values += zip(layer.xs, layer.ys).filter { drawable($1, y) }.map(\.0)
      case .band(let layer): values += layer.xs
      case .rule(let layer): if layer.orientation == .vertical { values.append(layer.value) }
      case .contour(let layer): tight += layer.xs
      case .heat(let layer): tight += layer.xEdges
      case .bars(let layer):
        hasBars = true
        values += layer.bars.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }
      case .text(let layer): values += layer.labels.map(\.x)
      }
    }
    let domain = x.resolvedDomain(values, tight: tight, includesZero: hasBars)
    guard x.domain == nil, room > 0, !x.isCategory else { return domain }
    let stretch = 1 / (1 - min(0.6, room))
    let (low, high) = (domain.lowerBound, domain.upperBound)
    return x.isLogarithmic
      ? low...(low * pow(high / low, stretch)) : low...(low + (high - low) * stretch)
  }

  func yDomain() -> ClosedRange<Double> {
    var values: [Double] = []
    var tight: [Double] = []
    for layer in layers {
      switch layer {
      case .points(let layer):
        for point in layer.points where drawable(point.x, x) {
          values += [point.y, point.low ?? point.y, point.high ?? point.y]
        }
      case .line(let layer):
        values += zip(layer.xs, layer.ys).filter { drawable($0.0, x) }.map(\.1)
      case .band(let layer): values += layer.low + layer.high
      case .rule(let layer): if layer.orientation == .horizontal { values.append(layer.value) }
      case .contour(let layer): tight += layer.ys
      case .heat(let layer): tight += layer.yEdges
      case .bars: break
      case .text(let layer): values += layer.labels.map(\.y)
      }
    }
    return y.resolvedDomain(values, tight: tight)
  }

  /// Whether a value has a place on an axis whose ends are taken from the data, and lies within
  /// those that are given.
  private func drawable(_ value: Double, _ axis: Axis) -> Bool {
    guard value.isFinite, !axis.isLogarithmic || value > 0 else { return false }
    return axis.domain?.contains(value) ?? true
  }
}
