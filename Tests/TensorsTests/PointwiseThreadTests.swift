import Tensors
import Testing

/// Results are the same bits on any number of threads, on shapes that are cut into many pieces.
struct PointwiseThreadTests {
  private func bits(threads: Int) -> [[UInt32]] {
    let tape = Tape<Float>(pool: ThreadPool(threads: threads))
    var random = TestRandom(seed: 31)
    func input(_ shape: [Int]) -> Tensor<Float> {
      let input = tape.input(shape, requiresGradient: true)
      for index in 0..<input.count { input.values[index] = Float(random.uniform(-1, 1)) }
      return input
    }
    let (rows, width) = (1_500, 64)
    let x = input([rows, width])
    let (gain, bias, table) = (input([width]), input([width]), input([11, width]))
    let (tokens, targets) = (tape.indices([rows]), tape.indices([rows]))
    for row in 0..<rows {
      tokens.values[row] = Int32(random.integer(below: 11))
      targets.values[row] = Int32(random.integer(below: 64 + 1)) - 1
    }
    let stream = tape.add(tape.embedding(table, tokens), x)
    let layer = tape.layerNorm(stream, adding: x, gain: gain, bias: bias)
    let heads = tape.rmsNorm(
      layer.normalized, heads: [HeadNorm(columns: 0..<48, gain: nil)], width: 16)
    let rotary = RotaryTable<Float>(positionCount: 11, dimensions: 16, in: tape.arena)
    let turned = tape.rotary(heads, rotary, positions: tokens, columns: 0..<32, headWidth: 16)
    let mixed = tape.add(tape.apply(.gelu, to: turned), bias: bias)
    let affinities = tape.softmax(tape.columns(mixed, 0..<6))
    let chosen = tape.topIndices(affinities, 2)
    let weights = tape.normalizedRows(tape.gatherColumns(affinities, chosen, 2))
    let groups = tape.groupRows(chosen, groupCount: 6, choicesPerRow: 2)
    let expanded = tape.concatenateColumns([tape.expandRows(layer.sum, groups)])
    let unit = tape.swiGLU(tape.concatenateColumns([expanded, expanded]))
    let combined = tape.combineRows(unit, groups, weights: weights)
    let logits = tape.rmsNorm(
      tape.multiply(tape.gate(combined, by: tape.columns(affinities, 0..<2)), mixed))
    let terms = tape.crossEntropy(logits, targets: targets, zLoss: 1e-3)
    let loss = tape.add(terms.loss, tape.scale(tape.squareSum(x), by: 1e-4))
    tape.backward(from: loss)
    return [
      loss.array, x.gradientArray, gain.gradientArray, bias.gradientArray,
      table.gradientArray,
    ].map { $0.map(\.bitPattern) }
  }

  @Test func bitsDoNotDependOnThreads() {
    let one = bits(threads: 1)
    #expect(Float(bitPattern: one[0][0]).isFinite)
    #expect(one == bits(threads: 2))
    #expect(one == bits(threads: 3))
  }
}
