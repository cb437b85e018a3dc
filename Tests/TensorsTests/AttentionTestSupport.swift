import Tensors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }

/// Numbers that look random and are the same in every run, in −1...1.
struct RepeatableNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    return Double(Int64(bitPattern: mixed ^ (mixed >> 29)) >> 11) / Double(1 << 52)
  }

  mutating func array(_ count: Int, scale: Double = 1) -> [Double] {
    (0..<count).map { _ in scale * next() }
  }
}

extension Tensor {
  func fill(_ numbers: [Double]) {
    precondition(numbers.count == count)
    for (index, number) in numbers.enumerated() { values[index] = Element(number) }
  }
}

/// The sum of a tensor's elements with fixed weights, so that every element's gradient counts.
struct WeightedSum<Element: TensorElement>: Operation {
  var terms: [(tensor: Tensor<Element>, weights: [Element])]
  var output: Tensor<Element>
  var name: String { "weighted sum" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    output.values[0] = 0
    for (tensor, weights) in terms {
      for index in 0..<tensor.count where tensor.values[index].isFinite {
        output.values[0] += tensor.values[index] * weights[index]
      }
    }
  }

  func backward(_ run: Execution) {
    guard let seed = output.gradient else { return }
    for (tensor, weights) in terms {
      guard let place = tensor.gradientDestination() else { continue }
      for index in 0..<tensor.count {
        let share = tensor.values[index].isFinite ? seed[0] * weights[index] : 0
        place.pointer[index] = place.accumulates ? place.pointer[index] + share : share
      }
    }
  }
}

extension Tape {
  /// A loss that weighs every element of some tensors differently.
  func loss(_ tensors: [Tensor<Element>], seed: UInt64 = 77) -> Tensor<Element> {
    var numbers = RepeatableNumbers(seed: seed)
    let terms = tensors.map { (tensor: $0, weights: numbers.array($0.count).map { Element($0) }) }
    let output = tensor([1], dependingOn: tensors)
    return record(WeightedSum(terms: terms, output: output)).output
  }
}

/// The greatest distance between two lists, infinite if one has a NaN; equal infinities agree.
func greatestDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    if pair.0 == pair.1 { return worst }
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

/// The greatest error of the gradients of some leaves against central differences of fourth order,
/// relative to 1 + |difference|, on a sample of elements.
func greatestGradientError(
  of leaves: [Tensor<Double>], loss: Tensor<Double>, tape: Tape<Double>, samples: Int = 24,
  step: Double = 1e-3
) -> Double {
  tape.replay()
  for leaf in leaves { leaf.clearGradient() }
  tape.backward(from: loss)
  let gradients = leaves.map { $0.gradientArray }
  var worst = 0.0
  for (leaf, gradient) in zip(leaves, gradients) {
    let stride = max(leaf.count / samples, 1)
    for index in Swift.stride(from: stride / 2, to: leaf.count, by: stride) {
      let start = leaf.values[index]
      func value(_ shift: Double) -> Double {
        leaf.values[index] = start + shift
        tape.replay()
        return loss.values[0]
      }
      let difference =
        (8 * (value(step) - value(-step)) - (value(2 * step) - value(-2 * step))) / (12 * step)
      leaf.values[index] = start
      let error = abs(difference - gradient[index]) / (1 + abs(difference))
      worst = error.isNaN ? .infinity : max(worst, error)
    }
  }
  tape.replay()
  return worst
}
