internal import Cards

extension ColumnRequirement {
  /// The requirement of a law of one size, whichever column the user calls the size: `N`, `D` or
  /// `C`, whose units are known, or any other.
  public static func scale(_ name: String) -> ColumnRequirement {
    switch name {
    case "N": return .parameters
    case "D": return .tokens
    case "C": return .compute
    case "step":
      return ColumnRequirement("step", unit: "steps", meaning: "optimiser steps")
    default:
      return ColumnRequirement(name, unit: "", meaning: "the size that the law extrapolates in")
    }
  }
}

extension CardOption {
  /// The setting `x` of a law of one size: the column that it reads.
  static func scale(_ column: String) -> CardOption {
    .column("x", column, "the column of size: N, D, C or any other")
  }
}
