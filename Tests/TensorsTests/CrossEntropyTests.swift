import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct CrossEntropyTests {
  @Test(arguments: [(0, 0), (0.1, 0), (0, 0.02), (0.1, 0.02)], [false, true])
  func gradientsAreDerivatives(_ options: (smoothing: Double, zLoss: Double), _ reuses: Bool) {
    GradientCheck(constants: [1], value: { $0.uniform(0, 3) }).run([[6, 19], [6]]) { tape, x in
      let targets = tape.indices([6])
      targets.assign([3, -1, 0, 18, 18, 7])
      // Scaled, so that the logits are not a leaf and their place can be taken.
      let terms = tape.crossEntropy(
        tape.scale(x[0], by: 2), targets: targets, rowWeights: x[1],
        smoothing: options.smoothing, zLoss: options.zLoss, reusesLogits: reuses)
      return [terms.loss, terms.crossEntropy, terms.rowLosses]
    }
  }

  @Test func valuesAreThoseOfPyTorch() {
    // torch.nn.functional.cross_entropy(x, t, label_smoothing=s) of PyTorch 2.13 in float64 for
    // x = sin(0.7 i) · 3 as [4, 5], t = [1, 4, -100, 0]: s = 0 and 0.1.
    for (smoothing, expected) in [(0.0, 2.3726808449880532), (0.1, 2.3861187719236279)] {
      let tape = Tape<Double>(pool: .inline)
      let x = tape.input([4, 5])
      for index in 0..<20 { x.values[index] = sin(0.7 * Double(index)) * 3 }
      let targets = tape.indices([4])
      targets.assign([1, 4, -100, 0])
      let terms = tape.crossEntropy(x, targets: targets, smoothing: smoothing)
      #expect(abs(terms.loss.values[0] - expected) < 1e-12)
    }
  }

  @Test func theGradientTakesTheLogitsPlace() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 3], requiresGradient: true)
    let logits = tape.scale(x, by: 1)
    let targets = tape.indices([2])
    let loss = tape.crossEntropy(logits, targets: targets).loss
    tape.backward(from: loss)
    #expect(logits.gradient == logits.values)
    tape.replay()
    #expect(logits.array == [0, 0, 0, 0, 0, 0])
    let kept = tape.crossEntropy(logits, targets: targets, reusesLogits: false).loss
    x.clearGradient()
    tape.backward(from: kept)
    #expect(logits.array == [0, 0, 0, 0, 0, 0])
    #expect(abs(x.gradientArray[0] + 1 / 3) < 1e-6)
  }

  @Test func extremeLogits() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([3, 2], requiresGradient: true)
    x.set([1e4, -1e4, -1e4, 1e4, 1e4, 1e4])
    let targets = tape.indices([3])
    let terms = tape.crossEntropy(x, targets: targets)
    #expect(terms.rowLosses.array == [0, 2e4, Float(log(2.0))])
    tape.backward(from: terms.loss)
    let third = Float(1) / 3
    #expect(x.gradientArray[..<4] == [0, 0, -third, third])
    #expect(abs(x.gradientArray[4] + third / 2) < 1e-6)
  }

  @Test func withoutAnyTargetNothingCounts() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 4], requiresGradient: true)
    // Not even what is not a number.
    x.values[0] = .nan
    let targets = tape.indices([2])
    targets.assign([-1, -100])
    let terms = tape.crossEntropy(x, targets: targets, zLoss: 0.1)
    #expect(terms.loss.values[0] == 0 && terms.crossEntropy.values[0] == 0)
    tape.backward(from: terms.loss)
    #expect(x.gradientArray.allSatisfy { $0 == 0 })
  }

  @Test func oneColumnIsCertain() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([3, 1], requiresGradient: true)
    x.set([-5, 0, 1e4])
    let terms = tape.crossEntropy(x, targets: tape.indices([3]))
    tape.backward(from: terms.loss)
    #expect(terms.loss.values[0] == 0 && x.gradientArray.allSatisfy { $0 == 0 })
  }

  @Test func notANumberReachesTheLoss() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 50])
    x.values[77] = .nan
    let terms = tape.crossEntropy(x, targets: tape.indices([2]))
    #expect(terms.loss.values[0].isNaN && terms.rowLosses.values[0].isFinite)
  }
}
