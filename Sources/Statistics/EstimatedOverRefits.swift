public import Quantities

extension Estimated {
  /// A number with the interval of its values over refits, a share `tail` of which lies below it
  /// and above it; no interval without refits.
  ///
  /// Infinite values are kept at the ends they stand for; NaN is left out.
  public init(value: Double, over refits: [Double], tail: Double) {
    let sorted = refits.filter { !$0.isNaN }.sorted()
    self.init(value: value)
    guard !sorted.isEmpty else { return }
    low = quantile(sorted: sorted, tail)
    high = quantile(sorted: sorted, 1 - tail)
  }
}
