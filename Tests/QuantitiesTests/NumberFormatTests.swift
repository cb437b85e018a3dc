import Quantities
import Testing

@Suite struct NumberFormatTests {
  @Test(arguments: [
    (7.32e10, "73.2B"), (0, "0"), (512, "512"), (999.4, "999"), (999.6, "1k"), (999_999, "1M"),
    (1.4e9, "1.4B"), (7e7, "70M"), (2e12, "2T"), (9.99e14, "999T"), (1e15, "1e15"),
    (-1500, "-1.5k"), (0.25, "0.25"), (3e-7, "3e-7"), (.nan, "–"), (.infinity, "∞"),
    (-.infinity, "−∞"),
  ])
  func scale(value: Double, text: String) { #expect(NumberFormat.scale(value) == text) }

  @Test(arguments: [
    (5.76e23, "5.76e23"), (1e21, "1e21"), (9.996e21, "1e22"), (0, "0"), (42, "42"),
    (12_345, "1.23e4"), (2.5e-9, "2.5e-9"), (-6e18, "-6e18"), (.nan, "–"),
  ])
  func flops(value: Double, text: String) { #expect(NumberFormat.flops(value) == text) }

  @Test(arguments: [
    (0.034567, 3, "0.0346"), (123_456, 3, "123000"), (1.0, 4, "1"), (0.99996, 4, "1"),
    (2.5, 1, "2"), (1e-5, 2, "1e-5"), (-0.5, 2, "-0.5"),
  ])
  func significant(value: Double, digits: Int, text: String) {
    #expect(NumberFormat.significant(value, digits) == text)
  }

  @Test(arguments: [
    (0.347, 0.321, 0.374, "0.347 [0.321, 0.374]"), (406.4, 330, 500, "406 [330, 500]"),
    (1.69, 1.6, 1.8, "1.69 [1.60, 1.80]"), (7.32e10, 6.01e10, 8.03e10, "73B [60B, 80B]"),
    (5.76e23, 5e23, 6e23, "5.8e23 [5.0e23, 6.0e23]"),
    (1.5, .nan, 2, "1.5 [–, 2]"), (1.5, 1, .infinity, "1.5 [1, ∞]"), (2, 2, 2, "2 [2, 2]"),
    (.nan, .nan, .nan, "– [–, –]"), (-0.001, -0.2, 0.2, "0.00 [-0.20, 0.20]"),
    (3e-7, 2.1e-7, 4.5e-7, "3.0e-7 [2.1e-7, 4.5e-7]"),
  ])
  func interval(value: Double, low: Double, high: Double, text: String) {
    #expect(NumberFormat.withInterval(value, low, high) == text)
  }

  @Test(arguments: [
    (0, "0 s"), (2.5e-6, "2.5 µs"), (0.85, "850 ms"), (12.42, "12.4 s"), (59.96, "1 min"),
    (200, "3 min 20 s"), (3_599.7, "1 h"), (7_500, "2 h 05 min"), (86_399, "1 d"),
    (356_400, "4 d 3 h"), (.nan, "–"), (-5, "-5 s"),
  ])
  func duration(seconds: Double, text: String) {
    #expect(NumberFormat.duration(seconds) == text)
  }

  @Test func percentAndFixed() {
    #expect(NumberFormat.percent(0.0512) == "5.1%")
    #expect(NumberFormat.percent(.nan) == "–")
    #expect(NumberFormat.fixed(-0.001, 2) == "0.00")
    #expect(NumberFormat.fixed(2.5, 2) == "2.50")
  }
}
