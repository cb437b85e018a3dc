/// The character before the fraction of a number.
public enum DecimalMark: String, Sendable, CaseIterable {
  /// `2,345` is between two and three; points separate thousands.
  case comma
  /// `2,345` is more than two thousand; commas separate thousands.
  case point
}
