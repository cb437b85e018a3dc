internal import RealModule
internal import Statistics

/// Benchmarks of many models, with the family and the compute of each [L13].
public struct CapabilityTable: Sendable {
  /// The models.
  public var models: [String]
  /// The family of each model; nil where the table has none.
  public var families: [String]?
  /// The training compute of each model in FLOPs, or its parameters; NaN where unknown.
  public var scale: [Double]?
  /// The benchmarks.
  public var tasks: [String]
  /// `scores[model][task]`, NaN where missing.
  public var scores: [[Double]]

  /// Creates a table.
  public init(
    models: [String], families: [String]?, scale: [Double]?, tasks: [String], scores: [[Double]]
  ) {
    self.models = models
    self.families = families
    self.scale = scale
    self.tasks = tasks
    self.scores = scores
  }

  /// The number of missing entries.
  public var missing: Int { scores.reduce(0) { $0 + $1.count(where: \.isNaN) } }

  /// Checks that components can be found.
  ///
  /// - Throws: `FitError.unusable` for too few models or tasks, a task or model that is mostly
  ///   missing, or a task that is the same for all models.
  public func validate(components: Int) throws(FitError) {
    guard models.count >= 4 else {
      throw .unusable("capability components need at least 4 models, found \(models.count)")
    }
    guard tasks.count >= 2 else {
      throw .unusable("capability components need at least 2 benchmarks, found \(tasks.count)")
    }
    guard components >= 1, components < min(tasks.count + 1, models.count) else {
      throw .unusable(
        "\(components) components need more than \(components) models and as many benchmarks, found \(models.count) models and \(tasks.count) benchmarks"
      )
    }
    for (column, task) in tasks.enumerated() {
      let known = scores.map { $0[column] }.filter { !$0.isNaN }
      guard 2 * known.count >= models.count, known.count >= 3 else {
        throw .unusable(
          "benchmark \(task) is missing for \(models.count - known.count) of \(models.count) models: too many to fill; leave it out with --tasks"
        )
      }
      guard known.contains(where: { $0 != known[0] }) else {
        throw .unusable("benchmark \(task) is the same for all models: leave it out with --tasks")
      }
    }
    for (row, model) in models.enumerated() {
      let known = scores[row].count { !$0.isNaN }
      guard 2 * known >= tasks.count, known > 0 else {
        throw .unusable(
          "model \(model) lacks \(tasks.count - known) of \(tasks.count) benchmarks: too many to fill; leave it out with --where"
        )
      }
    }
  }

  func selecting(models rows: [Int], tasks columns: [Int]) -> CapabilityTable {
    CapabilityTable(
      models: rows.map { models[$0] }, families: families.map { all in rows.map { all[$0] } },
      scale: scale.map { all in rows.map { all[$0] } }, tasks: columns.map { tasks[$0] },
      scores: rows.map { row in columns.map { scores[row][$0] } })
  }
}

/// How well a benchmark is predicted for families that were left out [L13].
public struct CapabilityPrediction: Sendable, Hashable, Codable {
  /// The benchmark.
  public var task: String
  /// The models with a value.
  public var models: Int
  /// The families that were left out one after another.
  public var families: Int
  /// The root mean squared error by components of the other benchmarks.
  public var componentError: Double
  /// The same by a sigmoid of ln compute over all families; NaN where compute is unknown.
  public var computeError: Double
  /// The same by the mean of the other families.
  public var meanError: Double
  /// The weight of each component in the logit, fitted to all models.
  public var weights: [Double]
  /// The constant of the logit, fitted to all models.
  public var constant: Double
}

/// How a family's first component grows with compute [L13].
public struct FamilyLine: Sendable, Hashable, Codable {
  /// The family.
  public var family: String
  /// Its models with known compute.
  public var models: Int
  /// θ, the growth of the first component for a factor e of compute.
  public var slope: Double
  /// ν, the height at ln C = 0.
  public var height: Double
  /// The correlation of the component with ln C.
  public var correlation: Double
}

/// What a table of benchmarks has in common, and what that predicts [L13].
public struct CapabilityComponents: Sendable {
  /// The table.
  public let table: CapabilityTable
  /// How many components are kept.
  public let count: Int
  /// The components of all benchmarks.
  public let components: PrincipalComponents
  /// How well each benchmark is predicted from the others, family by family.
  public let predictions: [CapabilityPrediction]
  /// The first component over compute by family; empty without families or compute.
  public let lines: [FamilyLine]

  /// Finds the components and leaves out one family after another, or one model where there are
  /// none, for the target benchmarks (nil for all), which approach the ends of their ranges, 0 to 1
  /// by default. Throws `FitError.unusable`, see ``CapabilityTable/validate(components:)``.
  ///
  /// The components behind a prediction are found without the predicted benchmark and without the
  /// family that is left out, whose models are then projected.
  public init(
    _ table: CapabilityTable, count: Int = 3, targets: [String]? = nil,
    ranges: [String: ClosedRange<Double>] = [:], standardize: Bool = false
  ) throws(FitError) {
    try table.validate(components: count)
    self.table = table
    self.count = count
    components = PrincipalComponents(of: table.scores, rank: count, standardize: standardize)
    var predictions: [CapabilityPrediction] = []
    for task in targets ?? table.tasks {
      guard let column = table.tasks.firstIndex(of: task) else { continue }
      if let one = try Self.prediction(
        of: column, in: table, count: count, range: ranges[task] ?? 0...1,
        standardize: standardize)
      {
        predictions.append(one)
      }
    }
    self.predictions = predictions
    lines = Self.lines(table, components: components)
  }

  private static func prediction(
    of column: Int, in table: CapabilityTable, count: Int, range: ClosedRange<Double>,
    standardize: Bool
  ) throws(FitError) -> CapabilityPrediction? {
    let others = table.tasks.indices.filter { $0 != column }
    let rows = table.models.indices.filter { !table.scores[$0][column].isNaN }
    let rank = min(count, others.count)
    let families = table.families ?? table.models
    let groups = Set(rows.map { families[$0] })
    guard groups.count >= 2, rows.count >= rank + 3 else { return nil }
    func target(_ rows: [Int]) -> [Double] { rows.map { table.scores[$0][column] } }
    func found(_ rows: [Int]) -> PrincipalComponents {
      PrincipalComponents(
        of: table.selecting(models: rows, tasks: others).scores, rank: rank,
        standardize: standardize)
    }
    func logScale(_ row: Int) -> Double { table.scale.map { Double.log($0[row]) } ?? .nan }
    var squares = (component: 0.0, compute: 0.0, mean: 0.0)
    var counted = 0
    for family in groups.sorted() {
      let held = rows.filter { families[$0] == family }
      let kept = rows.filter { families[$0] != family }
      guard kept.count >= rank + 2 else { return nil }
      let own = found(kept)
      let sigmoid = SigmoidRegression(
        predictors: own.scores.map { Array($0.prefix(rank)) }, response: target(kept), range: range)
      let known = kept.filter { logScale($0).isFinite }
      let byCompute =
        known.count >= 3
        ? SigmoidRegression(
          predictors: known.map { [logScale($0)] }, response: target(known), range: range) : nil
      let centre = mean(target(kept))
      for row in held {
        let scores = own.project(others.map { table.scores[row][$0] }, rank: rank)
        let value = table.scores[row][column]
        let error = sigmoid.predict(scores) - value
        squares.component += error * error
        squares.mean += (centre - value) * (centre - value)
        let plain = byCompute.map { $0.predict([logScale(row)]) - value } ?? .nan
        squares.compute += plain * plain
        counted += 1
      }
    }
    let all = found(rows)
    let whole = SigmoidRegression(
      predictors: all.scores.map { Array($0.prefix(rank)) }, response: target(rows), range: range)
    func root(_ x: Double) -> Double { (x / Double(counted)).squareRoot() }
    return CapabilityPrediction(
      task: table.tasks[column], models: rows.count, families: groups.count,
      componentError: root(squares.component), computeError: root(squares.compute),
      meanError: root(squares.mean), weights: Array(whole.coefficients.dropFirst()),
      constant: whole.coefficients[0])
  }

  private static func lines(
    _ table: CapabilityTable, components: PrincipalComponents
  ) -> [FamilyLine] {
    guard let families = table.families, let scale = table.scale else { return [] }
    var result: [FamilyLine] = []
    for family in Set(families).sorted() {
      let rows = families.indices.filter { families[$0] == family && scale[$0] > 0 }
      let x = rows.map { Double.log(scale[$0]) }
      let y = rows.map { components.scores[$0][0] }
      guard Set(x).count >= 2 else { continue }
      let (cx, cy) = (mean(x), mean(y))
      let xx = x.reduce(0) { $0 + ($1 - cx) * ($1 - cx) }
      let xy = zip(x, y).reduce(0) { $0 + ($1.0 - cx) * ($1.1 - cy) }
      result.append(
        FamilyLine(
          family: family, models: rows.count, slope: xy / xx, height: cy - xy / xx * cx,
          correlation: Correlation.pearson(x, y)))
    }
    return result
  }
}
