internal import Foundation
internal import Quantities
internal import ScalingLaws
internal import Statistics

/// Finds rungs whose loss is off their arm's law while the others agree with it.
///
/// For each rung the arm's law is fitted to the others, and the mean shift of the rung is tested by
/// linear regression on the law's derivatives: the t test of an outlier, which knows that a rung at
/// an end is extrapolated. The other arm's residuals about its own law lend degrees of freedom.
struct RungFlags {
  /// Corrected for the number of rungs and arms.
  static let significance = 0.02

  /// One independent run: the branches of a trunk averaged.
  private struct Point {
    var rung: Int
    var logScale: Double
    var logLoss: Double
  }

  /// Flags of both arms.
  static func all(
    _ runs: ComparedRuns, learningRates: LearningRateSummary, arms: [String]
  ) -> [RungFlag] {
    let tables = [runs.finishedBaseline, runs.finishedTreatment]
    var flags = edges(learningRates, arms: arms) + divergences(runs, arms: arms)
    for (index, name) in arms.enumerated() {
      guard let found = outlier(points(tables[index]), beside: points(tables[1 - index])) else {
        continue
      }
      let size = tables[index].first { $0.rung == found.rung }?.size ?? ""
      flags.append(
        RungFlag(
          arm: name, rung: found.rung, size: size, reason: .offTheLaw,
          sentence:
            "\(name) at \(size) is \(NumberFormat.verdict(abs(100 * expm1(found.shift)), digits: 2)) % \(found.shift > 0 ? "worse" : "better") than the law of its other rungs says (p = \(NumberFormat.verdict(found.p, digits: 2)) after correction): look at its learning rate and its curve."
        ))
    }
    return flags
  }

  private static func edges(_ rates: LearningRateSummary, arms: [String]) -> [RungFlag] {
    rates.sweeps.filter { $0.isAtEdge && arms.contains($0.arm) }.map { sweep in
      let end = sweep.best == sweep.rates.first ? "smallest" : "largest"
      return RungFlag(
        arm: sweep.arm, rung: sweep.rung, size: sweep.size, reason: .learningRateAtEdge,
        sentence:
          "\(sweep.arm) at \(sweep.size): the best learning rate \(NumberFormat.verdict(sweep.best ?? .nan)) is the \(end) of \(sweep.rates.count) that were tried, so a better one may lie outside."
      )
    }
  }

  private static func divergences(_ runs: ComparedRuns, arms: [String]) -> [RungFlag] {
    let places = Dictionary(grouping: runs.pairing.diverged) { place in
      ComparedRuns.Place(rung: place.rung, branch: arms.firstIndex(of: place.arm) ?? 0, seed: 0)
    }
    return places.keys.sorted().compactMap { key in
      guard let found = places[key], let first = found.first else { return nil }
      return RungFlag(
        arm: first.arm, rung: first.rung, size: first.size, reason: .diverged,
        sentence:
          "\(first.arm) at \(first.size): \(found.count) \(found.count == 1 ? "run" : "runs") diverged."
      )
    }
  }

  private static func points(_ rows: [StudyRow]) -> [Point] {
    let groups = Dictionary(grouping: rows, by: \.trunkKey)
    return groups.keys.sorted().compactMap { key in
      guard let members = groups[key], let first = members.first else { return nil }
      return Point(
        rung: first.rung, logScale: mean(members.map { log($0.compute) }),
        logLoss: mean(members.compactMap { $0.finishedLoss.map { log($0) } }))
    }
  }

  /// The rung that is furthest off, if that is more than chance.
  private static func outlier(
    _ points: [Point], beside others: [Point]
  ) -> (rung: Int, shift: Double, p: Double)? {
    let rungs = Set(points.map(\.rung)).sorted()
    guard rungs.count >= 5 else { return nil }
    let borrowed = Set(others.map(\.rung)).count >= 4 ? linearized(others, about: others) : nil
    var worst: (rung: Int, shift: Double, p: Double)?
    for rung in rungs {
      guard let own = linearized(points, about: points.filter { $0.rung != rung }) else { continue }
      let extra = borrowed?.residuals.count ?? 0
      let zeros = [Double](repeating: 0, count: extra)
      var predictors = own.columns.map { $0 + zeros }
      for column in borrowed?.columns ?? [] {
        predictors.append([Double](repeating: 0, count: points.count) + column)
      }
      predictors.insert(points.map { $0.rung == rung ? 1 : 0 } + zeros, at: 0)
      guard
        let fit = try? LinearRegression(
          predictors: predictors, response: own.residuals + (borrowed?.residuals ?? []),
          intercept: false), fit.standardErrors[0] > 0
      else { continue }
      let t = abs(fit.coefficients[0] / fit.standardErrors[0])
      let p = min(1, Double(4 * rungs.count) * fit.errorDistribution.survival(t))
      if p < worst?.p ?? significance { worst = (rung, fit.coefficients[0], p) }
    }
    return worst
  }

  /// Residuals of log-loss about the law fitted to some of the points, and its derivatives.
  private static func linearized(
    _ points: [Point], about fitted: [Point]
  ) -> (residuals: [Double], columns: [[Double]])? {
    guard !fitted.isEmpty else { return nil }
    // Scales are taken relative to the first, which leaves E and alpha as they are.
    let origin = fitted[0].logScale
    let table = Observations(
      columns: ["C": fitted.map { exp($0.logScale - origin) }],
      response: fitted.map { exp($0.logLoss) })
    let law = PowerConstant()
    guard
      let fit = try? ScalingLaws.fit(
        law, to: table,
        options: FitOptions(
          objective: .squaredLog, interval: .none, minimisedStarts: 4, polished: 1))
    else { return nil }
    func predict(_ parameters: [Double]) -> [Double] {
      points.map { log(law.prediction(parameters, at: [exp($0.logScale - origin)])) }
    }
    let centre = predict(fit.estimate)
    let columns = fit.estimate.indices.map { index -> [Double] in
      var moved = fit.estimate
      let step = 1e-5 * max(abs(moved[index]), 0.1)
      moved[index] += step
      return zip(predict(moved), centre).map { ($0 - $1) / step }
    }
    return (zip(points, centre).map { $0.logLoss - $1 }, columns)
  }
}
