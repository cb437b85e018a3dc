import Tensors
import Testing

struct RoutingTests {
  @Test func theGreatestComeFirstAndTiesByLowerColumn() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([4, 5])
    x.set([
      1, 3, 3, 2, 0,
      0, 0, 0, 0, 0,
      -.infinity, .nan, 5, -1, .infinity,
      .nan, .nan, .nan, .nan, 1,
    ])
    #expect(tape.topIndices(x, 3).array == [1, 2, 3, 0, 1, 2, 4, 2, 3, 4, 0, 1])
    #expect(tape.topIndices(x, 5).array[10..<15] == [4, 2, 3, 0, 1])
  }

  @Test func theBiasCountsForTheChoiceAlone() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([1, 3])
    x.set([3, 2, 1])
    let bias = tape.input([3])
    bias.values[2] = 5
    let chosen = tape.topIndices(x, 2, bias: bias)
    #expect(chosen.array == [2, 0])
    #expect(tape.gatherColumns(x, chosen, 2).array == [1, 3])
  }

  @Test func topAgreesWithSorting() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([50, 33])
    var random = TestRandom(seed: 13)
    for index in 0..<x.count { x.values[index] = Float(random.integer(below: 12)) }
    let chosen = tape.topIndices(x, 7).array
    for row in 0..<50 {
      let columns = (0..<33).sorted {
        (-x.values[row * 33 + $0], $0) < (-x.values[row * 33 + $1], $1)
      }
      #expect(chosen[row * 7..<row * 7 + 7] == ArraySlice(columns.prefix(7).map { Int32($0) }))
    }
  }

  @Test func groupsAreStable() {
    let tape = Tape<Float>(pool: .inline)
    let chosen = tape.indices([4, 2])
    chosen.assign([2, 0, 0, -1, 2, 0, 0, 2])
    let groups = tape.groupRows(chosen, groupCount: 4, choicesPerRow: 2)
    #expect(groups.offsets.array == [0, 4, 4, 7, 7])
    #expect(groups.order.array == [1, 2, 5, 6, 0, 4, 7, -1])
    #expect(groups.places.array == [4, 0, 1, -1, 5, 2, 3, 6])
  }

  @Test(arguments: [[Int32](arrayLiteral: 2, 0, 0, 1, 2, 1), [1, -1, 1, 2, -1, -1]])
  func expansionAndCombinationHaveGradients(_ choices: [Int32]) {
    GradientCheck().run([[3, 5], [3, 2], [6, 5]]) { tape, x in
      let chosen = tape.indices([3, 2])
      chosen.assign(choices)
      let groups = tape.groupRows(chosen, groupCount: 3, choicesPerRow: 2)
      let expanded = tape.multiply(tape.expandRows(x[0], groups), x[2])
      return [
        tape.combineRows(expanded, groups, weights: x[1]), tape.combineRows(expanded, groups),
      ]
    }
  }

  @Test func expansionFollowedByCombinationIsTheSumOfWeights() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([4, 3])
    let weights = tape.input([4, 2])
    var random = TestRandom(seed: 21)
    for tensor in [x, weights] {
      for index in 0..<tensor.count { tensor.values[index] = random.uniform(-1, 1) }
    }
    let chosen = tape.indices([4, 2])
    chosen.assign([0, 1, 1, 2, 2, 0, 1, 0])
    let groups = tape.groupRows(chosen, groupCount: 3, choicesPerRow: 2)
    let y = tape.combineRows(tape.expandRows(x, groups), groups, weights: weights)
    for index in 0..<12 {
      let row = index / 3
      let sum = weights.values[2 * row] + weights.values[2 * row + 1]
      #expect(abs(y.values[index] - sum * x.values[index]) < 1e-15)
    }
  }

  @Test func weightsHaveGradients() {
    GradientCheck(value: { $0.uniform(0.2, 1) }).run([[5, 6]]) { tape, x in
      let chosen = tape.indices([5, 2])
      chosen.assign([0, 3, 5, 1, 2, 0, 4, 3, 1, 5])
      return [
        tape.normalizedRows(tape.gatherColumns(x[0], chosen, 2), scale: 2.5),
        tape.balanceLoss(x[0], chosen: chosen, choicesPerRow: 2, coefficient: 0.3),
      ]
    }
  }

  @Test func normalizedRowsSumToTheScale() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([2, 3])
    x.set([1, 2, 5, 0, 0, 0])
    #expect(tape.normalizedRows(x, scale: 4).array == [0.5, 1, 2.5, 0, 0, 0])
  }

  @Test func balanceLossIsLeastAtBalance() {
    let tape = Tape<Double>(pool: .inline)
    let affinities = tape.input([4, 2])
    affinities.buffer.update(repeating: 0.5)
    let (even, uneven) = (tape.indices([4]), tape.indices([4]))
    even.assign([0, 1, 0, 1])
    func loss(_ chosen: IndexTensor) -> Double {
      tape.balanceLoss(affinities, chosen: chosen, choicesPerRow: 1, coefficient: 0.01).values[0]
    }
    #expect(abs(loss(even) - 0.01) < 1e-15)
    for row in 0..<4 { affinities.values[2 * row] = 0.9 - 0.8 * 0 }
    for row in 0..<4 { affinities.values[2 * row + 1] = 0.1 }
    // All tokens to the choice that has nine tenths of the affinity: 2 · 1 · 0.9.
    #expect(abs(loss(uneven) - 0.018) < 1e-15)
  }

  @Test func theBiasMovesAgainstTheLoadInBackwardPassesOnly() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([4, 3], requiresGradient: true)
    for row in 0..<4 { x.values[3 * row] = 1 }
    let bias = tape.input([3])
    let chosen = tape.topIndices(x, 1, bias: bias)
    let weights = tape.gatherColumns(x, chosen, 1)
    tape.balanceBias(bias, chosen: chosen, weights: weights, rate: 0.25)
    let loss = tape.sum(weights)
    tape.replay()
    #expect(bias.array == [0, 0, 0])
    tape.backward(from: loss)
    #expect(bias.array == [-0.25, 0.25, 0.25])
    tape.replay()
    tape.backward(from: loss)
    #expect(bias.array == [-0.5, 0.5, 0.5])
    #expect(x.gradientArray[..<3] == [2, 0, 0])
  }
}
