public import Tensors

/// Measures activations while a step runs, on the steps that ask for it. An objective registers the
/// places when it records; on all other steps a place costs one test.
public final class ActivationProbe<Element: TensorElement> {
  /// Whether the current step is measured.
  public internal(set) var isActive = false
  /// What the current step has measured, in the order of the forward pass.
  private(set) var measurements: [Diagnostic] = []

  init() {}

  /// A function that measures the root mean square of the elements it is shown.
  public func rootMeanSquare(
    _ measure: String, at place: String
  ) -> (UnsafeBufferPointer<Element>) -> Void {
    { [unowned self] elements in
      guard isActive, let start = elements.baseAddress else { return }
      let square = Element.pointwiseKernels.squareSum(elements.count, start)
      measurements.append(
        Diagnostic(
          measure: measure, place: place,
          value: (square / Double(max(elements.count, 1))).squareRoot()))
    }
  }

  /// Ends the measurement of a step. Returns root mean squares over all of the step's
  /// micro-batches.
  func take() -> [Diagnostic] {
    defer {
      measurements.removeAll(keepingCapacity: true)
      isActive = false
    }
    var order: [String] = []
    var sums: [String: (measurement: Diagnostic, squares: Double, count: Int)] = [:]
    for measurement in measurements {
      let key = "\(measurement.measure) \(measurement.place)"
      if sums[key] == nil { order.append(key) }
      var sum = sums[key] ?? (measurement, 0, 0)
      sum.squares += measurement.value * measurement.value
      sum.count += 1
      sums[key] = sum
    }
    return order.compactMap { key in
      sums[key].map { sum in
        Diagnostic(
          measure: sum.measurement.measure, place: sum.measurement.place,
          value: (sum.squares / Double(sum.count)).squareRoot())
      }
    }
  }
}

/// One diagnostic number of one step.
public struct Diagnostic: Hashable, Sendable {
  /// What was measured: `activation_rms`, `attention_entropy`, `gradient_norm` and so on.
  public var measure: String
  /// Where: a layer, a head, a group of parameters; empty for the whole model.
  public var place: String
  /// The number.
  public var value: Double

  /// A number, of the whole model unless a place is named.
  public init(measure: String, place: String = "", value: Double) {
    self.measure = measure
    self.place = place
    self.value = value
  }
}
