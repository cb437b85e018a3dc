import Tensors
import Testing

struct RowUpdateTests {
  @Test(arguments: [[Int32](arrayLiteral: 3, 0, 4), [1, -1, 2], [-1, -1, -1]])
  func additionAndReplacementHaveGradients(_ places: [Int32]) {
    GradientCheck().run([[5, 4], [3, 4], [3, 1]]) { tape, x in
      let index = tape.indices([3])
      index.assign(places)
      return [
        tape.add(x[0], rows: x[1], at: index, weights: x[2]),
        tape.add(x[0], rows: x[1], at: index), tape.replace(x[0], rows: x[1], at: index),
      ]
    }
  }

  @Test func additionToAllRowsHasGradients() {
    GradientCheck().run([[3, 4], [3, 4], [3]]) { tape, x in
      [tape.add(x[0], rows: x[1], weights: x[2]), tape.add(x[0], rows: x[0], weights: x[2])]
    }
  }

  @Test func rowsGoWhereTheIndexSays() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([3, 2])
    x.set([1, 2, 3, 4, 5, 6])
    let rows = tape.input([2, 2])
    rows.set([10, 20, 30, 40])
    let weights = tape.input([2])
    weights.set([0.5, 2])
    let index = tape.indices([2])
    index.assign([2, 0])
    #expect(tape.add(x, rows: rows, at: index).array == [31, 42, 3, 4, 15, 26])
    #expect(tape.add(x, rows: rows, at: index, weights: weights).array == [61, 82, 3, 4, 10, 16])
    #expect(tape.replace(x, rows: rows, at: index).array == [30, 40, 3, 4, 10, 20])
    index.assign([-1, 1])
    tape.replay()
    #expect(tape.replace(x, rows: rows, at: index).array == [1, 2, 30, 40, 5, 6])
  }

  @Test func aConstantStopsTheGradient() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([2, 2], requiresGradient: true)
    x.set([1, 2, 3, 4])
    let loss = tape.sum(tape.multiply(tape.constant(tape.scale(x, by: 3)), x))
    tape.backward(from: loss)
    #expect(x.gradientArray == [3, 6, 9, 12])
    #expect(!tape.constant(x).requiresGradient)
  }
}
