internal import Quantities
internal import RealModule
internal import Statistics

/// The plane logit accuracy = a + b ln N + c ln n over sizes and numbers of samples.
struct LogitSurface: Sendable {
  let logParameters: [Double]
  let logSamples: [Double]

  /// The plane (a, b, c) by weighted least squares on accuracies by size and number of samples; the
  /// weight of a cell is p(1 − p), its information about the logit. Nil where it is not determined.
  func plane(_ means: [[Double]]) -> [Double]? {
    var predictors: [[Double]] = [[], []]
    var response: [Double] = []
    var weights: [Double] = []
    for (size, curve) in means.enumerated() {
      for (column, accuracy) in curve.enumerated() where accuracy > 0 && accuracy < 1 {
        predictors[0].append(logParameters[size])
        predictors[1].append(logSamples[column])
        response.append(Double.log(accuracy / (1 - accuracy)))
        weights.append(accuracy * (1 - accuracy))
      }
    }
    return try? LinearRegression(
      predictors: predictors, response: response, errors: .weights(weights)
    ).coefficients
  }

  func surface(
    means: [[Double]], draws: [[[Double]]], bootstrap: ProblemBootstrap, problems: Int
  ) -> SizeSampleTradeoff.Surface? {
    guard logParameters.count > 1, logSamples.count > 1, let plane = plane(means) else {
      return nil
    }
    let planes = draws.compactMap { self.plane($0) }
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(around: value(plane), draws: planes.map(value), problems: problems)
    }
    var error = 0.0
    for (size, curve) in means.enumerated() {
      for (column, accuracy) in curve.enumerated() {
        let logit = plane[0] + plane[1] * logParameters[size] + plane[2] * logSamples[column]
        error = max(error, abs(1 / (1 + Double.exp(-logit)) - accuracy))
      }
    }
    return SizeSampleTradeoff.Surface(
      perLogParameters: estimated { $0[1] }, perLogSamples: estimated { $0[2] },
      exchangeRate: estimated { $0[2] / $0[1] }, largestError: error)
  }
}
