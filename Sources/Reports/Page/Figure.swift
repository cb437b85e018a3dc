/// A chart on a page, with what a reader needs to judge and to reuse it.
public struct Figure: Sendable {
  var name: String
  var chart: Chart
  var caption: String
  /// How it was made, in one line.
  public var method: String
  var data: FigureData

  /// A figure.
  /// - Parameters:
  ///   - chart: The chart; its title heads the figure.
  ///   - caption: What there is to see.
  ///   - method: How it was made, in one line; nil takes the method of the chart.
  ///   - name: File name of the numbers without ending; nil derives it from the title.
  ///   - data: The numbers; nil takes everything the chart draws.
  public init(
    _ chart: Chart, caption: String = "", method: String? = nil, name: String? = nil,
    data: FigureData? = nil
  ) {
    self.chart = chart
    self.caption = caption
    self.method = method ?? chart.method
    self.name = MarkupText.slug(name ?? chart.title)
    self.data = data ?? chart.data()
  }
}
