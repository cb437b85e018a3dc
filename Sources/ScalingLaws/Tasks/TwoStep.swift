internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// Accuracy on a task from size and data in two steps: the additive law fitted to the task loss at
/// the end of training, and the sigmoid of that loss fitted to evaluated checkpoints [L16].
/// Intervals refit both on resampled runs.
public struct TwoStep: Sendable {
  /// Task loss from N and D.
  public let lossFit: Fit
  /// Accuracy from task loss.
  public let accuracyFit: Fit
  /// The parameters of both steps for each resample.
  public let draws: [(loss: [Double], accuracy: [Double])]
  /// The nominal coverage of intervals.
  public let level: Double
  /// The evaluated checkpoints as they were given, without the ideal point.
  let checkpoints: Observations
  /// The accuracy of a model without any loss, where it was given.
  let ideal: Double?

  /// Fits both steps, task loss at the end of each run with `N` and `D`, and accuracy of evaluated
  /// checkpoints with `loss`, and refits them on resampled runs, which `clusters` name alike in
  /// both. The ideal accuracy of a model without any loss on the task is one more checkpoint, which
  /// steadies the ceiling where all are far below it; the task ladder uses 1. Throws `FitError`
  /// where a step cannot be fitted.
  public init(
    final: Observations, checkpoints: Observations, chance: Double?,
    ideal: Double? = nil, options: FitOptions = FitOptions()
  ) throws(FitError) {
    self.checkpoints = checkpoints
    self.ideal = ideal
    var checkpoints = checkpoints
    if let ideal {
      checkpoints = Observations(
        columns: ["loss": checkpoints.column("loss") + [0]],
        response: checkpoints.response + [ideal], weights: checkpoints.weights + [1],
        // A cluster of its own, which no resampling of runs drops.
        clusters: checkpoints.clusters + [(checkpoints.clusters.min() ?? 0) - 1],
        labels: checkpoints.labels + ["ideal point"])
    }
    var plain = options
    plain.interval = .none
    plain.objective = nil
    lossFit = try fit(Chinchilla(), to: final, options: plain)
    accuracyFit = try fit(LossToAccuracy(chance: chance), to: checkpoints, options: plain)
    level = options.level
    draws =
      options.interval == .none
      ? []
      : try Self.resample(
        lossFit: lossFit, accuracyFit: accuracyFit, options: plain)
  }

  /// Refits both steps on the same resampled runs, from the estimates on all of them.
  private static func resample(
    lossFit: Fit, accuracyFit: Fit, options: FitOptions
  ) throws(FitError) -> [(loss: [Double], accuracy: [Double])] {
    let first = try Fitter(law: lossFit.law, observations: lossFit.observations, options: options)
    let second = try Fitter(
      law: accuracyFit.law, observations: accuracyFit.observations, options: options)
    let runs = Set(lossFit.observations.clusters).sorted()
    let random = SplittableRandom(seed: options.seed)
    var draws: [(loss: [Double], accuracy: [Double])] = []
    for index in 0..<options.resamples {
      var generator = random.split(index)
      let counts = generator.resampleCounts(of: runs.count)
      let count = Dictionary(uniqueKeysWithValues: zip(runs, counts))
      // Checkpoints of runs that the first step does not use, such as repeats, stay as they are.
      func weights(_ observations: Observations) -> [Double] {
        zip(observations.weights, observations.clusters).map { $0 * (count[$1] ?? 1) }
      }
      var lossProblem = first.problem(weights: weights(lossFit.observations))
      var accuracyProblem = second.problem(weights: weights(accuracyFit.observations))
      let loss = first.refit(&lossProblem, from: lossFit.estimate)
      let accuracy = second.refit(&accuracyProblem, from: accuracyFit.estimate)
      if loss.value.isFinite, accuracy.value.isFinite {
        draws.append((first.space.physical(loss.point), second.space.physical(accuracy.point)))
      }
    }
    return draws
  }

  /// The predicted task loss.
  public func loss(parameters: Double, tokens: Double) -> Estimated {
    estimated { step in
      lossFit.law.prediction(step.loss, at: [parameters, tokens])
    }
  }

  /// The predicted accuracy.
  public func accuracy(parameters: Double, tokens: Double) -> Estimated {
    estimated { step in
      let loss = lossFit.law.prediction(step.loss, at: [parameters, tokens])
      return accuracyFit.law.prediction(step.accuracy, at: [loss])
    }
  }

  private func estimated(
    _ quantity: ((loss: [Double], accuracy: [Double])) -> Double
  ) -> Estimated {
    let value = quantity((lossFit.estimate, accuracyFit.estimate))
    let values = draws.map(quantity).filter { !$0.isNaN }.sorted()
    guard !values.isEmpty else { return Estimated(value: value) }
    let tail = (1 - level) / 2
    return Estimated(
      value: value, low: quantile(sorted: values, tail), high: quantile(sorted: values, 1 - tail))
  }
}
