internal import Quantities
public import ScalingLaws

extension HiddenGroups {
  /// What the column hides, and how to fit its groups apart.
  public var sentence: String {
    "runs that the law takes for repeats differ by column \(column), which explains \(NumberFormat.percent(share, decimals: 0)) of their scatter: fit --by \(column) fits each apart"
  }
}
