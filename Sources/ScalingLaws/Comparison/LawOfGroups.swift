public import Cards
public import Optimization

/// One law fitted to several groups of rows at once, some of its parameters shared.
///
/// The last column is the number of a row's group, from 0.
public protocol LawOfGroups: Law {
  associatedtype Base: Law
  /// The law that every group follows.
  var base: Base { get }
  /// Where the value of each parameter of the base law stands for each group:
  /// `places[parameter][group]`.
  var places: [[Int]] { get }
  /// The same law around the base law with another setting.
  func around(_ base: Base) throws(FitError) -> Self
}

extension LawOfGroups {
  /// The parameters of the base law that one group follows.
  public func basePoint(_ point: [Double], group: Int) -> [Double] {
    places.map { point[$0[group]] }
  }

  /// The settings of the base law.
  public var settings: [CardOption] { base.settings }

  /// The same around the base law with these settings.
  public func configured(_ values: OptionValues) throws(FitError) -> Self {
    try around(try base.configured(values))
  }

  /// The base law's prediction with the parameters of each row's group.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let number = x[x.count - 1]
    func indicator(_ group: Int) -> Lanes {
      Lanes(repeating: 1).replacing(
        with: Lanes.zero, where: number .!= Lanes(repeating: Double(group)))
    }
    return withUnsafeTemporaryAllocation(of: Dual<K>.self, capacity: places.count) { buffer in
      for (index, own) in places.enumerated() {
        var value = p[own[0]]
        if own.contains(where: { $0 != own[0] }) {
          value = value * indicator(0)
          for group in own.indices.dropFirst() { value = value + p[own[group]] * indicator(group) }
        }
        buffer.initializeElement(at: index, to: value)
      }
      return base.predict(UnsafeBufferPointer(buffer).span, x)
    }
  }

  /// One evaluation of the base law's compiled formula a group: compiling `predict` itself would
  /// leave it unspecialised, because this law is made at run time.
  public func makeKernel() -> LawKernel { LawKernel(groups: self) }

  /// Starting points of the base law for all rows together, each spread into one of this law;
  /// amplitudes are solved for each group unless the base law has starts of its own.
  func commonStarts(
    for observations: Observations, spread: ([Double]) -> [Double]
  ) -> [[Double]]? {
    guard
      let fitter = try? Fitter(law: base, observations: observations, options: FitOptions())
    else { return nil }
    let points = fitter.startingPoints().map(spread)
    let ownStarts = base.startingPoints(for: observations) != nil
    return ownStarts ? points : solvingAmplitudes(in: points, for: observations)
  }

  /// The positions of parameters of a law.
  ///
  /// - Throws: `FitError.unknownParameter`.
  static func positions(of names: [String], in base: Base) throws(FitError) -> Set<Int> {
    var positions: Set<Int> = []
    for name in names {
      guard let index = base.index(of: name) else {
        throw .unknownParameter(law: base.name, name: name, known: base.parameters.map(\.name))
      }
      positions.insert(index)
    }
    return positions
  }
}

extension LawKernel {
  init<Law: LawOfGroups>(groups law: Law) {
    let base = law.base.makeKernel()
    let groups = law.places.first?.indices ?? 0..<0
    let places = groups.map { group in law.places.map { $0[group] } }
    predict = { table, point, predictions in
      var own = predictions
      for group in groups {
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
      for group in groups {
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
  @inline(__always)
  func isGroup(_ group: Int, _ block: Int) -> SIMDMask<SIMD8<Int64>> {
    values[block * columnCount + columnCount - 1] .== Lanes(repeating: Double(group))
  }
}
