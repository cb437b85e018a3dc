public import Optimization

/// One law fitted to a baseline and a treatment at once, with some parameters shared [42][149].
///
/// The table has one more column, `arm`: 0 for a run of the baseline, 1 for one of the treatment.
/// The parameters are those of the base law, which the baseline follows, then the treatment's own
/// copies of the relaxed ones, named `A_treatment` and so on. Both are physical values of the same
/// kind, so domains, bounds and linearity carry over and the ordinary fitter, gradients and
/// bootstrap work.
public struct GroupedLaw<Base: Law>: Law {
  /// The law that both arms follow.
  public let base: Base
  /// The positions of the parameters of which the treatment has its own copy, ascending.
  public let relaxed: [Int]
  /// The position of the treatment's value of each parameter of the base law.
  private let treatmentSlots: [Int]

  /// Creates a law of two arms.
  ///
  /// - Parameters:
  ///   - base: the law that both arms follow.
  ///   - relaxed: the names of the parameters that may differ; unknown names are refused.
  public init(base: Base, relaxed: [String]) throws(FitError) {
    var positions: Set<Int> = []
    for name in relaxed {
      guard let index = base.index(of: name) else {
        throw .unknownParameter(law: base.name, name: name, known: base.parameters.map(\.name))
      }
      positions.insert(index)
    }
    self.base = base
    self.relaxed = positions.sorted()
    var slots = Array(base.parameters.indices)
    for (copy, index) in self.relaxed.enumerated() { slots[index] = slots.count + copy }
    treatmentSlots = slots
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
        copy.name = Self.copyName(copy.name)
        return copy
      }
  }

  /// What the treatment's copy of a parameter is called.
  public static func copyName(_ name: String) -> String { name + "_treatment" }

  /// The parameters of the base law that one arm follows.
  ///
  /// - Parameters:
  ///   - point: the parameters of this law.
  ///   - treatment: whether the treatment's are asked for.
  public func basePoint(_ point: [Double], treatment: Bool) -> [Double] {
    treatment ? treatmentSlots.map { point[$0] } : Array(point.prefix(treatmentSlots.count))
  }

  /// The base law's prediction with the parameters of each row's arm.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let arm = x[x.count - 1]
    return withUnsafeTemporaryAllocation(of: Dual<K>.self, capacity: treatmentSlots.count) {
      buffer in
      for (index, slot) in treatmentSlots.enumerated() {
        let value = slot == index ? p[index] : p[index] * (1 - arm) + p[slot] * arm
        buffer.initializeElement(at: index, to: value)
      }
      return base.predict(UnsafeBufferPointer(buffer).span, x)
    }
  }

  /// The base law's starting points for all rows together, the same for both arms except for the
  /// amplitudes, which are solved for each.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    guard
      let fitter = try? Fitter(law: base, observations: observations, options: FitOptions())
    else { return nil }
    let points = fitter.startingPoints().map { point in point + relaxed.map { point[$0] } }
    let ownStarts = base.startingPoints(for: observations) != nil
    return ownStarts ? points : solvingAmplitudes(in: points, for: observations)
  }

  /// Refuses settings: they are chosen on the base law.
  public func setting(_ name: String, to value: String) throws(FitError) -> any Law {
    guard let changed = try base.setting(name, to: value) as? Base else {
      throw .unknownSetting(law: base.name, name: name, known: [])
    }
    return try GroupedLaw(base: changed, relaxed: relaxed.map { base.parameters[$0].name })
  }

  /// The settings of the base law.
  public var settings: [LawSetting] { base.settings }

  /// Two evaluations of the base law's compiled formula, of which each row takes its arm's.
  ///
  /// Compiling `predict` itself would leave it unspecialised, because this law is made at run time
  /// around a law that only the caller knows.
  public func makeKernel() -> LawKernel { LawKernel(arms: self) }

  /// Where the treatment's value of a base parameter stands.
  func treatmentSlot(of index: Int) -> Int { treatmentSlots[index] }
}

extension LawKernel {
  /// Compiles a law of two arms from the compiled base law.
  init<Base: Law>(arms law: GroupedLaw<Base>) {
    let base = law.base.makeKernel()
    let count = law.base.parameters.count
    predict = { table, point, predictions in
      var other = predictions
      base.predict(table, law.basePoint(point, treatment: false), &predictions)
      base.predict(table, law.basePoint(point, treatment: true), &other)
      for block in 0..<table.blockCount {
        predictions[block].replace(with: other[block], where: table.isTreatment(block))
      }
    }
    differentiate = { table, point, free, predictions, derivatives in
      let blocks = table.blockCount
      // A base parameter is differentiated in an arm if its value there is free.
      let slots = free.enumerated()
      func own(_ treatment: Bool) -> [(slot: Int, index: Int)] {
        (0..<count).compactMap { index in
          let position = treatment ? law.treatmentSlot(of: index) : index
          return slots.first { $0.element == position }.map { ($0.offset, index) }
        }
      }
      let baseline = own(false)
      let treatment = own(true)
      var first = [Lanes](repeating: .zero, count: blocks * max(baseline.count, 1))
      var second = [Lanes](repeating: .zero, count: blocks * max(treatment.count, 1))
      var other = predictions
      base.differentiate(
        table, law.basePoint(point, treatment: false), baseline.map(\.index), &predictions, &first)
      base.differentiate(
        table, law.basePoint(point, treatment: true), treatment.map(\.index), &other, &second)
      for position in 0..<(free.count * blocks) { derivatives[position] = .zero }
      for block in 0..<blocks {
        let mask = table.isTreatment(block)
        predictions[block].replace(with: other[block], where: mask)
        for (column, entry) in baseline.enumerated() {
          derivatives[entry.slot * blocks + block] =
            first[column * blocks + block].replacing(with: Lanes.zero, where: mask)
        }
        for (column, entry) in treatment.enumerated() {
          derivatives[entry.slot * blocks + block].replace(
            with: second[column * blocks + block], where: mask)
        }
      }
    }
    predictOne = { point, columns, segments in
      let treated = columns[columns.count - 1] > 0.5
      return base.predictOne(law.basePoint(point, treatment: treated), columns, segments)
    }
  }
}

extension LaneTable {
  /// Which lanes of a block belong to the treatment: the last column is `arm`.
  @inline(__always)
  func isTreatment(_ block: Int) -> SIMDMask<SIMD8<Int64>> {
    values[block * columnCount + columnCount - 1] .> Lanes(repeating: 0.5)
  }
}

/// The law of two arms around a law that is known at run time only.
func groupedLaw(_ base: any Law, relaxed: [String]) throws(FitError) -> any Law {
  func open<Base: Law>(_ base: Base) throws(FitError) -> any Law {
    try GroupedLaw(base: base, relaxed: relaxed)
  }
  return try open(base)
}

extension Law {
  /// The law around which two arms may be fitted with the named parameters relaxed [42][149].
  ///
  /// - Parameter parameters: the names of the parameters of which the treatment has its own.
  public func grouped(relaxing parameters: [String]) throws(FitError) -> any Law {
    try groupedLaw(self, relaxed: parameters)
  }
}
