import Tensors
import Testing

struct SegmentsTests {
  @Test func gradientsAreDerivatives() {
    GradientCheck().run([[7, 3]]) { tape, x in
      let offsets = tape.indices([4])
      offsets.assign([1, 3, 3, 6])
      return [tape.segmentSums(x[0], offsets: offsets)]
    }
  }

  @Test func segmentsAddUpTheirRows() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([4, 2])
    x.set([1, 2, 3, 4, 5, 6, 7, 8])
    let offsets = tape.indices([4])
    offsets.assign([0, 0, 3, 4])
    #expect(tape.segmentSums(x, offsets: offsets).array == [0, 0, 9, 12, 7, 8])
  }
}
