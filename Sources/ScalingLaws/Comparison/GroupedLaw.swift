/// One law fitted to a baseline and a treatment at once, with some parameters shared [42][149].
///
/// The table has one more column, `arm`: 0 for a run of the baseline, 1 for one of the treatment.
/// The parameters are the baseline's, then the treatment's own copies of the relaxed ones, named
/// `A_treatment` and so on, with the same domains and bounds.
public struct GroupedLaw<Base: Law>: LawOfGroups {
  /// The law that both arms follow.
  public let base: Base
  /// The positions of the parameters of which the treatment has its own copy, ascending.
  public let relaxed: [Int]
  /// Where the baseline's and the treatment's value of each parameter stand.
  public let places: [[Int]]

  /// Creates a law of two arms; `relaxed` names the parameters that may differ.
  ///
  /// - Throws: `FitError.unknownParameter`.
  public init(base: Base, relaxed: [String]) throws(FitError) {
    self.base = base
    self.relaxed = try Self.positions(of: relaxed, in: base).sorted()
    let count = base.parameters.count
    var slots = (0..<count).map { [$0, $0] }
    for (copy, index) in self.relaxed.enumerated() { slots[index][1] = count + copy }
    places = slots
  }

  /// The same law around the base law with another setting.
  public func around(_ base: Base) throws(FitError) -> GroupedLaw {
    try GroupedLaw(base: base, relaxed: relaxed.map { self.base.parameters[$0].name })
  }

  /// The base law's card with the column `arm` added.
  public var card: LawCard {
    var card = base.card
    card.title += ", baseline and treatment"
    card.columns.append(
      ColumnRequirement(
        "arm", unit: "", meaning: "0 for the baseline, 1 for the treatment", positive: false))
    return card
  }

  /// The base law's parameters, then the treatment's copies of the relaxed ones.
  public var parameters: [LawParameter] {
    let shared = base.parameters
    return shared
      + relaxed.map { index in
        var copy = shared[index]
        copy.name += "_treatment"
        return copy
      }
  }

  /// The same for both arms except for the amplitudes, which are solved for each.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    commonStarts(for: observations) { point in point + relaxed.map { point[$0] } }
  }
}

extension Law {
  /// The law around which two arms may be fitted with the named parameters relaxed [42][149].
  public func grouped(relaxing parameters: [String]) throws(FitError) -> any Law {
    try GroupedLaw(base: self, relaxed: parameters)
  }
}
