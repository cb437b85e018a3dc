import Tensors
import Testing

/// What a gradient check compares and how closely.
struct GradientCheck {
  /// The step of the central differences.
  var step = 1e-5
  /// The greatest allowed error, relative to the greatest derivative with respect to each input.
  var tolerance = 1e-6
  /// Inputs that are kept as they are and asked for no gradient.
  var constants: Set<Int> = []
  /// The values that inputs start from; uniform between −1 and 1 by default.
  var value: (inout TestRandom) -> Double = { $0.uniform(-1, 1) }

  /// Compares gradients with central differences in double precision, for inputs of the given
  /// shapes.
  ///
  /// The loss is a fixed random linear function of all elements that `body` returns. Checked are:
  /// inputs as leaves, whose gradients add up over passes; inputs that other operations made and
  /// read too, whose gradients exist before `body`'s come; and the bits on one, two and three threads.
  func run(
    _ shapes: [[Int]], sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Tape<Double>, [Tensor<Double>]) -> [Tensor<Double>]
  ) {
    var onOneThread: [[Double]] = []
    for threads in [1, 2, 3] {
      for hasOtherUse in [false, true] {
        let recording = Recording(
          shapes, threads: threads, hasOtherUse: hasOtherUse, check: self, body)
        let gradients = recording.gradients()
        if threads == 1 {
          onOneThread.append(contentsOf: gradients)
          compare(recording, gradients, hasOtherUse, sourceLocation)
        } else {
          let expected =
            hasOtherUse ? onOneThread.suffix(shapes.count) : onOneThread.prefix(shapes.count)
          #expect(
            gradients.map { $0.map(\.bitPattern) } == expected.map { $0.map(\.bitPattern) },
            "\(threads) threads, not the bits of one", sourceLocation: sourceLocation)
        }
      }
    }
  }

  private func compare(
    _ recording: Recording, _ gradients: [[Double]], _ hasOtherUse: Bool,
    _ sourceLocation: SourceLocation
  ) {
    for (number, input) in recording.inputs.enumerated() where !constants.contains(number) {
      let differences = (0..<input.count).map { index in
        let value = input.values[index]
        input.values[index] = value + step
        let above = recording.lossAgain()
        input.values[index] = value - step
        let below = recording.lossAgain()
        input.values[index] = value
        return (above - below) / (2 * step)
      }
      let size = max(differences.map { abs($0) }.max() ?? 0, 1e-3)
      for (index, difference) in differences.enumerated() {
        let error = abs(gradients[number][index] - difference)
        #expect(
          error <= tolerance * size,
          """
          input \(number) element \(index)\(hasOtherUse ? " with another use" : ""): \
          \(gradients[number][index]), by differences \(difference)
          """, sourceLocation: sourceLocation)
      }
      // A second pass adds the same again.
      let twice = recording.gradientsOfSecondPass(number)
      for (index, once) in gradients[number].enumerated() {
        #expect(
          abs(twice[index] - 2 * once) <= 1e-12 * max(size, abs(once)),
          "input \(number) element \(index): two passes give \(twice[index]), one \(once)",
          sourceLocation: sourceLocation)
      }
    }
  }
}

/// A tape with a loss on it.
private final class Recording {
  let tape: Tape<Double>
  let inputs: [Tensor<Double>]
  let loss: Tensor<Double>

  init(
    _ shapes: [[Int]], threads: Int, hasOtherUse: Bool, check: GradientCheck,
    _ body: (Tape<Double>, [Tensor<Double>]) -> [Tensor<Double>]
  ) {
    var random = TestRandom(seed: 20_261_121)
    let tape = Tape<Double>(pool: ThreadPool(threads: threads))
    self.tape = tape
    inputs = shapes.enumerated().map { number, shape in
      let input = tape.input(shape, requiresGradient: !check.constants.contains(number))
      for index in 0..<input.count { input.values[index] = check.value(&random) }
      return input
    }
    var used = inputs
    if hasOtherUse {
      used = inputs.enumerated().map { number, input in
        check.constants.contains(number) ? input : tape.scale(input, by: 1)
      }
    }
    var terms = body(tape, used)
    if hasOtherUse {
      terms += zip(inputs, used).filter { $0 !== $1 }.map { tape.scale($1, by: 0.5) }
    }
    let sums = terms.map { term in
      let weights = tape.input(term.shape)
      for index in 0..<weights.count { weights.values[index] = random.uniform(-1, 1) }
      return tape.sum(tape.multiply(term, weights))
    }
    loss = sums.dropFirst().reduce(sums[0]) { tape.add($0, $1) }
  }

  func lossAgain() -> Double {
    tape.replay()
    return loss.values[0]
  }

  func gradients() -> [[Double]] {
    for input in inputs { input.clearGradient() }
    tape.replay()
    tape.backward(from: loss)
    return inputs.map(\.gradientArray)
  }

  func gradientsOfSecondPass(_ number: Int) -> [Double] {
    _ = gradients()
    tape.replay()
    tape.backward(from: loss)
    return inputs[number].gradientArray
  }
}

/// SplitMix64, so that tests depend on no other module.
struct TestRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(next() >> 11) * 0x1p-53
  }

  mutating func integer(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

extension Tensor {
  /// Replaces the elements.
  func set(_ numbers: [Element]) {
    precondition(numbers.count == count)
    for (index, number) in numbers.enumerated() { values[index] = number }
  }
}
