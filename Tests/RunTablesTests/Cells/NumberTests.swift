import Foundation
import RunTables
import Testing

@Suite struct NumberTests {
  /// 200,000 spellings, read as one column, against `strtod` of the C library, bit for bit.
  @Test func everySpellingEqualsStrtod() throws {
    var random = SeededGenerator(seed: 20_260_101)
    var spellings: [String] = []
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in Character("\(random.below(10))") })
    }
    for index in 0..<200_000 {
      switch index % 8 {
      case 0:
        // What Python and Swift print for any double at all.
        let value = Double(bitPattern: random.next())
        spellings.append(value.isFinite ? "\(value)" : "0.5")
      case 1: spellings.append("\(Double.random(in: 1...5, using: &random))")
      case 2: spellings.append("\(Double.random(in: 1e-6...1e-2, using: &random))")
      case 3: spellings.append("\(digits(1 + random.below(25))).\(digits(random.below(25)))")
      case 4:
        spellings.append("-\(digits(1 + random.below(20)))e\(random.below(700) - 350)")
      case 5:
        spellings.append(
          "\(digits(1 + random.below(19))).\(digits(1))E+\(random.below(30))")
      case 6:
        // Exact midpoints between doubles and their neighbours: 2⁵³ to 2⁶³ by odd halves of an ulp.
        let shift = 1 + random.below(10)
        let odd = (1 << 53 | random.next() >> 11) << 1 | 1
        let middle = (odd << UInt64(shift - 1)) &+ UInt64(random.below(3)) &- 1
        spellings.append("\(middle)")
      default:
        spellings.append("\(digits(19))e-\(random.below(45))")
      }
    }
    let table = try plain("x,y\n" + spellings.map { "\($0),a\n" }.joined())
    let quoted = try plain("x,y\n" + spellings.map { "\"\($0)\",a\n" }.joined())
    let values = try table.numbers("x")
    let slow = try quoted.numbers("x")
    var differences: [String] = []
    for (index, spelling) in spellings.enumerated() {
      let truth = strtod(spelling, nil)
      if values[index].bitPattern != truth.bitPattern || slow[index].bitPattern != truth.bitPattern
      {
        differences.append(spelling)
      }
    }
    #expect(differences.count == 0, "seed 20260101, first: \(differences.prefix(5))")
  }

  @Test(arguments: [
    ("7k", 7e3), ("7K", 7e3), ("70M", 70e6), ("1.1B", 1.1e9), ("2G", 2e9), ("1.4T", 1.4e12),
    ("1e9", 1e9), ("1E9", 1e9), ("+3", 3), ("-0.25", -0.25), (".5", 0.5), ("5.", 5),
    ("1_000", 1000), ("1_000.5", 1000.5), ("\"12,345,678.5\"", 12_345_678.5),
    ("\"1,234.5k\"", 1_234_500), ("7 B", 7e9), ("1e-3", 0.001), ("1e400", .infinity),
    ("inf", .infinity), ("-Infinity", -.infinity), ("0.1k", 100), ("\" 5 \"", 5),
    ("0.00000000000000000000000000000000001", 1e-35),
  ])
  func numbers(cell: String, value: Double) throws {
    #expect(try plain("x,y\n\(cell),a\n").column("x") == .numbers([value]))
  }

  @Test(arguments: [
    "5%", "7m", "1__0", "_1", "1_", "1e", "e5", ".", "-", "0x10", "7KB", "\"1,2,3\"",
    "\"1,000,00\"", "1.2.3", "7  B", "--1", "infinit", "1e5.5", "\",\"", "1_000_", "12abc", "true",
    "\"1,000\"", "1b", "7g",
  ])
  func textIsNotANumber(cell: String) throws {
    let table = try plain("x,y\n\(cell),a\n")
    #expect(
      message { _ = try table.numbers("x") }?.hasPrefix("runs.csv:2: column x: found") == true)
  }

  @Test(arguments: ["N", "D", "C", "U", "params", "tokens", "n_params", "Training FLOP"])
  func lowerCaseMillionInCounts(column: String) throws {
    #expect(try plain("\(column),y\n70m,a\n1b,b\n").column(column) == .numbers([70e6, 1e9]))
  }

  @Test func lowerCaseMillionAfterRenaming() throws {
    let table = try plain("model,loss\n70m,2\n410m,1\n")
    #expect(try table.column("model") == .text(["70m", "410m"]))
    let mapped = try table.applying(try ColumnMap.parse("N=model"))
    #expect(try mapped.column("N") == .numbers([70e6, 410e6]))
  }

  @Test(arguments: [
    "", "NA", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "\"\"", "  ", "\"NA\"",
  ])
  func missing(cell: String) throws {
    let table = try plain("x,y,z\n1,a,b\n\(cell),\(cell),b\n")
    #expect(try table.numbers("x")[1].isNaN)
    // In a column of text the same spelling is a word.
    #expect(try table.texts("y") == ["a", cell.filter { $0 != "\"" && $0 != " " }])
    #expect(try table.texts("x") == ["1", ""])
  }
}
