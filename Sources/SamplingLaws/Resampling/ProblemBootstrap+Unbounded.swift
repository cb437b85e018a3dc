internal import Quantities

extension ProblemBootstrap {
  /// The interval of resampled values some of which may be infinite, because a target is not reached.
  func unboundedInterval(around value: Double, draws: [Double], problems: Int) -> Estimated {
    // Quantiles interpolate, which infinite values do not allow; the largest numbers stand in.
    let far = Double.greatestFiniteMagnitude / 4
    let finite = draws.map { $0 == .infinity ? far : $0 }
    var result = interval(around: value, draws: finite, problems: problems)
    let largest = draws.filter(\.isFinite).max() ?? -.infinity
    if result.low > largest, result.low > far / 1e6 { result.low = .infinity }
    if result.high > largest, result.high > far / 1e6 { result.high = .infinity }
    return result
  }
}
