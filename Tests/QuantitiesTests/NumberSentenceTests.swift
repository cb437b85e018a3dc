import Quantities
import Testing

@Suite struct NumberSentenceTests {
  @Test func probabilitiesAreNoFinerThanTheirSimulation() {
    #expect(NumberFormat.probability(0.00998, floor: 0.01) == "< 0.01")
    #expect(NumberFormat.probability("p", 0.00998, floor: 0.01) == "p < 0.01")
    #expect(NumberFormat.probability("p", 0.034, floor: 0.001) == "p = 0.034")
    #expect(NumberFormat.probability(0, floor: 0.001) == "< 0.001")
    #expect(NumberFormat.probability(1, floor: 0.001) == "> 0.999")
    #expect(NumberFormat.probability(0.9992, floor: 0.0001) == "0.9992")
    #expect(NumberFormat.probability(.nan, floor: 0.001) == "unknown")
  }

  /// Expected texts are those of Python's decimal module and of `format(x, "f")`.
  @Test(arguments: [
    (0.125, 2, "0.12"), (0.375, 2, "0.38"), (2.5, 0, "2"), (3.5, 0, "4"), (9.9995, 3, "9.999"),
    (1e21, 0, "1000000000000000000000"), (-0.0, 2, "0.00"), (-0.001, 2, "0.00"), (-0.4, 0, "0"),
    (.nan, 2, "–"), (.infinity, 2, "∞"), (-.infinity, 2, "−∞"),
  ])
  func fixedRoundsTheBinaryNumber(value: Double, decimals: Int, text: String) {
    #expect(NumberFormat.fixed(value, decimals) == text)
  }

  @Test(arguments: [
    (0.125, 2, "0.13"), (2.5, 0, "3"), (-2.5, 0, "−3"), (9.9995, 3, "10.000"), (-0.001, 2, "0.00"),
    (-0.0, 1, "0.0"), (1e21, 0, "1e+21"), (.nan, 1, "nan"), (.infinity, 1, "inf"),
  ])
  func roundedTakesHalvesAwayFromZero(value: Double, decimals: Int, text: String) {
    #expect(NumberFormat.rounded(value, decimals: decimals) == text)
  }

  @Test(arguments: [
    (0, "0"), (-0.0, "0"), (9.9995, "10"), (0.125, "0.125"), (1234.5, "1230"), (123_456, "123000"),
    (999_500, "1e6"), (1e21, "1e21"), (0.000_123_4, "0.000123"), (1.25e-5, "1.25e-5"),
    (-0.5, "-0.5"), (.nan, "unknown"), (.infinity, "infinite"), (-.infinity, "-infinite"),
  ])
  func sentences(value: Double, text: String) {
    #expect(NumberFormat.sentence(value) == text)
  }

  @Test(arguments: [
    (0, "0"), (9.9995, "10"), (123_456, "123000"), (1e21, "1e21"), (0.000_123_4, "1.23e-4"),
    (.nan, "nan"), (.infinity, "inf"),
  ])
  func shortNumbers(value: Double, text: String) {
    #expect(NumberFormat.short(value) == text)
  }

  @Test(arguments: [
    (0, "0"), (9.9995, "10"), (0.125, "0.125"), (2.5e7, "2.5e7"), (1e21, "1e21"), (.nan, "unknown"),
    (.infinity, "unbounded"),
  ])
  func verdicts(value: Double, text: String) {
    #expect(NumberFormat.verdict(value) == text)
  }

  @Test(arguments: [(3, "3"), (-0.0, "0"), (0.5, "0.5"), (1e21, "1e+21"), (.nan, "nan")])
  func shortest(value: Double, text: String) {
    #expect(NumberFormat.shortest(value) == text)
  }

  @Test(arguments: [(0, "0 B"), (999.4, "999 B"), (999.5, "1 kB"), (3.484e6, "3.48 MB")])
  func bytes(value: Double, text: String) {
    #expect(NumberFormat.bytes(value) == text)
  }
}
