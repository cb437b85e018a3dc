import Tensors
import Testing

struct EmbeddingTests {
  @Test(arguments: [3, 70])
  func gradientsAreDerivatives(_ columns: Int) {
    GradientCheck().run([[4, columns], [3, columns]]) { tape, x in
      let (first, second) = (tape.indices([6]), tape.indices([6]))
      first.assign([2, 0, 2, -1, 2, 3])
      second.assign([0, 1, 2, 0, 1, 1])
      return [
        tape.embedding(sumOf: [(x[0], first), (x[1], second)]), tape.embedding(x[0], second),
      ]
    }
  }

  @Test func rowsAreThoseOfTheTable() {
    let tape = Tape<Float>(pool: .inline)
    let table = tape.input([3, 2])
    table.set([1, 2, 3, 4, 5, 6])
    let index = tape.indices([4])
    index.assign([2, 0, -1, 2])
    #expect(tape.embedding(table, index).array == [5, 6, 1, 2, 0, 0, 5, 6])
  }

  @Test func repeatedEntriesAddUpInOrderOnAnyNumberOfThreads() {
    func gradient(threads: Int) -> [Float] {
      let tape = Tape<Float>(pool: ThreadPool(threads: threads))
      let table = tape.input([7, 200], requiresGradient: true)
      let index = tape.indices([500])
      var random = TestRandom(seed: 8)
      for row in 0..<500 { index.values[row] = Int32(random.integer(below: 7)) }
      let weights = tape.input([500, 200])
      for place in 0..<weights.count { weights.values[place] = Float(random.uniform(-1, 1)) }
      tape.backward(from: tape.sum(tape.multiply(tape.embedding(table, index), weights)))
      // The same sums, one by one.
      var expected = [Float](repeating: 0, count: table.count)
      for row in 0..<500 {
        for column in 0..<200 {
          expected[Int(index.values[row]) * 200 + column] += weights.values[row * 200 + column]
        }
      }
      #expect(table.gradientArray == expected)
      return table.gradientArray
    }
    let one = gradient(threads: 1)
    #expect(one == gradient(threads: 2))
    #expect(one == gradient(threads: 3))
  }
}
