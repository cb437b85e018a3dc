internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// One point of a forecast training curve.
public struct CurvePoint: Sendable, Hashable, Codable {
  /// The training step.
  public var step: Int
  /// The learning rate at the step.
  public var rate: Double
  /// The prediction with the interval of the law.
  public var law: Estimated
  /// The prediction with the interval of a single run.
  public var run: Estimated
}

/// A training curve forecast under a learning-rate schedule.
public struct CurveForecast: Sendable, Hashable, Codable {
  /// The points, in the order of their steps; the last is the end of the schedule.
  public var points: [CurvePoint]
  /// What the width at the end is made of; nil without refits.
  public var components: ForecastComponents?
  /// How far the end lies beyond the fitted table.
  public var reach: [Reach]
}

extension FittedLaw {
  /// How many refits a point of a curve is spread over.
  private static var curveRefits: Int { 200 }

  /// Forecasts the curve of one run of a law that reads a learning-rate schedule, one row a step
  /// wanted, in order, with `step` and the columns that the law reads (see
  /// ``Observations/addingScheduleAreas(decay:warmup:)``); all rows share the first schedule.
  /// Throws `FitError.missingColumn`.
  public func forecastCurve(
    _ observations: Observations, seed: UInt64 = 0
  ) throws(FitError) -> CurveForecast {
    let names = law.card.columns.map(\.name)
    try law.requireColumns(of: observations)
    let rows = law.sumsOverSchedule ? observations.gatheringSchedules() : observations
    let table = LaneTable(observations: rows, columns: names, rows: Array(0..<rows.count))
    let kernel = law.makeKernel()
    func predictions(_ point: [Double]) -> [Double] {
      var lanes = [Lanes](repeating: .zero, count: table.blockCount)
      kernel.predict(table, point, &lanes)
      var result = [Double](repeating: .nan, count: observations.count)
      for lane in table.rowOfLane.indices where table.isFilled[lane] {
        result[table.rowOfLane[lane]] = lanes[lane / 8][lane % 8]
      }
      return result
    }
    let values = predictions(estimate)
    let refits = LawMixture.thinned(draws).map(predictions)
    let steps = observations.columns["step"] ?? []
    let rates = observations.schedules.first?.rates ?? []
    var components: ForecastComponents?
    let points = (0..<observations.count).map { row -> CurvePoint in
      let distance = distanceBeyond(observations.columns.mapValues { $0[row] })
      let spread = OutcomeSpread(
        self, value: values[row], refits: refits.map { $0[row] }, distance: distance,
        seed: seed &+ UInt64(row))
      components = spread.components
      let step = steps.indices.contains(row) ? Int(saturating: steps[row]) : row
      return CurvePoint(
        step: step, rate: rates.indices.contains(step) ? rates[step] : .nan, law: spread.law,
        run: spread.run)
    }
    let last = observations.columns.mapValues { $0[observations.count - 1] }
      .filter { names.contains($0.key) || $0.key == "step" }
    return CurveForecast(
      points: points, components: components, reach: Reach.all(last, ranges: ranges))
  }
}
