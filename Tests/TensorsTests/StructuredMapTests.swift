import Tensors
import Testing

/// Block-diagonal maps, the stride permutation, and points between two tensors.
struct StructuredMapTests {
  @Test func gradientsOfBlocksAreDerivatives() {
    GradientCheck().run([[5, 6], [3, 2, 4]]) { tape, x in
      [tape.blockDiagonalLinear(x[0], weight: x[1])]
    }
  }

  @Test func gradientsOfTheShuffleAreDerivatives() {
    GradientCheck().run([[3, 6]]) { tape, x in [tape.shuffleColumns(x[0], groups: 2)] }
  }

  @Test func gradientsOfInterpolationAreDerivatives() {
    var check = GradientCheck()
    check.constants = [2]
    check.run([[3, 4], [3, 4], [1]]) { tape, x in
      [tape.interpolate(x[0], x[1], share: x[2])]
    }
  }

  /// Against the dense matrix with the blocks on its diagonal.
  @Test func blocksAreADenseMatrixWithZeros() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([2, 4])
    let blocks = tape.input([2, 2, 3])
    x.set([1, 2, 3, 4, 5, 6, 7, 8])
    blocks.set((1...12).map(Double.init))
    let dense = tape.input([4, 6])
    for block in 0..<2 {
      for row in 0..<2 {
        for column in 0..<3 {
          dense.values[(2 * block + row) * 6 + 3 * block + column] =
            blocks.values[(block * 2 + row) * 3 + column]
        }
      }
    }
    let map = tape.blockDiagonalLinear(x, weight: blocks)
    #expect(map.array == tape.linear(x, weight: dense).array)
    #expect(map.array == [9, 12, 15, 61, 68, 75, 29, 40, 51, 129, 144, 159])
  }

  /// Rows of three pairs become two groups of three.
  @Test func shufflingTransposesAndIsUndone() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([1, 6])
    x.set([0, 1, 2, 3, 4, 5])
    let shuffled = tape.shuffleColumns(x, groups: 2)
    #expect(shuffled.array == [0, 2, 4, 1, 3, 5])
    #expect(tape.shuffleColumns(shuffled, groups: 3).array == x.array)
  }

  @Test func interpolationFollowsItsShare() {
    let tape = Tape<Float>(pool: .inline)
    let (a, b, share) = (tape.input([2]), tape.input([2]), tape.input([1]))
    a.set([1, 2])
    b.set([3, 6])
    let between = tape.interpolate(a, b, share: share)
    #expect(between.array == b.array)
    share.set([0.25])
    tape.replay()
    #expect(between.array == [2.5, 5])
    share.set([1])
    tape.replay()
    #expect(between.array == a.array)
  }
}
