import Tensors
import Testing

struct NormTests {
  @Test(arguments: [true, false], [true, false])
  func layerNormHasGradients(_ hasGain: Bool, _ hasBias: Bool) {
    GradientCheck().run([[5, 13], [13], [13]]) { tape, x in
      [
        tape.layerNorm(
          x[0], gain: hasGain ? x[1] : nil, bias: hasBias ? x[2] : nil, epsilon: 1e-3)
      ]
    }
  }

  @Test(arguments: [true, false])
  func rmsNormHasGradients(_ hasGain: Bool) {
    GradientCheck().run([[40, 7], [7]]) { tape, x in
      [tape.rmsNorm(x[0], gain: hasGain ? x[1] : nil, epsilon: 1e-3)]
    }
  }

  @Test func normOfASumHasGradients() {
    GradientCheck().run([[6, 9], [6, 9], [9], [9]]) { tape, x in
      let layer = tape.layerNorm(x[0], adding: x[1], gain: x[2], bias: x[3])
      let rms = tape.rmsNorm(layer.sum, adding: layer.normalized, gain: x[2])
      return [rms.normalized, tape.scale(rms.sum, by: 2), layer.sum]
    }
  }

  @Test func onlyTheSumOrOnlyTheNormIsUsed() {
    GradientCheck().run([[6, 9], [6, 9]]) { tape, x in
      [tape.layerNorm(x[0], adding: x[1]).normalized]
    }
    GradientCheck().run([[6, 9], [6, 9]]) { tape, x in [tape.layerNorm(x[0], adding: x[1]).sum] }
    GradientCheck().run([[6, 9]]) { tape, x in [tape.rmsNorm(x[0], adding: x[0]).normalized] }
  }

  @Test func headNormsHaveGradients() {
    GradientCheck().run([[5, 30], [4], [4]]) { tape, x in
      [
        tape.rmsNorm(
          x[0],
          heads: [HeadNorm(columns: 0..<12, gain: x[1]), HeadNorm(columns: 14..<22, gain: x[2])],
          width: 4, epsilon: 1e-4)
      ]
    }
  }

  @Test func headNormIsTheNormOfEachHead() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([3, 14])
    var random = TestRandom(seed: 3)
    for index in 0..<x.count { x.values[index] = random.uniform(-2, 2) }
    let whole = tape.rmsNorm(x, heads: [HeadNorm(columns: 4..<12, gain: nil)], width: 4)
    let expected = tape.concatenateColumns([
      tape.columns(x, 0..<4), tape.rmsNorm(tape.columns(x, 4..<8)),
      tape.rmsNorm(tape.columns(x, 8..<12)), tape.columns(x, 12..<14),
    ])
    #expect(whole.array == expected.array)
  }

  @Test(arguments: [1, 3, 16, 100])
  func valuesAreTheFormula(_ width: Int) {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([4, width])
    let (gain, bias) = (tape.input([width]), tape.input([width]))
    var random = TestRandom(seed: 7)
    for tensor in [x, gain, bias] {
      for index in 0..<tensor.count { tensor.values[index] = Float(random.uniform(-1, 3)) }
    }
    let layer = tape.layerNorm(x, gain: gain, bias: bias, epsilon: 1e-5)
    let rms = tape.rmsNorm(x, gain: gain, epsilon: 1e-5)
    for row in 0..<4 {
      let numbers = (0..<width).map { Double(x.values[row * width + $0]) }
      let mean = numbers.reduce(0, +) / Double(width)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let square = numbers.reduce(0) { $0 + $1 * $1 } / Double(width)
      for column in 0..<width {
        let (g, b) = (Double(gain.values[column]), Double(bias.values[column]))
        let centred = (numbers[column] - mean) / (variance + 1e-5).squareRoot() * g + b
        let plain = numbers[column] / (square + 1e-5).squareRoot() * g
        #expect(abs(Double(layer.values[row * width + column]) - centred) < 1e-5)
        #expect(abs(Double(rms.values[row * width + column]) - plain) < 1e-5)
      }
    }
  }

  @Test func hugeMeansDoNotCancel() {
    // E(x²) − E(x)² would be lost: the deviations are 1e-4 of the mean.
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([1, 64])
    for column in 0..<64 { x.values[column] = 10_000 + Float(column % 2) }
    let y = tape.layerNorm(x, epsilon: 0)
    for column in 0..<64 {
      #expect(abs(y.values[column] - (column % 2 == 0 ? -1 : 1)) < 1e-3)
    }
  }

  @Test func zeroRowsAreFinite() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 5], requiresGradient: true)
    let y = tape.add(tape.layerNorm(x), tape.rmsNorm(x))
    tape.backward(from: tape.sum(y))
    #expect(y.array.allSatisfy { $0 == 0 })
    #expect(x.gradientArray.allSatisfy { $0.isFinite })
  }

  @Test func notANumberStaysInItsRow() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([2, 20])
    for index in 0..<40 { x.values[index] = Float(index) }
    x.values[19] = .nan
    let y = tape.layerNorm(x).array
    #expect(y[..<20].allSatisfy { $0.isNaN })
    #expect(y[20...].allSatisfy { $0.isFinite })
  }
}
