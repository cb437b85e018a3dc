import Tensors
import Testing

@Suite struct HeadScaleTests {
  @Test func everyHeadHasItsFactor() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([2, 4])
    let factors = tape.input([2, 2])
    _ = x.buffer.update(fromContentsOf: [1, 2, 3, 4, 5, 6, 7, 8])
    _ = factors.buffer.update(fromContentsOf: [2, -1, 0, 10])
    #expect(tape.scaleHeads(x, by: factors).array == [2, 4, -3, -4, 0, 0, 70, 80])
  }

  @Test func gradientsOfScaledHeads() {
    GradientCheck().run([[5, 6], [5, 3]]) { tape, inputs in
      [tape.scaleHeads(inputs[0], by: inputs[1])]
    }
    GradientCheck().run([[3, 4]]) { tape, inputs in [tape.scaleHeads(inputs[0], by: inputs[0])] }
  }

  @Test func scatteringUndoesGathering() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([2, 4])
    _ = x.buffer.update(fromContentsOf: [1, 2, 3, 4, 5, 6, 7, 8])
    let index = tape.indices([4])
    index.assign([3, 0, 1, -1])
    let y = tape.input([2, 2])
    _ = y.buffer.update(fromContentsOf: [4, 1, 6, 9])
    #expect(tape.scatterColumns(y, index, columns: 4).array == [1, 0, 0, 4, 0, 6, 0, 0])
  }

  @Test func gradientsOfScatteredColumns() {
    GradientCheck().run([[3, 2]]) { tape, inputs in
      let index = tape.indices([6])
      index.assign([0, 3, 2, -1, 1, 0])
      return [tape.scatterColumns(inputs[0], index, columns: 4)]
    }
  }
}
