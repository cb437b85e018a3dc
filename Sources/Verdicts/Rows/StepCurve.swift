/// A curve of one run: a number against the step.
public struct StepCurve: Hashable, Sendable {
  /// What the numbers are: `loss`, `validation`, `learning_rate`.
  public var name: String
  /// The steps, ascending.
  public var steps: [Int]
  /// A number for each step.
  public var values: [Double]

  /// A curve with as many values as steps.
  public init(name: String, steps: [Int], values: [Double]) {
    self.name = name
    self.steps = steps
    self.values = values
  }
}
