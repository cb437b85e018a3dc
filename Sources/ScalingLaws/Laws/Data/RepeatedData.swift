public import Optimization
internal import RealModule

/// A repeated share of the data acts like fewer parameters [135].
///
/// The source prints no closed form. This one is ours: ln(N/N_eff) = depth · share · exp(−(ln
/// repeats − ln peak)²/(2·width²)), because the damage is greatest at an intermediate number of
/// repeats.
public struct RepeatedShareScale: EffectiveScale {
  /// depth, peak, width.
  public var parameters: [LawParameter] {
    [
      .shape("depth", bounds: 1e-6...1e4, starts: [1, 5, 20]),
      .shape("peak", unit: "repeats", bounds: 1e-2...1e9, starts: [10, 100, 1000, 1e4]),
      .shape("width", bounds: 0.05...20, starts: [0.7, 1.5, 3]),
    ]
  }
  /// How often the repeated part is seen and its share of the training data.
  public var columns: [ColumnRequirement] {
    [
      ColumnRequirement(
        "repeats", unit: "passes", meaning: "times that the repeated part is seen"),
      ColumnRequirement(
        "repeated_share", unit: "fraction", meaning: "share of training tokens that is repeated",
        positive: false),
    ]
  }
  /// ln N minus the bump.
  public func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>) {
    let distance = (x.log(first) - log(p[1])) / p[2]
    let bump = exp(distance * distance * -0.5)
    return (logN - p[0] * bump * x[first + 1], logD)
  }
}

/// The descriptive law of a repeated share [135]: ``SizeSurface`` with ``RepeatedShareScale``.
public typealias RepeatedData = EffectiveLaw<SizeSurface, RepeatedShareScale>

extension EffectiveLaw where Surface == SizeSurface, Scale == RepeatedShareScale {
  /// Creates the descriptive law of a repeated share.
  public init() {
    self.init(
      surface: SizeSurface(), scale: RepeatedShareScale(),
      card: LawCard(
        name: "repeated-data", title: "A repeated share of the data acts like fewer parameters",
        formula:
          "E + A/N_eff^alpha, ln(N/N_eff) = depth share exp(-(ln repeats - ln peak)^2/(2 width^2))",
        citations: [.hernandez2022], columns: [],
        caution:
          "the source prints no closed form; the bump in ln repeats is ours and only describes; "
          + "include control runs with share 0, and keep the tokens equal"))
  }
}
