import Statistics
import Testing

@Suite struct RobustLossTests {
  /// Expected values: `scipy.special.huber` and `scipy.special.pseudo_huber`.
  @Test(arguments: [
    (1, 0.3, 0.045, 0.04403065089105502),
    (1, -2.5, 2.0, 1.6925824035672519),
    (0.001, 0.0004, 8e-08, 7.703296142690081e-08),
    (0.001, 2, 0.0019995, 0.0019990002499999846),
    (2, 1e-09, 5e-19, 5e-19),
  ])
  func agreesWithSciPy(_ delta: Double, _ residual: Double, _ huber: Double, _ pseudo: Double) {
    #expect(relativeError(RobustLoss.huber(delta: delta).value(residual), huber) < 1e-15)
    #expect(relativeError(RobustLoss.pseudoHuber(delta: delta).value(residual), pseudo) < 1e-14)
  }

  static let losses: [RobustLoss] = [
    .squared, .absolute, .huber(delta: 0.7), .pseudoHuber(delta: 0.7),
  ]

  @Test(arguments: losses, [-3.1, -0.4, 0.2, 0.69, 5])
  func derivativeMatchesDifferences(_ loss: RobustLoss, _ residual: Double) {
    let step = 1e-6
    let difference = (loss.value(residual + step) - loss.value(residual - step)) / (2 * step)
    #expect(abs(loss.derivative(residual) - difference) < 1e-8)
    #expect(abs(loss.weight(residual) * residual - loss.derivative(residual)) < 1e-15)
    #expect(loss.value(residual) == loss.value(-residual))
  }

  @Test(arguments: losses) func vanishesAtZero(_ loss: RobustLoss) {
    #expect(loss.value(0) == 0)
    #expect(loss.derivative(0) == 0)
  }

  @Test func hugeResidualsStayFinite() {
    #expect(RobustLoss.pseudoHuber(delta: 1e-3).value(1e200) == 1e197)
    #expect(RobustLoss.pseudoHuber(delta: 1e-3).weight(1e200) >= 0)
  }
}
