import CKernels
import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The functions by libm in double precision.
func pointwiseReference(_ function: PointwiseFunction, _ x: Double) -> Double {
  switch function {
  case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
  case .geluTanh:
    x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  case .silu: x / (1 + exp(-x))
  case .relu: max(x, 0)
  case .reluSquared: max(x, 0) * max(x, 0)
  case .sigmoid: 1 / (1 + exp(-x))
  case .tanh: tanh(x)
  case .softplus: max(x, 0) + log1p(exp(-abs(x)))
  case .exp: exp(x)
  case .identity: x
  case .eluPlusOne: x < 0 ? exp(x) : x + 1
  }
}

struct PointwiseFunctionTests {
  @Test(arguments: PointwiseFunction.allCases)
  func gradientsAreDerivatives(_ function: PointwiseFunction) {
    GradientCheck(value: { $0.uniform(-3, 3) }).run([[5, 7]]) { tape, inputs in
      [tape.apply(function, to: inputs[0])]
    }
  }

  @Test(arguments: PointwiseFunction.allCases)
  func doublesAgreeWithLibm(_ function: PointwiseFunction) {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([201])
    for index in 0..<x.count { x.values[index] = Double(index - 100) / 10 }
    let y = tape.apply(function, to: x)
    for index in 0..<x.count {
      let expected = pointwiseReference(function, x.values[index])
      // 1 + erf(x) cancels for negative x: an error of the size of x there, not of the result.
      let scale = function == .gelu ? max(abs(x.values[index]), 1e-9) : max(abs(expected), 1e-300)
      #expect(abs(y.values[index] - expected) <= 2e-15 * scale * (function == .geluTanh ? 8 : 1))
    }
  }

  /// The greatest error in units of the last place of single precision, on a grid of each range.
  ///
  /// GELU by tanh loses what exp's argument lost to rounding; exact GELU cancels below zero.
  @Test(arguments: [
    (PointwiseFunction.exp, -103.0, 88.7, 1.5), (.tanh, -12, 12, 2), (.sigmoid, -100, 40, 2.5),
    (.silu, -80, 80, 3.5), (.softplus, -85, 85, 3), (.gelu, 0, 9, 2.5), (.geluTanh, 0, 9, 3.5),
    (.eluPlusOne, -103, 80, 1.5),
  ])
  func singlesAreWithinUnitsOfTheLastPlace(
    _ function: PointwiseFunction, _ low: Double, _ high: Double, _ limit: Double
  ) {
    let count = 100_003
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([count])
    for index in 0..<count {
      let share = Double(index) / Double(count - 1)
      // Half of the points on a logarithmic scale towards zero.
      let linear = low + (high - low) * share
      let small = (index % 4 < 2 || low == 0 ? 1 : -1) * exp(-25 + 24 * share)
      x.values[index] = Float(index % 2 == 0 ? linear : small)
    }
    let y = tape.apply(function, to: x)
    var worst = 0.0
    var place: Float = 0
    for index in 0..<count {
      let expected = pointwiseReference(function, Double(x.values[index]))
      let unit = Double(Float(expected).ulp)
      let error = abs(Double(y.values[index]) - expected) / unit
      if error > worst { (worst, place) = (error, x.values[index]) }
    }
    #expect(worst <= limit, "\(worst) units at \(place)")
  }

  @Test func errorFunctionIsWithinUnitsOfTheLastPlace() {
    // gelu(x) / x = (1 + erf(x/√2)) / 2 for positive x.
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([40_001])
    for index in 0..<x.count { x.values[index] = Float(index + 1) / 6_000 }
    let y = tape.apply(.gelu, to: x)
    for index in 0..<x.count {
      let argument = Double(x.values[index])
      let expected = (1 + erf(argument / 2.0.squareRoot())) / 2
      #expect(abs(Double(y.values[index]) / argument - expected) <= 1.8e-7 * expected)
    }
  }

  @Test(arguments: PointwiseFunction.allCases)
  func extremesAreLimits(_ function: PointwiseFunction) {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([6], requiresGradient: true)
    x.set([1e4, -1e4, 1e-30, 0, 80, -80])
    let y = tape.apply(function, to: x)
    tape.backward(from: tape.sum(y))
    for index in 0..<x.count {
      let expected = Float(pointwiseReference(function, Double(x.values[index])))
      if expected.isInfinite {
        #expect(y.values[index] == expected)
      } else {
        #expect(abs(y.values[index] - expected) <= 1e-6 * abs(expected) + 1e-30)
        #expect(x.gradientArray[index].isFinite)
      }
    }
  }

  @Test(arguments: PointwiseFunction.allCases, [1, 8, 33])
  func notANumberPasses(_ function: PointwiseFunction, _ count: Int) {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([count])
    x.values[count - 1] = .nan
    let y = tape.apply(function, to: x)
    #expect(y.values[count - 1].isNaN)
    #expect(y.array.dropLast().allSatisfy { !$0.isNaN })
  }
}

struct PointwiseGateTests {
  @Test(arguments: [PointwiseFunction.silu, .gelu, .sigmoid])
  func gatedUnitsHaveGradients(_ function: PointwiseFunction) {
    GradientCheck(value: { $0.uniform(-2, 2) }).run([[3, 22]]) { tape, inputs in
      [tape.gatedUnit(inputs[0], function)]
    }
  }

  @Test func gateComesFirst() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([1, 4])
    x.set([1, -2, 3, 5])
    let y = tape.swiGLU(x)
    #expect(abs(y.values[0] - 3 / (1 + exp(-1))) < 1e-15)
    #expect(abs(y.values[1] + 10 / (1 + exp(2))) < 1e-15)
  }

  @Test(arguments: [1, 3, 12])
  func gatesHaveGradients(_ heads: Int) {
    GradientCheck().run([[4, 12], [4, heads]]) { tape, inputs in
      [tape.gate(inputs[0], by: inputs[1])]
    }
  }

  @Test func gateMultipliesHeads() {
    let tape = Tape<Double>(pool: .inline)
    let x = tape.input([1, 4])
    x.set([1, 2, 3, 4])
    let g = tape.input([1, 2])
    g.set([0, 100])
    #expect(tape.gate(x, by: g).array == [0.5, 1, 3, 4])
  }

  @Test func gateOfATensorByItself() {
    GradientCheck().run([[3, 6]]) { tape, inputs in [tape.gate(inputs[0], by: inputs[0])] }
  }
}

struct PointwiseArithmeticTests {
  @Test func sumsAndProductsHaveGradients() {
    GradientCheck().run([[4, 9], [4, 9], [9]]) { tape, x in
      let sum = tape.add(x[0], x[1])
      return [tape.multiply(tape.add(sum, bias: x[2]), x[1]), tape.scale(sum, by: -1.5)]
    }
  }

  @Test func sharedOperandsGetBothShares() {
    GradientCheck().run([[3, 5]]) { tape, x in
      let twice = tape.add(x[0], x[0])
      return [tape.multiply(twice, twice), tape.add(twice, x[0])]
    }
  }

  @Test func oneConstantOperand() {
    for constant in [0, 1] {
      GradientCheck(constants: [constant]).run([[3, 5], [3, 5]]) { tape, x in
        [tape.add(x[0], x[1]), tape.multiply(x[0], x[1])]
      }
    }
  }

  @Test func totalsHaveGradients() {
    GradientCheck().run([[3, 50]]) { tape, x in
      [tape.sum(x[0]), tape.mean(x[0]), tape.squareSum(x[0])]
    }
  }

  @Test func totalsAreExactWhereSinglePrecisionIsNot() {
    let tape = Tape<Float>(pool: .inline)
    let x = tape.input([3_000_001])
    x.buffer.update(repeating: 0.1)
    // Added one by one in single precision the sum is off by some percent.
    let expected = Double(Float(0.1)) * 3_000_001
    #expect(abs(Double(tape.sum(x).values[0]) / expected - 1) < 1e-7)
    #expect(abs(Double(tape.mean(x).values[0]) - Double(Float(0.1))) < 1e-8)
  }
}
