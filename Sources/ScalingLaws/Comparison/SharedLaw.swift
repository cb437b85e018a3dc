/// One law fitted to several groups of runs at once, with some parameters shared.
///
/// The table has one more column, `group`: 0, 1, … A parameter that is not shared stands once for
/// each group, named `A[c4]` and so on. For a baseline and a treatment see ``GroupedLaw``.
public struct SharedLaw<Base: Law>: LawOfGroups {
  /// The law that every group follows.
  public let base: Base
  /// The names of the groups.
  public let groups: [String]
  /// The positions of the parameters that all groups share.
  public let shared: Set<Int>
  /// Further starting points, such as those of fits made apart.
  var extraStarts: [[Double]] = []
  /// Where the value of each parameter stands for each group.
  public let places: [[Int]]

  /// Creates a law of the named groups; `shared` names the parameters that all share.
  ///
  /// - Throws: `FitError.unknownParameter`.
  public init(base: Base, groups: [String], shared: [String]) throws(FitError) {
    self.base = base
    self.groups = groups
    let positions = try Self.positions(of: shared, in: base)
    self.shared = positions
    var next = 0
    places = base.parameters.indices.map { index in
      let width = positions.contains(index) ? 1 : groups.count
      defer { next += width }
      return groups.indices.map { next + min($0, width - 1) }
    }
  }

  /// The same law around the base law with another setting.
  public func around(_ base: Base) throws(FitError) -> SharedLaw {
    let names = self.base.parameters.map(\.name)
    return try SharedLaw(base: base, groups: groups, shared: shared.sorted().map { names[$0] })
  }

  /// The base law's card with the column `group` added.
  public var card: LawCard {
    var card = base.card
    card.title += ", \(groups.count) groups"
    card.columns.append(
      ColumnRequirement(
        "group", unit: "", meaning: "the number of the group, from 0", positive: false))
    return card
  }

  /// The base law's parameters; those that are not shared once for each group.
  public var parameters: [LawParameter] {
    base.parameters.enumerated().flatMap { index, parameter -> [LawParameter] in
      if shared.contains(index) { return [parameter] }
      return groups.map { group in
        var own = parameter
        own.name = "\(parameter.name)[\(group)]"
        return own
      }
    }
  }

  /// A point of this law from the base law's parameters of each group; shared ones are averaged.
  func point(from apart: [[Double]]) -> [Double] {
    var result = [Double](repeating: 0, count: parameters.count)
    for (index, own) in places.enumerated() {
      let values = apart.map { $0[index] }
      if shared.contains(index) {
        result[own[0]] = values.reduce(0, +) / Double(values.count)
      } else {
        for (group, place) in own.enumerated() { result[place] = values[group] }
      }
    }
    return result
  }

  /// Those given, then the same for each group except for the amplitudes, which are solved for each.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    commonStarts(for: observations) { point in self.point(from: groups.map { _ in point }) }
      .map { extraStarts + $0 }
  }
}
