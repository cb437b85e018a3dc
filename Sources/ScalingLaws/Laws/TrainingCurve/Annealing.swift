public import Cards
public import Optimization

/// Loss at every step of any learning-rate schedule, from two sums over the schedule [30].
///
/// L(s) = L0 + A·S1(s)^(−α) − C·S2(s). S1 is the sum of learning rates up to s and S2 the annealing
/// area, the sum of m with m(s) = λ·m(s−1) + η(s−1) − η(s). Both columns are derived by
/// ``Observations/addingScheduleAreas(for:warmup:)``.
public struct Annealing: Law {
  /// λ, how slowly a fall of the learning rate is forgotten.
  public var decay: Double

  /// Creates the law.
  public init(decay: Double = 0.999) { self.decay = decay }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "annealing", title: "Loss along training from the area under the learning rate",
      formula: "L0 + A/S1^alpha - C S2", citations: [.tissue2024],
      columns: [
        .learningRateArea,
        ColumnRequirement(
          "S2", unit: "learning rate × steps", meaning: "annealing area up to the step",
          positive: false),
      ],
      caution: "one size and one data set; count the warm-up at the peak rate")
  }

  /// L0, A, C, alpha.
  public var parameters: [LawParameter] {
    [
      .amplitude("L0", unit: "nats/token"), .amplitude("A"), .amplitude("C"),
      .exponent("alpha", starts: [0.1, 0.25, 0.4, 0.55, 0.8, 1.2]),
    ]
  }

  /// `lambda`, how slowly a fall of the learning rate is forgotten.
  public var settings: [CardOption] {
    [
      .number(
        "lambda", decay, in: NumberRange(0..<1),
        "memory of the annealing area, between 0 and 1; 0.99 to 0.9995 are usual")
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> Annealing {
    Annealing(decay: values.number("lambda"))
  }

  /// Both areas under the rate.
  public var scheduleReading: ScheduleReading { .areas(decay: decay) }

  /// L0 + A·S1^(−α) − C·S2.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * exp(-p[3] * x.log(0)) - p[2] * x[1]
  }
}
