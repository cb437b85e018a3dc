public import Quantities
internal import ScalingLaws

/// Where an outcome is reached, in words.
public struct ReachText {
  private let column: String

  /// - Parameter column: the column of the scale that is asked for.
  public init(column: String) { self.column = column }

  /// "is reached at C = 1.2e21 [1.0e21, 1.5e21]", or what is known where no number is.
  public func text(_ value: Estimated) -> String {
    func number(_ x: Double) -> String {
      column == "C" ? NumberFormat.flops(x) : NumberFormat.scale(x)
    }
    guard value.value.isFinite else {
      if value.value.isNaN {
        switch (value.low.isFinite && value.low > 0, value.high.isFinite) {
        case (true, true):
          return
            "is reached somewhere from \(column) = \(number(value.low)) to \(number(value.high))"
        case (true, false): return "is reached at no less than \(column) = \(number(value.low))"
        case (false, true): return "is reached at no more than \(column) = \(number(value.high))"
        case (false, false): return "is reached at a \(column) that this table does not tell"
        }
      }
      return "is reached at no \(column): it lies beyond what the law can give"
    }
    guard !value.low.isNaN, !value.high.isNaN else {
      return "is reached at \(column) = \(number(value.value)), without an interval"
    }
    let high = value.high.isFinite ? number(value.high) : "no bound"
    return
      "is reached at \(column) = \(number(value.value)) [\(number(value.low)), \(high)]"
  }
}
