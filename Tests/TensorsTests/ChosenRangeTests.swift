import Tensors
import Testing

struct ChosenRangeTests {
  @Test func weightsOfARangeHaveGradients() {
    GradientCheck().run([[3, 2]]) { tape, x in
      let chosen = tape.indices([3, 2])
      chosen.assign([0, 3, 2, 4, 1, 0])
      return [tape.weightSums(x[0], chosen: chosen, within: 2..<5)]
    }
  }

  @Test func choicesOutsideTheRangeBecomeNone() {
    let tape = Tape<Double>(pool: .inline)
    let chosen = tape.indices([3, 2])
    chosen.assign([0, 3, 2, -1, 1, 4])
    #expect(tape.choices(chosen, within: 0..<3).array == [0, -1, 2, -1, 1, -1])
    let weights = tape.input([3, 2])
    weights.set([1, 2, 3, 4, 5, 6])
    #expect(tape.weightSums(weights, chosen: chosen, within: 2..<5).array == [2, 3, 6])
  }

  /// b_i += μ(target − T_i / assignments), for the controlled choices and in backward passes alone.
  @Test func theControllerMovesControlledBiasesAlone() {
    let tape = Tape<Double>(pool: .inline)
    let bias = tape.input([3])
    bias.set([0.5, 0, -0.25])
    let rate = tape.input([1])
    rate.set([0.1])
    let x = tape.input([4, 3], requiresGradient: true)
    x.set([9, 0, 1, 9, 0, 1, 9, 1, 0, 1, 0, 9])
    let chosen = tape.topIndices(x, 1, bias: bias)
    let weights = tape.gatherColumns(x, chosen, 1)
    tape.controlLoad(
      bias, chosen: chosen, weights: weights, controlled: 0..<2, target: 1 / 3, rate: rate)
    let loss = tape.sum(weights)
    #expect(bias.array == [0.5, 0, -0.25])
    tape.backward(from: loss)
    #expect(chosen.array == [0, 0, 0, 2])
    let expected = [0.5 + 0.1 * (1.0 / 3 - 3.0 / 4), 0.1 / 3, -0.25]
    for (found, wanted) in zip(bias.array, expected) { #expect(abs(found - wanted) < 1e-15) }
  }
}
