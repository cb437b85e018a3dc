import Tensors
import Testing

@Suite struct TaylorFeaturesTests {
  @Test(arguments: [1, 2, 5, 16]) func productsAreTheTaylorPolynomial(_ width: Int) {
    let (rows, heads) = (7, 3)
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    var random = TestRandom(seed: 3)
    let x = tape.input([rows, 2 + 2 * heads * width])
    for index in 0..<x.count { x.values[index] = random.uniform(-2, 2) }
    let features = tape.taylorFeatures(
      HeadColumns(x, column: 2), headCount: 2 * heads, width: width)
    let count = 1 + width + width * width
    #expect(features.shape == [rows, 2 * heads * count])
    for row in 0..<rows {
      for head in 0..<heads {
        let z = (0..<width).reduce(0.0) {
          let at = row * x.columnCount + 2 + head * width + $1
          return $0 + x.values[at] * x.values[at + heads * width]
        }
        let scaled = z / Double(width).squareRoot()
        let at = row * features.columnCount + head * count
        let product = (0..<count).reduce(0.0) {
          $0 + features.values[at + $1] * features.values[at + heads * count + $1]
        }
        let expected = 1 + scaled + scaled * scaled / 2
        #expect(abs(product - expected) <= 1e-13 * (1 + expected))
        #expect(product > 0)
      }
    }
  }

  @Test func gradientsEqualCentralDifferences() {
    GradientCheck().run([[5, 2 + 2 * 3]]) { tape, inputs in
      [tape.taylorFeatures(HeadColumns(inputs[0], column: 1), headCount: 2, width: 3)]
    }
  }

  @Test func singlesAgreeWithDoubles() {
    let (single, double) = (Tape<Float>(pool: .inline), Tape<Double>(pool: .inline))
    let x = single.input([4, 10])
    let y = double.input([4, 10])
    var random = TestRandom(seed: 4)
    for index in 0..<x.count {
      x.values[index] = Float(random.uniform(-1, 1))
      y.values[index] = Double(x.values[index])
    }
    let a = single.taylorFeatures(HeadColumns(x), headCount: 2, width: 5).array
    let b = double.taylorFeatures(HeadColumns(y), headCount: 2, width: 5).array
    #expect(greatestDifference(a.map(Double.init), b) <= 1e-6)
  }
}
