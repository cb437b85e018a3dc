public import Optimization

/// One law fitted to several groups of runs at once, with some parameters shared.
///
/// The table has one more column, `group`: 0, 1, … The parameters are those of the base law in its
/// order; one that is not shared stands once for each group, named `A[c4]` and so on. For two arms,
/// of which one is the baseline, see ``GroupedLaw``.
public struct SharedLaw<Base: Law>: Law {
  /// The law that every group follows.
  public let base: Base
  /// The names of the groups.
  public let groups: [String]
  /// The positions of the parameters that all groups share.
  public let shared: Set<Int>
  /// Further starting points, such as those of fits made apart.
  var extraStarts: [[Double]] = []
  /// Where the value of each base parameter of each group stands.
  private let slots: [[Int]]

  /// Creates a law of several groups.
  ///
  /// - Parameters:
  ///   - base: the law that every group follows.
  ///   - groups: the names of the groups.
  ///   - shared: the names of the parameters that all share; unknown names are refused.
  public init(base: Base, groups: [String], shared: [String]) throws(FitError) {
    var positions: Set<Int> = []
    for name in shared {
      guard let index = base.index(of: name) else {
        throw .unknownParameter(law: base.name, name: name, known: base.parameters.map(\.name))
      }
      positions.insert(index)
    }
    self.base = base
    self.groups = groups
    self.shared = positions
    var next = 0
    var found: [[Int]] = []
    for index in base.parameters.indices {
      if positions.contains(index) {
        found.append([Int](repeating: next, count: groups.count))
        next += 1
      } else {
        found.append(Array(next..<(next + groups.count)))
        next += groups.count
      }
    }
    slots = found
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

  /// The parameters of the base law that one group follows.
  public func basePoint(_ point: [Double], group: Int) -> [Double] {
    slots.map { point[$0[group]] }
  }

  /// A point of this law from the base law's parameters of each group; shared ones are averaged.
  func point(from apart: [[Double]]) -> [Double] {
    var result = [Double](repeating: 0, count: parameters.count)
    for (index, places) in slots.enumerated() {
      let values = apart.map { $0[index] }
      if shared.contains(index) {
        result[places[0]] = values.reduce(0, +) / Double(values.count)
      } else {
        for (group, place) in places.enumerated() { result[place] = values[group] }
      }
    }
    return result
  }

  /// The base law's prediction with the parameters of each row's group.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let number = x[x.count - 1]
    return withUnsafeTemporaryAllocation(of: Dual<K>.self, capacity: slots.count) { buffer in
      for (index, places) in slots.enumerated() {
        var value = p[places[0]]
        if !shared.contains(index) {
          value = value * indicator(number, 0)
          for group in groups.indices.dropFirst() {
            value = value + p[places[group]] * indicator(number, group)
          }
        }
        buffer.initializeElement(at: index, to: value)
      }
      return base.predict(UnsafeBufferPointer(buffer).span, x)
    }
  }

  private func indicator(_ number: Lanes, _ group: Int) -> Lanes {
    Lanes(repeating: 1).replacing(
      with: Lanes.zero, where: number .!= Lanes(repeating: Double(group)))
  }

  /// The base law's starting points for all rows together, the same for each group except for the
  /// amplitudes, which are solved for each, and those given.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    guard
      let fitter = try? Fitter(law: base, observations: observations, options: FitOptions())
    else { return nil }
    let points = fitter.startingPoints().map { point in
      self.point(from: groups.map { _ in point })
    }
    let ownStarts = base.startingPoints(for: observations) != nil
    return extraStarts
      + (ownStarts ? points : solvingAmplitudes(in: points, for: observations))
  }

  /// Refuses settings: they are chosen on the base law.
  public func setting(_ name: String, to value: String) throws(FitError) -> any Law {
    guard let changed = try base.setting(name, to: value) as? Base else {
      throw .unknownSetting(law: self.name, name: name, known: [])
    }
    let names = base.parameters.map(\.name)
    return try SharedLaw(base: changed, groups: groups, shared: shared.sorted().map { names[$0] })
  }

  /// The settings of the base law.
  public var settings: [LawSetting] { base.settings }

  /// One evaluation of the base law's compiled formula a group, of which each row takes its own.
  public func makeKernel() -> LawKernel { LawKernel(groups: self) }

  /// Where the value of each base parameter of a group stands.
  func places(of group: Int) -> [Int] { slots.map { $0[group] } }
}

extension LawKernel {
  /// Compiles a law of several groups from the compiled base law.
  init<Base: Law>(groups law: SharedLaw<Base>) {
    let base = law.base.makeKernel()
    let places = law.groups.indices.map { law.places(of: $0) }
    predict = { table, point, predictions in
      var own = predictions
      for group in places.indices {
        base.predict(table, law.basePoint(point, group: group), &own)
        for block in 0..<table.blockCount {
          predictions[block].replace(with: own[block], where: table.isGroup(group, block))
        }
      }
    }
    differentiate = { table, point, free, predictions, derivatives in
      let blocks = table.blockCount
      for position in 0..<(free.count * blocks) { derivatives[position] = .zero }
      var own = predictions
      for group in places.indices {
        // A base parameter is differentiated in a group if its value there is free.
        let wanted = places[group].enumerated().compactMap { index, place in
          free.firstIndex(of: place).map { (slot: $0, index: index) }
        }
        var columns = [Lanes](repeating: .zero, count: blocks * max(wanted.count, 1))
        base.differentiate(
          table, law.basePoint(point, group: group), wanted.map(\.index), &own, &columns)
        for block in 0..<blocks {
          let mask = table.isGroup(group, block)
          predictions[block].replace(with: own[block], where: mask)
          for (column, entry) in wanted.enumerated() {
            derivatives[entry.slot * blocks + block].replace(
              with: columns[column * blocks + block], where: mask)
          }
        }
      }
    }
    predictOne = { point, columns, segments in
      let group = Int(columns[columns.count - 1])
      return base.predictOne(law.basePoint(point, group: group), columns, segments)
    }
  }
}

extension LaneTable {
  /// Which lanes of a block belong to a group: the last column is `group`.
  @inline(__always)
  func isGroup(_ group: Int, _ block: Int) -> SIMDMask<SIMD8<Int64>> {
    values[block * columnCount + columnCount - 1] .== Lanes(repeating: Double(group))
  }
}
