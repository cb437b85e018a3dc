public import Optimization
internal import RealModule

/// A block of eight observations as a law's formula sees it.
///
/// Columns are numbered in the order of the law's card. The logarithms are computed once, when
/// the table is packed, so that a power N^(−α) costs one exponential.
public struct Observation: Sendable {
  // The pointers are owned by the table that is being evaluated, which outlives the call of
  // `predict`; a law sees an observation only inside that call.
  @usableFromInline nonisolated(unsafe) let values: UnsafePointer<Lanes>
  @usableFromInline nonisolated(unsafe) let logarithms: UnsafePointer<Lanes>
  @usableFromInline nonisolated(unsafe) let segments: UnsafeBufferPointer<ScheduleSegment>
  // Where every row has its own list: its groups, and where the list of each lane begins.
  @usableFromInline nonisolated(unsafe) let groups: UnsafePointer<ScheduleTerms.Group>?
  @usableFromInline nonisolated(unsafe) let groupStarts: UnsafePointer<Int>?
  /// The number of columns.
  public let count: Int

  @usableFromInline
  init(
    values: UnsafePointer<Lanes>, logarithms: UnsafePointer<Lanes>, count: Int,
    segments: UnsafeBufferPointer<ScheduleSegment>,
    groups: UnsafePointer<ScheduleTerms.Group>? = nil, groupStarts: UnsafePointer<Int>? = nil
  ) {
    self.values = values
    self.logarithms = logarithms
    self.count = count
    self.segments = segments
    self.groups = groups
    self.groupStarts = groupStarts
  }

  /// The value of a column.
  @inlinable
  public subscript(column: Int) -> Lanes { values[column] }

  /// The natural logarithm of a column; −∞ or NaN where the value is not positive.
  @inlinable
  public func log(_ column: Int) -> Lanes { logarithms[column] }

  /// The number of segments of the learning-rate schedule behind the observation.
  @inlinable
  public var segmentCount: Int { segments.count }

  /// A segment of the learning-rate schedule behind the observation.
  @inlinable
  public func segment(_ index: Int) -> ScheduleSegment { segments[index] }
}

/// A stretch of a learning-rate schedule over which a law integrates.
public struct ScheduleSegment: Sendable, Hashable {
  /// The fall of the learning rate over the segment (negative for a rise).
  public var drop: Double
  /// The learning rate at the segment's end.
  public var rate: Double { didSet { logRate = Self.logarithm(rate) } }
  /// Its natural logarithm; a rate of zero counts as 1e-60, so its fall acts at once.
  @usableFromInline var logRate: Double
  /// The sum of learning rates over all steps before the segment.
  public var areaBefore: Double

  /// Creates a segment.
  public init(drop: Double, rate: Double, areaBefore: Double) {
    self.drop = drop
    self.rate = rate
    logRate = Self.logarithm(rate)
    self.areaBefore = areaBefore
  }

  init(drop: Double, logRate: Double, areaBefore: Double) {
    self.drop = drop
    rate = Double.exp(logRate)
    self.logRate = logRate
    self.areaBefore = areaBefore
  }

  private static func logarithm(_ rate: Double) -> Double { Double.log(max(rate, 1e-60)) }
}

/// The rows that a law is fitted to.
public struct Observations: Sendable {
  /// The columns by name; all have `count` values.
  public var columns: [String: [Double]]
  /// The outcome of each row.
  public var response: [Double]
  /// The column of the outcomes, where it is not the law's own.
  public var responseName: String?
  /// The expression for FLOPs per token that computed `C`, where the user gave one.
  public var flopsFormula: String?
  /// The weight of each row in the objective.
  public var weights: [Double]
  /// Which run each row belongs to; rows of one run are resampled together.
  public var clusters: [Int]
  /// What to call each row in a message: its line in the file, or its position.
  public var labels: [String]
  /// The name of each row's run, where the table names runs.
  public var runNames: [String]?
  /// The learning-rate schedules of runs with loss curves.
  public var schedules: [LearningRateSchedule]
  /// Which schedule each row belongs to; −1 for none.
  public var scheduleOfRow: [Int]
  /// The changes of every schedule, gathered for laws that sum over them; see
  /// ``gatheringSchedules()``.
  var scheduleTrees: [ScheduleTree] = []

  /// Creates observations.
  ///
  /// - Parameters:
  ///   - columns: the columns by name.
  ///   - response: the outcome of each row.
  ///   - weights: the weight of each row; nil for equal weights.
  ///   - clusters: the run of each row; nil if each row is its own run.
  ///   - labels: what to call each row; nil for its position, counted from 1.
  ///   - schedules: learning-rate schedules.
  ///   - scheduleOfRow: which schedule each row belongs to; nil for none.
  public init(
    columns: [String: [Double]], response: [Double], weights: [Double]? = nil,
    clusters: [Int]? = nil, labels: [String]? = nil, schedules: [LearningRateSchedule] = [],
    scheduleOfRow: [Int]? = nil
  ) {
    self.columns = columns
    self.response = response
    self.weights = weights ?? [Double](repeating: 1, count: response.count)
    self.clusters = clusters ?? Array(response.indices)
    self.labels = labels ?? response.indices.map { "row \($0 + 1)" }
    self.schedules = schedules
    self.scheduleOfRow = scheduleOfRow ?? [Int](repeating: -1, count: response.count)
  }

  /// The number of rows.
  public var count: Int { response.count }

  /// The number of distinct runs.
  public var clusterCount: Int { Set(clusters).count }

  /// The chosen rows, in the given order.
  public func selecting(_ rows: [Int]) -> Observations {
    var result = Observations(
      columns: columns.mapValues { column in rows.map { column[$0] } },
      response: rows.map { response[$0] }, weights: rows.map { weights[$0] },
      clusters: rows.map { clusters[$0] }, labels: rows.map { labels[$0] },
      schedules: schedules, scheduleOfRow: rows.map { scheduleOfRow[$0] })
    result.responseName = responseName
    result.flopsFormula = flopsFormula
    result.runNames = runNames.map { names in rows.map { names[$0] } }
    result.scheduleTrees = scheduleTrees
    return result
  }

  /// The same rows, ready for a law that sums over every change of the learning rate.
  func gatheringSchedules() -> Observations {
    guard scheduleTrees.count != schedules.count else { return self }
    var result = self
    result.scheduleTrees = schedules.map { ScheduleTree(rates: $0.rates) }
    return result
  }

  /// What a person calls a row: its run where runs have names and rows of their own, else its line.
  public func name(of row: Int) -> String {
    guard let runNames, !runNames[row].isEmpty else { return labels[row] }
    let isAlone = runNames.count { $0 == runNames[row] } == 1
    return isAlone ? "run \(runNames[row])" : "run \(runNames[row]), \(labels[row])"
  }

  /// The column of training compute: `C`, or 6·N·D where it is absent; nil without either.
  public var compute: [Double]? {
    if let compute = columns["C"] { return compute }
    guard let n = columns["N"], let d = columns["D"] else { return nil }
    return zip(n, d).map { 6 * $0 * $1 }
  }

  /// The scale by which rows are held out: compute where known, else the first known size column.
  ///
  /// For curves without compute it is the step, so that the end of training is held out.
  public func scale(for law: any Law) -> [Double] {
    if let compute { return compute }
    for name in ["N", "D", "step"] { if let column = columns[name] { return column } }
    for requirement in law.card.columns {
      if let column = columns[requirement.name] { return column }
    }
    return response.indices.map(Double.init)
  }
}
