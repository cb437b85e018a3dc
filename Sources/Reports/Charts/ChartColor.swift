/// What colour a layer has; the theme decides how it looks in light, dark and print.
public enum ChartColor: Sendable, Hashable {
  /// One of eight colours told apart by readers with any colour vision (after Okabe and Ito).
  ///
  /// Counted from zero; the ninth series starts over.
  case series(Int)
  /// A place on a sequential ramp, 0 to 1; for series that are ordered, such as compute budgets.
  case ramp(Double)
  /// The colour of text.
  case ink
  /// A grey that recedes.
  case muted

  var cssClass: String {
    switch self {
    case .series(let index): "s\(((index % 8) + 8) % 8 + 1)"
    case .ramp(let place):
      "r\(place.isFinite ? Int((min(1, max(0, place)) * 8).rounded()) : 0)"
    case .ink: "ink"
    case .muted: "muted"
    }
  }
}
