import Statistics
import Testing

@Suite struct MultipleTestingTests {
  static let pValues = [0.01, 0.02, 0.03, 0.005, 0.5, 0.04]

  /// Expected values: `scipy.stats.false_discovery_control`.
  @Test func benjaminiHochberg() {
    let expected = [0.03, 0.04, 0.045, 0.03, 0.5, 0.048]
    for (found, value) in zip(MultipleTesting.benjaminiHochberg(Self.pValues), expected) {
      #expect(abs(found - value) < 1e-15)
    }
  }

  /// By hand: sorted .005·6, .01·5, .02·4, .03·3, .04·2 (raised to .09), .5·1.
  @Test func holm() {
    let expected = [0.05, 0.08, 0.09, 0.03, 0.5, 0.09]
    for (found, value) in zip(MultipleTesting.holm(Self.pValues), expected) {
      #expect(abs(found - value) < 1e-15)
    }
  }

  @Test func missingTestsDoNotCount() {
    let adjusted = MultipleTesting.holm([0.01, .nan, 0.9])
    #expect(adjusted[0] == 0.02)
    #expect(adjusted[1].isNaN)
    #expect(MultipleTesting.benjaminiHochberg([]).isEmpty)
  }
}
