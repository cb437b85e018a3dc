import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct SoftmaxTests {
  @Test(arguments: [1, 5, 40])
  func gradientsAreDerivatives(_ columns: Int) {
    GradientCheck(value: { $0.uniform(-3, 3) }).run([[4, columns]]) { tape, x in
      [tape.softmax(x[0]), tape.logSoftmax(x[0])]
    }
  }

  @Test(arguments: [1, 7, 16, 33, 70])
  func valuesAreTheFormula(_ columns: Int) {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([3, columns])
    var random = TestRandom(seed: 11)
    for index in 0..<x.count { x.values[index] = Float(random.uniform(-20, 20)) }
    let (y, logs) = (tape.softmax(x), tape.logSoftmax(x))
    for row in 0..<3 {
      let numbers = (0..<columns).map { Double(x.values[row * columns + $0]) }
      let most = numbers.max() ?? 0
      let sum = numbers.reduce(0) { $0 + exp($1 - most) }
      for column in 0..<columns {
        let expected = exp(numbers[column] - most) / sum
        let place = row * columns + column
        // The difference to the greatest logit is rounded before exp sees it.
        let relative = 1e-7 * (4 + most - numbers[column])
        #expect(abs(Double(y.values[place]) - expected) <= relative * expected)
        #expect(abs(Double(logs.values[place]) - log(expected)) <= 4e-6)
      }
    }
  }

  @Test func extremeLogitsStayFinite() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 3])
    x.set([1e4, -1e4, 1e4, -1e4, -1e4, -1e4])
    let y = tape.softmax(x).array
    #expect(y[0] == 0.5 && y[1] == 0 && y[2] == 0.5)
    #expect(y[3...].allSatisfy { abs($0 - 1 / 3) < 1e-7 })
    #expect(tape.logSoftmax(x).values[1] == -2e4 - Float(log(2.0)))
  }

  @Test(arguments: [0, 17, 39])
  func notANumberStaysInItsRow(_ place: Int) {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 40])
    x.values[place] = .nan
    let y = tape.softmax(x).array
    #expect(y[..<40].allSatisfy { $0.isNaN })
    #expect(y[40...].allSatisfy { abs($0 - 0.025) < 1e-7 })
  }
}
