import Statistics
import Testing

/// Expected values: SciPy 1.17.1 (`scipy.special.gammainc`, `gammaincc`, `betainc`, `betaincc` and
/// their inverses), printed with `repr`.
@Suite struct SpecialFunctionTests {
  @Test(arguments: [
    (0.5, 0.1, 0.34527915398142317, 0.6547208460185768),
    (3, 2.5, 0.45618688411667035, 0.5438131158833297),
    (3, 40, 0.9999999999999964, 3.572865928700233e-15),
    (10, 0.5, 1.709670029348906e-10, 0.999999999829033),
    (100, 130, 0.9972495916326934, 0.002750408367306518),
    (5000, 5100, 0.9206711189223811, 0.07932888107761896),
    (10000.0, 9500, 1.8624546517951583e-07, 0.9999998137545348),
    (0.01, 1e-08, 0.836510254685233, 0.16348974531476668),
    (1, 700, 1.0, 9.85967654375939e-305),
  ])
  func incompleteGamma(_ shape: Double, _ x: Double, _ lower: Double, _ upper: Double) {
    #expect(relativeError(regularizedLowerGamma(shape: shape, x), lower) < 2e-12)
    #expect(relativeError(regularizedUpperGamma(shape: shape, x), upper) < 2e-12)
  }

  @Test(arguments: [
    (0.5, 0.5, 0.3, 0.36901011956554536, 0.6309898804344546),
    (2, 3, 0.999, 0.999999996003, 3.997000000000011e-09),
    (2, 30, 0.001, 0.0004561037190216826, 0.9995438962809783),
    (100, 200, 0.2, 3.546007366567273e-08, 0.9999999645399263),
    (5000, 5100, 0.49, 0.15505519246383542, 0.8449448075361661),
    (5000, 5100, 0.55, 1.0, 8.699289865670212e-29),
    (0.01, 5, 1e-12, 0.7744922167953497, 0.22550778320465023),
    (50, 0.5, 0.9, 0.001204149832559813, 0.9987958501674402),
    (1, 1, 0.25, 0.25, 0.75),
  ])
  func incompleteBeta(
    _ a: Double, _ b: Double, _ x: Double, _ lower: Double, _ upper: Double
  ) {
    #expect(relativeError(regularizedIncompleteBeta(a, b, x), lower) < 2e-12)
    #expect(relativeError(Beta(a, b).survival(x), upper) < 2e-12)
    // I_x(a, b) + I_{1−x}(b, a) = 1, where 1 − x keeps the digits of x.
    if x >= 0.2 {
      let mirrored = regularizedIncompleteBeta(b, a, 1 - x)
      #expect(abs(regularizedIncompleteBeta(a, b, x) + mirrored - 1) < 1e-12)
    }
  }

  @Test(arguments: [
    (0.5, 1e-10, 7.85398163397448e-21, 20.910728182380645),
    (3, 0.25, 1.7272994178605192, 3.920402060292561),
    (3, 0.9, 5.322320337834211, 1.1020653282493211),
    (100, 1e-50, 13.767539159236737, 330.6557590436547),
    (5000, 0.3, 4962.679004917484, 5036.8376658534025),
  ])
  func inverseGamma(_ shape: Double, _ p: Double, _ lower: Double, _ upper: Double) {
    #expect(relativeError(inverseRegularizedLowerGamma(shape: shape, p), lower) < 1e-12)
    #expect(relativeError(inverseRegularizedUpperGamma(shape: shape, p), upper) < 1e-12)
  }

  @Test(arguments: [
    (0.5, 0.5, 0.1, 0.024471741852423214),
    (2, 3, 0.999, 0.9359618608971666),
    (200, 300, 1e-20, 0.21599805656533091),
    (5000, 5100, 0.025, 0.48530041196096013),
    (1.5, 0.2, 0.4, 0.9543472873675211),
    (20, 1, 1e-100, 9.999999999999994e-06),
  ])
  func inverseBeta(_ a: Double, _ b: Double, _ p: Double, _ x: Double) {
    #expect(relativeError(inverseRegularizedIncompleteBeta(a, b, p), x) < 1e-12)
  }

  @Test func outsideTheDomainIsNaN() {
    #expect(regularizedLowerGamma(shape: -1, 2).isNaN)
    #expect(regularizedIncompleteBeta(1, 1, 1.5).isNaN)
    #expect(inverseRegularizedIncompleteBeta(1, 1, 1.5).isNaN)
    #expect(inverseRegularizedLowerGamma(shape: 1, -0.5).isNaN)
  }

  @Test func endsOfTheDomain() {
    #expect(regularizedIncompleteBeta(2, 3, 0) == 0)
    #expect(regularizedIncompleteBeta(2, 3, 1) == 1)
    #expect(inverseRegularizedUpperGamma(shape: 2, 0) == .infinity)
    #expect(inverseRegularizedIncompleteBeta(2, 3, 1) == 1)
  }
}

/// |found − expected| over |expected|; the absolute error where 0 is expected.
func relativeError(_ found: Double, _ expected: Double) -> Double {
  abs(found - expected) / (expected == 0 ? 1 : abs(expected))
}
