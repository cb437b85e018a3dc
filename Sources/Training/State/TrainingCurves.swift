/// What a run measured as it went, one number for each step.
public struct TrainingCurves: Hashable, Sendable {
  /// The steps, counted from one, ascending.
  public internal(set) var steps: [Int] = []
  /// The cross-entropy before each step in nats per token, without what is added to the loss.
  public internal(set) var crossEntropy: [Double] = []
  /// The learning rate of each step.
  public internal(set) var learningRate: [Double] = []
  /// The diagnostics of each measured step in short, by the names of ``DiagnosticSummary``.
  var measured: [[String: Double]] = []

  /// The means over the last tenth of the measured steps.
  public var diagnostics: DiagnosticSummary { DiagnosticSummary(places: measured) }

  mutating func append(_ step: Int, crossEntropy: Double, learningRate: Double) {
    steps.append(step)
    self.crossEntropy.append(crossEntropy)
    self.learningRate.append(learningRate)
  }

  /// Appends the curves of the steps that followed.
  mutating func append(_ later: TrainingCurves) {
    steps += later.steps
    crossEntropy += later.crossEntropy
    learningRate += later.learningRate
    measured += later.measured
  }
}
