/// One task's metric over a ladder of models.
public struct TaskSeries: Sendable, Hashable {
  /// The task.
  public var task: String
  /// The scale of each model, positive: compute or parameters.
  public var scale: [Double]
  /// The metric of each model.
  public var metric: [Double]
  /// The standard error of each metric; nil if unknown.
  public var standardErrors: [Double]?
  /// The number of items behind each accuracy; nil to take it from the standard errors.
  public var items: [Int]?
  /// The metric of guessing, such as 0.25 for four options; nil for a metric without chance level.
  public var chance: Double?
  /// Whether a larger metric is better.
  public var higherIsBetter: Bool
  /// The loss of each model, by which accuracy may be predicted; nil if unknown.
  public var losses: [Double]?

  /// Creates a series.
  public init(
    task: String, scale: [Double], metric: [Double], standardErrors: [Double]? = nil,
    items: [Int]? = nil, chance: Double? = nil, higherIsBetter: Bool = true,
    losses: [Double]? = nil
  ) {
    self.task = task
    self.scale = scale
    self.metric = metric
    self.standardErrors = standardErrors
    self.items = items
    self.chance = chance
    self.higherIsBetter = higherIsBetter
    self.losses = losses
  }

  var isAccuracy: Bool { higherIsBetter && metric.allSatisfy { $0 >= 0 && $0 <= 1 } }
}

extension Observations {
  /// The series of every task of the table: one for each column `metric.NAME`, by compute where
  /// it is known, else by N.
  ///
  /// A column `stderr.NAME` gives the standard errors, a column `loss` the losses. Rows in which
  /// the metric or the scale is missing are left out.
  public func taskSeries(
    chance: [String: Double] = [:], items: [String: Int] = [:], lowerIsBetter: Set<String> = []
  ) -> [TaskSeries] {
    guard let scale = compute ?? columns["N"] else { return [] }
    let prefix = "metric."
    return columns.keys.filter { $0.hasPrefix(prefix) }.sorted().map { column in
      let task = String(column.dropFirst(prefix.count))
      let metric = columns[column] ?? []
      let rows = metric.indices.filter { metric[$0].isFinite && scale[$0] > 0 }
      let errors = columns["stderr." + task].map { errors in rows.map { errors[$0] } }
      let losses = columns["loss"].map { losses in rows.map { losses[$0] } }
      return TaskSeries(
        task: task, scale: rows.map { scale[$0] }, metric: rows.map { metric[$0] },
        standardErrors: errors.flatMap { $0.allSatisfy { $0.isFinite && $0 > 0 } ? $0 : nil },
        items: items[task].map { count in rows.map { _ in count } }, chance: chance[task],
        higherIsBetter: !lowerIsBetter.contains(task),
        losses: losses.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil })
    }
  }
}
