import Tensors
import Testing

struct RowSelectionTests {
  @Test func theGreatestOfEachSequenceKeepTheirOrder() {
    let tape = Tape<Float>(pool: .inline)
    let scores = tape.input([8, 1])
    scores.set([1, 5, 5, 2, 0, 9, 3, 9])
    let first = tape.selectRows(.greatest(scores, count: 3), sequences: 2)
    #expect(first.rows.array == [1, 2, 3, 5, 6, 7])
    #expect(first.labels.array == [0, 1, 1, 1, 0, 1, 1, 1])
    let second = tape.selectRows(
      .greatest(scores, count: 1), sequences: 2, among: first.labels)
    #expect(second.rows.array == [1, 5])
    #expect(second.labels.array == [-1, 1, 0, 0, -1, 1, 0, 0])
    // Candidates that are fewer than the places leave some empty.
    let third = tape.selectRows(.greatest(scores, count: 2), sequences: 2, among: second.labels)
    #expect(third.rows.array == [1, -1, 5, -1])
    // The choice is made anew at every run.
    scores.set([9, 0, 0, 0, 9, 0, 0, 0])
    tape.replay()
    #expect(first.rows.array == [0, 1, 2, 4, 5, 6])
    #expect(second.rows.array == [0, 4])
  }

  @Test func thresholdsChooseAsManyAsPassThem() {
    let tape = Tape<Double>(pool: .inline)
    let scores = tape.input([6])
    scores.set([0.1, -1, 2, 0, 0, -3])
    let selection = tape.selectRows(.above(scores, 0), sequences: 2)
    #expect(selection.rows.array == [0, 2, -1, -1, -1, -1])
    #expect(selection.labels.array == [1, 0, 1, 0, 0, 0])
    let depths = tape.indices([6])
    depths.assign([0, 1, 2, 2, 0, 1])
    let deep = tape.selectRows(.atLeast(depths, 1), sequences: 2)
    #expect(deep.rows.array == [1, 2, -1, 3, 5, -1])
    #expect(tape.gather(depths, at: deep.rows).array == [1, 2, 0, 2, 1, 0])
  }

  @Test(arguments: [[Int32](arrayLiteral: 1, 0, -1, 1), [0, 0, 0, 0], [-1, -1, -1, -1]])
  func binaryCrossEntropyHasAGradient(_ labels: [Int32]) {
    GradientCheck().run([[4, 1]]) { tape, x in
      let index = tape.indices([4])
      index.assign(labels)
      return [tape.binaryCrossEntropy(x[0], labels: index)]
    }
  }

  /// In Python: `sum(max(s, 0) + math.log1p(math.exp(-abs(s))) - s * y for s, y in
  /// zip([2, -1, 40, -40], [1, 1, 0, 0])) / 4`.
  @Test func binaryCrossEntropyIsTheMeanLoss() {
    let tape = Tape<Double>(pool: .inline)
    let scores = tape.input([4])
    scores.set([2, -1, 40, -40])
    let labels = tape.indices([4])
    labels.assign([1, 1, 0, 0])
    let loss = tape.binaryCrossEntropy(scores, labels: labels).values[0]
    #expect(abs(loss - 10.3600474246403) < 1e-12)
  }
}
