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

  /// Creates observations. Nil means equal weights, each row its own run, positions counted from 1
  /// as labels, and no schedules.
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

  /// A column by name, with `C` as ``compute`` knows it; nil where it is not known.
  func known(_ name: String) -> [Double]? { name == "C" ? compute : columns[name] }
}
