internal import RealModule
internal import Statistics

/// How wrong a law itself may be beyond its data, calibrated by rolling validation.
///
/// Neither refits nor residuals see that a law's form is not quite the truth. Each window of the
/// validation predicts runs some distance beyond what was fitted, and what its errors exceed
/// sampling and scatter by is the law's own. A forecast's residual is widened by Student's t with
/// ``degreesOfFreedom`` and the standard deviation ``deviation(distance:)``, zero inside the data.
///
/// How it grows is read from the windows too, between two shapes: the square root of the distance,
/// as where a law leaves the table at an angle, and d + d², a curvature that was missed.
public struct ModelError: Sendable, Hashable, Codable {
  /// The standard deviation, half a span beyond the data, of the part that grows as the square
  /// root of the distance; in the objective's residual scale, like the others.
  public var near: Double
  /// The standard deviation, half a span beyond the data, of the part that grows as d + d².
  public var far: Double
  /// The standard deviation of the law's error on a training curve under another schedule; zero
  /// for laws that read no schedule.
  public var curve: Double
  /// The degrees of freedom of Student's t: how much the windows tell.
  public var degreesOfFreedom: Double
  /// The number of windows it was calibrated on; zero where the table is too small to hold rows
  /// out, so that only the prior speaks.
  public var windows: Int

  /// Creates a model error.
  public init(
    near: Double, far: Double, curve: Double = 0, degreesOfFreedom: Double = 4, windows: Int
  ) {
    self.near = near
    self.far = far
    self.curve = curve
    self.degreesOfFreedom = degreesOfFreedom
    self.windows = windows
  }

  /// The shapes of growth with the distance, each one at half a span.
  private static let shapes: [@Sendable (Double) -> Double] = [
    { (2 * $0).squareRoot() }, { $0 * (1 + $0) / 0.75 },
  ]

  /// The standard deviation of the law's error at a distance, in spans of the data.
  public func deviation(distance: Double) -> Double {
    let distance = max(distance, 0)
    let parts = [near * Self.shapes[0](distance), far * Self.shapes[1](distance), curve]
    return parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}

extension ModelError {
  /// Before any window is seen, the typical error half a span beyond the data, as a share of the
  /// difference that the law explains between the table's ends.
  private static let priorShare = 0.003
  /// The posterior weighs scales from e⁻⁶ to e⁶ times the typical one.
  private static let grid = stride(from: -6.0, through: 6.0, by: 0.1).map { Double.exp($0) }

  /// Calibrates the error of a law beyond its data on the windows of its validation.
  ///
  /// - Returns: nil where the fit leaves no residual to measure anything with.
  public init?(_ validation: Validation, of fit: Fit) {
    guard fit.scatter.isFinite, let explained = Self.explained(by: fit) else { return nil }
    self.init(
      windows: validation.windows.map(\.groups) + [validation.largestScale],
      curves: fit.observations.schedules.isEmpty ? nil : validation.curves, explained: explained)
  }

  /// Calibrates the error on groups of held-out rows.
  ///
  /// - Parameters:
  ///   - windows: the groups of each window; those inside the fitted rows are left out.
  ///   - curves: whole training curves left out, for laws that read a schedule; nil for others.
  ///   - explained: the difference that the law explains between the table's ends.
  init(windows: [[HeldOutGroup]], curves: [HeldOutGroup]? = nil, explained: Double) {
    let typical = max(Self.priorShare * explained, 1e-12)
    let used = windows.map { $0.filter { $0.distance > 0 && $0.expected.isFinite } }
      .filter { !$0.isEmpty }
    let beyond = Self.posterior(used, shapes: Self.shapes, typical: typical)
    let curve = curves.map { curves in
      Self.posterior(curves.map { [$0] }, shapes: [{ _ in 1 }], typical: typical)[0]
    }
    let count = used.count + (curves?.count ?? 0)
    // A single window is one draw of an error that may well be larger elsewhere.
    self.init(
      near: beyond[0], far: beyond[1], curve: curve ?? 0,
      degreesOfFreedom: Double(min(max(count + 1, 2), 4)), windows: count)
  }

  /// The difference in residual between the highest and the lowest prediction.
  private static func explained(by fit: Fit) -> Double? {
    let used = fit.observations.weights.indices.filter { fit.observations.weights[$0] > 0 }
    let centre = median(used.map { fit.observations.response[$0] })
    let residuals = used.map {
      fit.objective.residual(prediction: fit.predictions[$0], outcome: centre)
    }.filter(\.isFinite)
    guard let low = residuals.min(), let high = residuals.max() else { return nil }
    return high - low
  }

  /// The root of the posterior mean square of each shape's scale.
  ///
  /// The error of a group of held-out rows is normal, with the variance that sampling and scatter
  /// explain plus that of the law. A window over a part of the table's span sees a smaller error at
  /// the same relative distance, in proportion. Groups of a window share its refit and rows, so
  /// that all of them count as two. The scale has a half-t prior about the typical one, so that it
  /// is never zero by luck.
  private static func posterior(
    _ windows: [[HeldOutGroup]], shapes: [@Sendable (Double) -> Double], typical: Double
  ) -> [Double] {
    let groups = windows.flatMap { $0 }
    // The prior alone has no mean square: without a window the error is three times the typical.
    guard !groups.isEmpty else {
      return shapes.map { _ in 3 * typical / Double(shapes.count).squareRoot() }
    }
    let power = 2 * Double(windows.count) / Double(groups.count)
    var best = -Double.infinity
    let logs = shapes.map { shape in
      grid.map { factor -> Double in
        let scale = typical * factor
        var log = Double.log(factor) - 0.75 * Double.log(1 + factor * factor)
        for group in groups {
          let model = scale * shape(group.distance) * group.span
          let variance = model * model + group.expected * group.expected
          log -= power / 2 * (Double.log(variance) + group.error * group.error / variance)
        }
        if log.isFinite { best = max(best, log) }
        return log
      }
    }
    let masses = logs.map { $0.map { $0.isFinite ? Double.exp($0 - best) : 0 } }
    let total = masses.reduce(0) { $0 + $1.reduce(0, +) }
    guard total > 0 else { return shapes.map { _ in typical } }
    return masses.map { mass in
      let square = zip(grid, mass).reduce(0) { $0 + $1.1 * $1.0 * $1.0 }
      return typical * (square / total).squareRoot()
    }
  }
}

extension Fit {
  /// The fit with its law's error beyond the data calibrated on a validation.
  public func calibrated(on validation: Validation) -> Fit {
    var result = self
    result.modelError = ModelError(validation, of: self)
    return result
  }
}
