import Tensors
import Testing

struct SlicesTests {
  @Test func gradientsAreDerivatives() {
    GradientCheck().run([[3, 8], [3, 2]]) { tape, x in
      let part = tape.columns(x[0], 2..<7)
      return [part, tape.concatenateColumns([part, x[1], part]), tape.columns(x[0], 0..<2)]
    }
  }

  @Test func columnsAndTheirConcatenation() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 3])
    x.set([1, 2, 3, 4, 5, 6])
    #expect(tape.columns(x, 1..<3).array == [2, 3, 5, 6])
    let whole = tape.concatenateColumns([tape.columns(x, 2..<3), tape.columns(x, 0..<2)])
    #expect(whole.array == [3, 1, 2, 6, 4, 5])
    #expect(whole.shape == [2, 3])
  }
}
