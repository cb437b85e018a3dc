import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct RotaryTests {
  @Test(arguments: RotaryLayout.allCases, [4, 6])
  func gradientsAreDerivatives(_ layout: RotaryLayout, _ dimensions: Int) {
    GradientCheck().run([[5, 22]]) { tape, x in
      let table = RotaryTable<Double>(positionCount: 9, dimensions: dimensions, in: tape.arena)
      let positions = tape.indices([5])
      positions.assign([0, 1, 2, 7, 8])
      return [
        tape.rotary(
          tape.scale(x[0], by: 1), table, positions: positions, columns: 2..<14, headWidth: 6,
          layout: layout),
        // Of a leaf there is a copy.
        tape.rotary(
          x[0].isLeaf ? x[0] : tape.scale(x[0], by: 1), table, positions: positions, columns: 0..<6,
          headWidth: 6, layout: layout),
      ]
    }
  }

  @Test(arguments: RotaryLayout.allCases, [2, 32, 34])
  func valuesAreTheFormula(_ layout: RotaryLayout, _ dimensions: Int) {
    let width = dimensions + 3
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([3, 2 * width])
    var random = TestRandom(seed: 2)
    for index in 0..<x.count { x.values[index] = Float(random.uniform(-1, 1)) }
    let positions = tape.indices([3])
    positions.assign([4, 0, 99])
    let table = RotaryTable<Float>(
      positionCount: 100, dimensions: dimensions, base: 500, in: tape.arena)
    let y = tape.rotary(
      x, table, positions: positions, columns: 0..<2 * width, headWidth: width, layout: layout)
    for row in 0..<3 {
      for head in 0..<2 {
        let start = row * 2 * width + head * width
        for pair in 0..<dimensions / 2 {
          let angle =
            Double(positions.values[row]) * pow(500, -2 * Double(pair) / Double(dimensions))
          let (i, j) =
            layout == .halves
            ? (start + pair, start + pair + dimensions / 2)
            : (start + 2 * pair, start + 2 * pair + 1)
          let (a, b) = (Double(x.values[i]), Double(x.values[j]))
          #expect(abs(Double(y.values[i]) - (a * cos(angle) - b * sin(angle))) < 1e-6)
          #expect(abs(Double(y.values[j]) - (b * cos(angle) + a * sin(angle))) < 1e-6)
        }
        for rest in dimensions..<width { #expect(y.values[start + rest] == x.values[start + rest]) }
      }
    }
  }

  @Test func productsDependOnTheDistanceAlone() {
    let tape = Tape<Double>(pool: .inline)
    let table = RotaryTable<Double>(positionCount: 50, dimensions: 8, in: tape.arena)
    func product(_ first: Int32, _ second: Int32) -> Double {
      let x = tape.input([2, 8])
      var random = TestRandom(seed: 4)
      for index in 0..<16 { x.values[index] = random.uniform(-1, 1) }
      let positions = tape.indices([2])
      positions.assign([first, second])
      let y = tape.rotary(x, table, positions: positions, columns: 0..<8, headWidth: 8)
      return (0..<8).reduce(0) { $0 + y.values[$1] * y.values[8 + $1] }
    }
    #expect(abs(product(3, 10) - product(40, 47)) < 1e-13)
    #expect(abs(product(3, 10) - product(3, 11)) > 1e-3)
  }

  @Test func replaysTurnOnce() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([1, 4])
    x.values[0] = 1
    let table = RotaryTable<Double>(positionCount: 4, dimensions: 4, in: tape.arena)
    let positions = tape.indices([1])
    positions.assign([3])
    let y = tape.rotary(
      tape.scale(x, by: 1), table, positions: positions, columns: 0..<4, headWidth: 4)
    let once = y.array
    tape.replay()
    #expect(y.array == once && once[0] == cos(3))
  }
}
