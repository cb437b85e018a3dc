internal import Quantities

extension FittedLaw {
  /// A forecast that gives a bound only where the size asked for was never varied.
  ///
  /// A fit of mixtures at one size does not know by how much a larger model or a longer training
  /// lies below. The interval then reaches from zero to the upper end of the fitted size (from its
  /// lower end to infinity for a smaller one), and the sentence says so.
  public func boundedForecast(
    at columns: [String: Double], seed: UInt64 = 0
  ) throws(FitError) -> Forecast {
    let unmeasured = law.shareColumns.isEmpty ? [] : self.unmeasured(columns)
    guard !unmeasured.isEmpty else { return try forecast(at: columns, seed: seed) }
    let names = unmeasured.map(\.column)
    // The forecast of the fitted size, which is then opened towards the side asked for.
    var forecast = try forecast(
      at: columns.filter { !["N", "D", "C"].contains($0.key) || read.contains($0.key) }, seed: seed)
    forecast.columns = columns
    forecast.reach += unmeasured
    let isLarger = unmeasured.contains { $0.value > $0.high }
    let isSmaller = unmeasured.contains { $0.value < $0.low }
    func bounded(_ x: Estimated) -> Estimated {
      Estimated(
        value: x.value, low: isLarger ? 0 : x.low, high: isSmaller ? .infinity : x.high)
    }
    forecast.law = bounded(forecast.law)
    forecast.run = bounded(forecast.run)
    let list = names.joined(separator: " and ")
    forecast.sentence =
      forecast.describe(place: law.card.columns.map(\.name) + names.filter { !read.contains($0) })
      + " \(list) \(names.count == 1 ? "was" : "were") not varied in the fitted mixtures, so the law ranks mixtures here and does not know their \(forecast.response): only a bound is given (fit mixtures of several sizes for more)."
    return forecast
  }

  private var read: Set<String> { Set(law.card.columns.map(\.name)) }

  /// The sizes that are asked for outside the fitted table and that the law does not read.
  private func unmeasured(_ columns: [String: Double]) -> [Reach] {
    ["N", "D"].compactMap { name in
      guard let value = columns[name], let range = ranges[name], !read.contains(name) else {
        return nil
      }
      let reach = Reach(column: name, value: value, range: range)
      return reach.factor < 1.02 ? nil : reach
    }
  }
}
