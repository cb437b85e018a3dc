import Quantities
import Testing

@Suite struct NumberReaderTests {
  @Test(arguments: [
    ("7B", 7e9), ("3m", 3e6), ("1e9", 1e9), ("1.5e21", 1.5e21), ("300k", 3e5), ("1_000", 1000),
    ("1.5e3M", 1.5e9), ("-2G", -2e9), ("0", 0), ("16.1k", 16_100), ("64.1K", 64_100),
    ("1e-3k", 1), ("0.1T", 1e11), ("1e300T", .infinity),
  ])
  func numbers(text: String, value: Double) {
    #expect(NumberReader.number(text) == value)
  }

  @Test(arguments: ["", "k", "seven", "nan", "inf", "1e400", "0x1B", "7 B", "7BB", "1e", "e9"])
  func noNumbers(text: String) {
    #expect(NumberReader.number(text) == nil)
  }

  @Test func lowerCaseIsAskedFor() {
    #expect(NumberReader.number("3m", lowerCase: false) == nil)
    #expect(NumberReader.number("3M", lowerCase: false) == 3e6)
    #expect(NumberReader.number("3k", lowerCase: false) == 3000)
  }

  @Test(arguments: [
    ("90", 90.0), ("90s", 90), ("3m", 180), ("1.5h", 5400), ("2d", 172_800),
  ])
  func times(text: String, seconds: Double) {
    #expect(NumberReader.seconds(text) == seconds)
  }

  @Test(arguments: ["", "s", "-3m", "0", "1e9", "20000d", "nan", "3ms"])
  func noTimes(text: String) {
    #expect(NumberReader.seconds(text) == nil)
  }

  @Test func integersAreCutOffAndHeldWithinTheirRange() {
    #expect(Int(saturating: 9.9995) == 9)
    #expect(Int(saturating: -0.0) == 0)
    #expect(Int(saturating: -2.5) == -2)
    #expect(Int(saturating: 1e21) == .max)
    #expect(Int(saturating: -Double.infinity) == .min)
    #expect(Int(saturating: Double.nan) == 0)
  }
}
