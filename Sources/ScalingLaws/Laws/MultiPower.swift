public import Optimization
internal import RealModule

/// Loss at every step of any learning-rate schedule, with a power law for each fall [L14].
///
/// L(t) = L0 + A·S1(t)^(−α) − B·Σ_k (η_{k−1} − η_k)·G(η_k^(−γ)·S_k(t)), G(x) = 1 − (C·x + 1)^(−β).
/// S1 is the sum of learning rates up to t including the warm-up, S_k the part from step k on. The
/// sum runs over the rises of the warm-up too, as in the authors' code. `S1` is derived by
/// ``Observations/addingScheduleAreas(decay:warmup:)`` without replacing the warm-up.
public struct MultiPower: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "multi-power", title: "Loss along training with a power law for each fall of the rate",
      formula: "L0 + A/S1^alpha - B sum_k drop_k (1 - (C rate_k^-gamma S_k + 1)^-beta)",
      citations: ["L14"], columns: [.learningRateArea],
      caution:
        "one size and one data set; a few curves barely identify C, beta and gamma: holding beta "
        + "and gamma at 0.5, where the authors start, predicted unseen schedules better")
  }

  /// L0, A, alpha, B, C, beta, gamma.
  public var parameters: [LawParameter] {
    [
      .amplitude("L0", unit: "nats/token"), .amplitude("A"),
      .exponent("alpha", starts: [0.5]), .amplitude("B"),
      .shape("C", bounds: 1e-6...1e6, starts: [0.3, 2]),
      .shape("beta", bounds: 0.01...20, starts: [0.5]),
      .shape("gamma", bounds: 1e-3...5, starts: [0.5, 1]),
    ]
  }

  /// L0 + A·S1^(−α) − B·Σ drop·G.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let (c, beta, gamma) = (p[4], p[5], p[6])
    let c0 = c.value[0]
    let beta0 = beta.value[0]
    let gamma0 = gamma.value[0]
    // The sum over hundreds of segments is differentiated by hand with respect to the three
    // parameters it depends on; the chain rule to the fitted ones follows in dual numbers.
    var sum = Lanes.zero
    var slopeC = Lanes.zero
    var slopeBeta = Lanes.zero
    var slopeGamma = Lanes.zero
    let latest = x[0].max()
    for index in 0..<x.segmentCount {
      let segment = x.segment(index)
      // Segments follow one another, so the first that begins after all rows ends the sum.
      if segment.areaBefore >= latest { break }
      var area = x[0] - segment.areaBefore
      area.replace(with: Lanes.zero, where: area .< Lanes.zero)
      // A rate of zero counts as the smallest number: its fall acts at once.
      let logRate = Double.log(max(segment.rate, 1e-300))
      let reach = area * Double.exp(-gamma0 * logRate)
      let base = reach * c0 + 1
      let logBase = Lanes.log(base)
      let power = Lanes.exp(-beta0 * logBase)
      sum += (1 - power) * segment.drop
      if K > 0 {
        let falling = power * segment.drop
        let steep = falling * beta0 * reach / base
        slopeC += steep
        slopeBeta += falling * logBase
        slopeGamma -= steep * (c0 * logRate)
      }
    }
    let gain =
      Dual<K>(constant: sum) + (c - c.value) * slopeC + (beta - beta.value) * slopeBeta
      + (gamma - gamma.value) * slopeGamma
    return p[0] + p[1] * exp(-p[2] * x.log(0)) - p[3] * gain
  }
}
