/// In which parameters a treatment may differ from its baseline, from nothing to everything.
///
/// An exponent alone is not in the list: which amplitude it leaves equal depends on the unit of
/// the scale, so that hypothesis would change its meaning with it.
public enum DifferenceHypothesis: String, Sendable, Hashable, CaseIterable {
  /// Both follow one law.
  case same
  /// The floor differs: the treatment changes what no scale removes.
  case floor
  /// The amplitudes differ: the treatment is worth a constant factor of scale.
  case amplitude
  case floorAndAmplitude
  /// Amplitudes and exponents differ over a shared floor.
  case amplitudeAndExponent
  /// Every parameter differs: two separate laws.
  case everything

  /// What the treatment changes, for a sentence.
  public var phrase: String {
    switch self {
    case .same: "nothing"
    case .floor: "the floor only"
    case .amplitude: "the amplitude only"
    case .floorAndAmplitude: "floor and amplitude, not the exponent"
    case .amplitudeAndExponent: "amplitude and exponent over a shared floor"
    case .everything: "every parameter of the law"
    }
  }
}

/// The part that a parameter plays in a law's response to scale.
public enum ParameterRole: String, Sendable, Hashable {
  /// An additive constant, the value at unlimited scale.
  case floor
  /// The size of a term that scale reduces, or the scale at which it is one.
  case amplitude
  /// The power of a scale.
  case exponent
  /// Anything else.
  case shape
}

extension Law {
  /// The role of each parameter, read from its declaration: a linear one whose term is the same in
  /// every row is a floor, another linear one an amplitude, and so is a positive one without
  /// bounds.
  public func roles(at observations: Observations) -> [ParameterRole] {
    let names = card.columns.map(\.name)
    let kernel = makeKernel()
    let count = observations.count
    let rows = Set([0, count / 3, count / 2, 2 * count / 3, count - 1]).filter { $0 >= 0 }
    let point = parameters.map { $0.isLinear ? 1 : $0.starts.first ?? 1 }
    func values(_ point: [Double]) -> [Double] {
      rows.map { row in
        let columns = names.map { observations.columns[$0]?[row] ?? .nan }
        let schedule = observations.scheduleOfRow[row]
        let segments = schedule < 0 ? [] : observations.schedules[schedule].segments
        return kernel.predictOne(point, columns, segments)
      }
    }
    return parameters.enumerated().map { index, parameter in
      if parameter.isLinear {
        var without = point
        without[index] = 0
        let term = zip(values(point), values(without)).map { $0 - $1 }
        let isConstant = term.allSatisfy { abs($0 - 1) <= 1e-9 }
        return isConstant ? .floor : .amplitude
      }
      guard parameter.domain == .positive else { return .shape }
      if parameter.bounds.upperBound >= 1e299 { return .amplitude }
      return parameter.bounds.lowerBound == LawParameter.exponent("").bounds.lowerBound
        ? .exponent : .shape
    }
  }

  /// The parameters that each hypothesis relaxes, by name; hypotheses that would relax the same
  /// are listed once, and held parameters are never relaxed.
  func hypotheses(
    at observations: Observations, held: Set<String>
  ) -> [(hypothesis: DifferenceHypothesis, relaxed: [String])] {
    let roles = roles(at: observations)
    func named(_ wanted: Set<ParameterRole>) -> [String] {
      parameters.indices.filter {
        wanted.contains(roles[$0]) && !held.contains(parameters[$0].name)
      }
      .map { parameters[$0].name }
    }
    let floors = named([.floor])
    let amplitudes = named([.amplitude])
    let exponents = named([.exponent])
    let every: [(DifferenceHypothesis, [String])] = [
      (.same, []), (.floor, floors), (.amplitude, amplitudes),
      (.floorAndAmplitude, floors.isEmpty || amplitudes.isEmpty ? [] : floors + amplitudes),
      (
        .amplitudeAndExponent,
        amplitudes.isEmpty || exponents.isEmpty ? [] : amplitudes + exponents
      ),
      (.everything, named([.floor, .amplitude, .exponent, .shape])),
    ]
    var seen: Set<Set<String>> = []
    var result: [(hypothesis: DifferenceHypothesis, relaxed: [String])] = []
    // From the end, so that two separate laws keep that name where fewer roles amount to it.
    for entry in [every[0]] + every.dropFirst().reversed() {
      if entry.0 != .same, entry.1.isEmpty { continue }
      if seen.insert(Set(entry.1)).inserted { result.append(entry) }
    }
    return result.sorted {
      ($0.relaxed.count, $0.hypothesis.order) < ($1.relaxed.count, $1.hypothesis.order)
    }
  }
}

extension DifferenceHypothesis {
  fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
