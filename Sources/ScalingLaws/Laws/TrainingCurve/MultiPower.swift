public import Optimization
internal import RealModule

/// Loss at every step of any learning-rate schedule, with a power law for each fall [L14].
///
/// L(t) = L0 + A·S1(t)^(−α) − B·Σ_k (η_{k−1} − η_k)·G(η_k^(−γ)·S_k(t)), G(x) = 1 − (C·x + 1)^(−β).
/// S1 is the sum of learning rates up to t including the warm-up, S_k the part from step k on. The
/// sum runs over the rises of the warm-up too, as in the authors' code. `S1` is derived by
/// ``Observations/addingScheduleAreas(for:warmup:)``, which leaves the warm-up as it is.
public struct MultiPower: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "multi-power", title: "Loss along training with a power law for each fall of the rate",
      formula: "L0 + A/S1^alpha - B sum_k drop_k (1 - (C rate_k^-gamma S_k + 1)^-beta)",
      citations: [.luo2025], columns: [.learningRateArea],
      caution:
        "one size and one data set; a few curves barely identify C, beta and gamma: holding beta "
        + "and gamma at 0.5, where the authors start, predicted unseen schedules better")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

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

  /// Every row sums over the changes of the rate before it.
  public var scheduleReading: ScheduleReading { .changes }

  /// L0 + A·S1^(−α) − B·Σ drop·G.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let (c, beta, gamma) = (p[4], p[5], p[6])
    // The sum over dozens of terms is differentiated by hand with respect to the three parameters
    // it depends on; the chain rule to the fitted ones follows in dual numbers.
    var sum = FallSum(c: c.value[0], beta: beta.value[0], gamma: gamma.value[0])
    if let groups = x.groups, let starts = x.groupStarts {
      var rows = sum
      for lane in 0..<8 {
        var row = sum
        for index in starts[lane]..<starts[lane + 1] {
          let group = groups[index]
          let reach = group.distance * Lanes.exp(group.logRate * -sum.gamma)
          row.add(
            drop: group.drop, reach: reach, logRate: group.logRate, differentiating: K > 0)
        }
        rows.value[lane] = row.value.sum()
        if K > 0 {
          rows.slopeC[lane] = row.slopeC.sum()
          rows.slopeBeta[lane] = row.slopeBeta.sum()
          rows.slopeGamma[lane] = row.slopeGamma.sum()
        }
      }
      sum = rows
    } else {
      let latest = x[0].max()
      for index in 0..<x.segmentCount {
        let segment = x.segment(index)
        // Segments follow one another, so the first that begins after all rows ends the sum.
        if segment.areaBefore >= latest { break }
        var area = x[0] - segment.areaBefore
        area.replace(with: Lanes.zero, where: area .< Lanes.zero)
        sum.add(
          drop: Lanes(repeating: segment.drop),
          reach: area * Double.exp(-sum.gamma * segment.logRate),
          logRate: Lanes(repeating: segment.logRate), differentiating: K > 0)
      }
    }
    let gain =
      Dual<K>(constant: sum.value) + (c - c.value) * sum.slopeC
      + (beta - beta.value) * sum.slopeBeta + (gamma - gamma.value) * sum.slopeGamma
    return p[0] + p[1] * exp(-p[2] * x.log(0)) - p[3] * gain
  }

  /// Σ drop·G and its derivatives with respect to C, beta and gamma.
  private struct FallSum {
    let c: Double
    let beta: Double
    let gamma: Double
    var value = Lanes.zero
    var slopeC = Lanes.zero
    var slopeBeta = Lanes.zero
    var slopeGamma = Lanes.zero

    init(c: Double, beta: Double, gamma: Double) {
      self.c = c
      self.beta = beta
      self.gamma = gamma
    }

    /// Adds falls whose G has the argument C·reach, reach = rate^(−gamma)·S.
    @inline(__always)
    mutating func add(drop: Lanes, reach: Lanes, logRate: Lanes, differentiating: Bool) {
      let base = reach * c + 1
      let logBase = Lanes.log(base)
      let power = Lanes.exp(logBase * -beta)
      value += (1 - power) * drop
      if differentiating {
        let falling = power * drop
        let steep = falling * beta * reach / base
        slopeC += steep
        slopeBeta += falling * logBase
        slopeGamma -= steep * logRate * c
      }
    }
  }
}
