public import Cards
public import Optimization
internal import RealModule
internal import Statistics

/// The loss on one target by the shares of the domains in the training mixture [L17][134].
///
/// L = c + m(w), with m one of ``MixtureForm``. Where runs of several sizes or lengths are given,
/// A·(N/10⁸)^(−α) and B·(D/10¹⁰)^(−β) are added and m is multiplied by (N/10⁸)^(−κ_N) and
/// (D/10¹⁰)^(−κ_D). Since the shares add up to 1, m has no factor of its own: a constant added to
/// all t_j is one.
public struct MixtureLaw: Law {
  /// The sizes that the law reads beside the shares.
  public enum Scale: String, Sendable, Hashable, CaseIterable {
    case none
    case size = "N"
    case tokens = "D"
    case both = "N+D"

    /// The columns, in the law's order.
    public var columns: [String] {
      switch self {
      case .none: []
      case .size: ["N"]
      case .tokens: ["D"]
      case .both: ["N", "D"]
      }
    }
  }

  /// The size and the length at which A and B are the excess of loss.
  static let references = ["N": 1e8, "D": 1e10]

  /// The columns of the shares.
  public let domains: [String]
  /// How the loss depends on the shares.
  public let form: MixtureForm
  /// The sizes that the law reads.
  public let scale: Scale

  /// Creates the law for the given columns of shares.
  public init(
    domains: [String] = ["share_1", "share_2", "share_3"], form: MixtureForm = .logLinear,
    scale: Scale = .none
  ) {
    self.domains = domains
    self.form = form
    self.scale = scale
  }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let shrinking = scale.columns.map { "(\($0)/\(Self.unit($0)))^-kappa_\($0)" }
    let excess = scale.columns.map {
      "\($0 == "N" ? "A" : "B") (\($0)/\(Self.unit($0)))^-\($0 == "N" ? "alpha" : "beta")"
    }
    let mixture = ([form.formula] + shrinking).joined(separator: " ")
    return LawCard(
      name: "mixture", title: "Loss by the mixture of training domains",
      formula: (["c"] + excess + [mixture]).joined(separator: " + ")
        + ", shares w_j: \(domains.joined(separator: ", "))",
      citations: [.ye2024, .liu2024],
      columns: domains.map {
        ColumnRequirement(
          $0, unit: "fraction", meaning: "share of the training tokens", positive: false)
      } + scale.columns.map { $0 == "N" ? .parameters : .tokens },
      objective: .squaredLog,
      caution: scale == .none ? "the law holds at one size and length of training" : "")
  }

  /// The law itself where it is one of mixtures.
  public init?(_ law: any Law) {
    guard let mixture = law as? MixtureLaw else { return nil }
    self = mixture
  }

  /// The domains.
  public var shareColumns: [String] { domains }

  private static func unit(_ column: String) -> String { column == "N" ? "1e8" : "1e10" }
  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// c, those of the form, then for each size its amplitude, its exponent and κ.
  public var parameters: [LawParameter] {
    [.amplitude("c", unit: "nats/token")] + form.parameters(domains)
      + scale.columns.flatMap { column -> [LawParameter] in
        [
          .amplitude(column == "N" ? "A" : "B", unit: "nats/token"),
          .exponent(column == "N" ? "alpha" : "beta", upper: 2),
          .shape("kappa_\(column)", domain: .real, bounds: -1...1, starts: [0]),
        ]
      }
  }

  /// `domains`, `form` and `scale`.
  public var settings: [CardOption] {
    [
      .columns("domains", domains, "the columns of the shares, separated by commas"),
      .choice(
        "form", form,
        "log-linear, reciprocal or power-exponential; without it allometry fit ranks all of them"),
      .choice(
        "scale", scale, "none, N, D or N+D; without it allometry fit takes those that vary"),
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> MixtureLaw {
    // A name with a comma in it would not survive the way through the setting's text.
    let isSame = values.word("domains") == domains.joined(separator: ",")
    return MixtureLaw(
      domains: isSame ? domains : values.names("domains"), form: values.choice("form"),
      scale: values.choice("scale"))
  }

  /// c + A·(N/10⁸)^(−α) + B·(D/10¹⁰)^(−β) + m(w)·(N/10⁸)^(−κ_N)·(D/10¹⁰)^(−κ_D).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    var mixture = form.predict(p, from: 1, x, domains: domains.count)
    guard scale != .none else { return p[0] + mixture }
    var floor = p[0]
    var next = 1 + form.parameterCount(domains.count)
    for (position, column) in scale.columns.enumerated() {
      let logarithm =
        x.log(domains.count + position) - Double.log(Self.references[column] ?? 1)
      floor = floor + p[next] * exp(-p[next + 1] * logarithm)
      mixture = mixture * exp(-p[next + 2] * logarithm)
      next += 3
    }
    return floor + mixture
  }

  /// For several floors below the smallest loss, what the form needs to reach the rest.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let shares = domains.map { observations.column($0) }
    let sizes = sizeStarts(for: observations)
    var rest = observations.response
    for (column, start) in zip(scale.columns, sizes) {
      for (row, value) in observations.column(column).enumerated() {
        rest[row] -=
          start.amplitude
          * Double.pow(value / (Self.references[column] ?? 1), -start.exponent)
      }
    }
    let smallest = max(rest.filter(\.isFinite).min() ?? 1, 1e-9)
    var tail: [Double] = []
    for start in sizes { tail += [max(start.amplitude, 1e-6), start.exponent, 0] }
    return [1e-3, 0.3, 0.6, 0.8, 0.9, 0.97].flatMap { part -> [[Double]] in
      let floor = max(part * smallest, 1e-12)
      let target = rest.map { max($0 - floor, 1e-6) }
      return form.starts(shares: shares, target: target).map { [floor] + $0 + tail }
    }
  }

  /// An amplitude and an exponent for each size, from the medians of the loss at each of its values.
  private func sizeStarts(
    for observations: Observations
  ) -> [(amplitude: Double, exponent: Double)] {
    scale.columns.map { column in
      let values = observations.column(column)
      var groups: [Double: [Double]] = [:]
      for (value, loss) in zip(values, observations.response) {
        groups[value, default: []].append(loss)
      }
      let exponent = 0.2
      let levels = groups.keys.sorted()
      let terms = levels.map { Double.pow($0 / (Self.references[column] ?? 1), -exponent) }
      let slope = nonnegativeLeastSquares(
        columns: [terms, terms.map { _ in 1 }], target: levels.map { median(groups[$0] ?? []) },
        nonnegative: [true, true])
      // Both sizes would claim the same fall of the loss; half each leaves the minimiser the rest.
      let share = scale == .both ? 0.5 : 1
      return (share * (slope?[0] ?? 0), exponent)
    }
  }

  /// The prediction and its derivatives with respect to the shares w, in the order of `domains`, at
  /// the sizes N and D that the law reads, in its order.
  public func loss(
    _ point: [Double], of shares: [Double], sizes: [Double] = []
  ) -> (value: Double, slopes: [Double]) {
    let count = form.parameterCount(domains.count)
    let mixture = form.value(point[1..<1 + count], at: shares)
    let (floor, factor) = sizeTerms(point, sizes)
    return (floor + factor * mixture.value, mixture.slopes.map { factor * $0 })
  }

  func lossValue(_ point: [Double], of shares: [Double], sizes: [Double]) -> Double {
    let count = form.parameterCount(domains.count)
    let (floor, factor) = sizeTerms(point, sizes)
    return floor + factor * form.plainValue(point[1..<1 + count], at: shares)
  }

  /// What the sizes make of the floor, and the factor of m(w).
  private func sizeTerms(_ point: [Double], _ sizes: [Double]) -> (floor: Double, factor: Double) {
    let count = form.parameterCount(domains.count)
    var (floor, factor) = (point[0], 1.0)
    for (position, column) in scale.columns.enumerated() {
      let ratio = sizes[position] / (Self.references[column] ?? 1)
      let next = 1 + count + 3 * position
      floor += point[next] * Double.pow(ratio, -point[next + 1])
      factor *= Double.pow(ratio, -point[next + 2])
    }
    return (floor, factor)
  }
}
