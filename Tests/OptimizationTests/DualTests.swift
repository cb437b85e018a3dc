import Foundation
import Optimization
import Testing

@Suite struct DualTests {
  /// Two variables, as duals of width two.
  private func variables(_ x: Double, _ y: Double) -> (Dual<2>, Dual<2>) {
    (Dual(parameter: x, slope: 1, at: 0), Dual(parameter: y, slope: 1, at: 1))
  }

  /// A formula with its value by the C library, for central differences.
  struct Formula: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var dual: @Sendable (Dual<2>, Dual<2>) -> Dual<2>
    var plain: @Sendable (Double, Double) -> Double
  }

  static let formulas: [Formula] = [
    Formula(testDescription: "sum", dual: { $0 + $1 }, plain: { $0 + $1 }),
    Formula(testDescription: "difference", dual: { $0 - $1 }, plain: { $0 - $1 }),
    Formula(testDescription: "product", dual: { $0 * $1 }, plain: { $0 * $1 }),
    Formula(testDescription: "quotient", dual: { $0 / $1 }, plain: { $0 / $1 }),
    Formula(testDescription: "reciprocal", dual: { a, _ in 2.5 / a }, plain: { a, _ in 2.5 / a }),
    Formula(
      testDescription: "numbers", dual: { a, b in 3 - a * 2 + (1 + b) - 4 * b },
      plain: { a, b in 3 - a * 2 + (1 + b) - 4 * b }),
    Formula(
      testDescription: "data",
      dual: { a, b in
        let data = Lanes(repeating: 1.7)
        return data * a + (data - b) * (a + data) - (b - data)
      }, plain: { a, b in 1.7 * a + (1.7 - b) * (a + 1.7) - (b - 1.7) }),
    Formula(testDescription: "exp", dual: { exp($0 * $1) }, plain: { Foundation.exp($0 * $1) }),
    Formula(testDescription: "log", dual: { log($0 * $1) }, plain: { Foundation.log($0 * $1) }),
    Formula(testDescription: "pow", dual: { pow($0, $1) }, plain: { Foundation.pow($0, $1) }),
    Formula(
      testDescription: "pow number", dual: { a, _ in pow(a, 1.5) },
      plain: { a, _ in Foundation.pow(a, 1.5) }),
    Formula(
      testDescription: "logistic", dual: { a, b in logistic(a - b) },
      plain: { a, b in 1 / (1 + Foundation.exp(b - a)) }),
    Formula(testDescription: "minimum", dual: { minimum($0, $1) }, plain: { min($0, $1) }),
    Formula(testDescription: "maximum", dual: { maximum($0, $1) }, plain: { max($0, $1) }),
  ]

  @Test(arguments: formulas) func derivativesAgreeWithCentralDifferences(_ formula: Formula) {
    for (x, y) in [(0.7, 1.9), (2.3, 0.4), (1.1, 1.3)] {
      let (a, b) = variables(x, y)
      let result = formula.dual(a, b)
      let h = 1e-6
      let slopes = [
        (formula.plain(x + h, y) - formula.plain(x - h, y)) / (2 * h),
        (formula.plain(x, y + h) - formula.plain(x, y - h)) / (2 * h),
      ]
      let value = formula.plain(x, y)
      #expect(abs(result.value[4] - value) <= 1e-14 * max(abs(value), 1))
      for index in 0..<2 {
        #expect(abs(result.partials[index][4] - slopes[index]) <= 1e-8 * max(abs(slopes[index]), 1))
      }
    }
  }

  @Test func aParameterOutsideThePassIsConstant() {
    let constant = Dual<2>(parameter: 3, slope: 1, at: -1)
    let later = Dual<2>(parameter: 3, slope: 1, at: 2)
    for index in 0..<2 {
      #expect(constant.partials[index] == .zero)
      #expect(later.partials[index] == .zero)
    }
  }
}
