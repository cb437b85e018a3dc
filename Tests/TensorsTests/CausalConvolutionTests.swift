import Tensors
import Testing

@Suite struct CausalConvolutionTests {
  private static let (batch, length, columns) = (2, 7, 3)

  private static func inputs(
    _ tape: Tape<Double>, taps: Int
  ) -> (x: Tensor<Double>, weight: Tensor<Double>) {
    var random = TestRandom(seed: 5)
    let x = tape.input([batch * length, columns + 2], requiresGradient: true)
    let weight = tape.input([taps, columns], requiresGradient: true)
    for tensor in [x, weight] {
      for index in 0..<tensor.count { tensor.values[index] = random.uniform(-1, 1) }
    }
    return (x, weight)
  }

  @Test(arguments: [1, 3, 4, 9]) func equalsItsDefinition(_ taps: Int) {
    let tape = Tape<Double>(pool: .inline)
    let (x, weight) = Self.inputs(tape, taps: taps)
    let y = tape.causalConvolution(HeadColumns(x, column: 1), weight: weight, batch: Self.batch)
    for sequence in 0..<Self.batch {
      for token in 0..<Self.length {
        for column in 0..<Self.columns {
          var sum = 0.0
          for tap in 0..<taps where token - taps + 1 + tap >= 0 {
            let row = sequence * Self.length + token - taps + 1 + tap
            sum +=
              weight.values[tap * Self.columns + column]
              * x.values[row * x.columnCount + 1 + column]
          }
          let found = y.values[(sequence * Self.length + token) * Self.columns + column]
          #expect(abs(found - sum) <= 1e-14)
        }
      }
    }
  }

  @Test(arguments: [1, 3, 9]) func gradientsEqualCentralDifferences(_ taps: Int) {
    let shapes = [[Self.batch * Self.length, Self.columns + 2], [taps, Self.columns]]
    GradientCheck().run(shapes) { tape, inputs in
      [
        tape.causalConvolution(
          HeadColumns(inputs[0], column: 1), weight: inputs[1], batch: Self.batch)
      ]
    }
  }

  @Test(arguments: [2, 4], [[1, 1, 1, 1, 1, 1, 1], [2, 5], [1, 4, 2]])
  func piecesWithAHistoryAreTheWhole(_ taps: Int, _ pieces: [Int]) {
    let tape = Tape<Double>(pool: .inline)
    let (x, weight) = Self.inputs(tape, taps: taps)
    let whole = tape.causalConvolution(
      HeadColumns(x, column: 1), weight: weight, batch: Self.batch
    ).array
    let decoding = Tape<Double>(pool: .inline, isDifferentiable: false)
    let state = decoding.input([Self.batch, 4 + (taps - 1) * Self.columns])
    var start = 0
    for count in pieces {
      let piece = decoding.input([Self.batch * count, x.columnCount])
      for sequence in 0..<Self.batch {
        (piece.values + sequence * count * x.columnCount).update(
          from: x.values + (sequence * Self.length + start) * x.columnCount,
          count: count * x.columnCount)
      }
      let y = decoding.causalConvolution(
        HeadColumns(piece, column: 1), weight: weight, batch: Self.batch,
        history: HeadColumns(state, column: 4))
      let expected = (0..<Self.batch).flatMap { sequence in
        let row = (sequence * Self.length + start) * Self.columns
        return Array(whole[row..<(row + count * Self.columns)])
      }
      #expect(y.array == expected)
      start += count
    }
  }
}
