/// Adjustments of p-values for testing several hypotheses at once.
public enum MultipleTesting {
  /// Holm's step-down adjustment (1979), which bounds the chance of any false rejection.
  ///
  /// Valid under any dependence. NaN values stay NaN and do not count as tests.
  /// - Returns: adjusted p-values in the order of the input.
  public static func holm(_ pValues: [Double]) -> [Double] {
    let order = ascending(pValues)
    var adjusted = pValues
    var running = 0.0
    for (rank, index) in order.enumerated() {
      running = max(running, min(1, Double(order.count - rank) * pValues[index]))
      adjusted[index] = running
    }
    return adjusted
  }

  /// The Benjamini–Hochberg step-up adjustment (1995), which bounds the false discovery rate.
  ///
  /// Valid for independent or positively dependent tests. NaN values stay NaN.
  /// - Returns: adjusted p-values in the order of the input.
  public static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
    let order = ascending(pValues)
    var adjusted = pValues
    var running = 1.0
    for (rank, index) in order.enumerated().reversed() {
      running = min(running, Double(order.count) / Double(rank + 1) * pValues[index])
      adjusted[index] = running
    }
    return adjusted
  }

  private static func ascending(_ pValues: [Double]) -> [Int] {
    pValues.indices.filter { !pValues[$0].isNaN }.sorted { pValues[$0] < pValues[$1] }
  }
}
