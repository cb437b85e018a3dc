import Foundation
import RunTables
import Testing

/// Damages valid input in every way that files are damaged, always the same way for a seed.
struct InputMutator {
  var random: SeededGenerator

  static let tables: [(name: String, text: String)] = [
    (
      "a.csv",
      "run,N,D,loss\n\"a, b\",1e9,2B,2.5\n\"say \"\"x\"\"\",7M,\"1,000\",NA\r\nc,1_000,3,inf\n"
    ),
    ("a.tsv", "run\tN\tloss\na\t1\t2\nb\t3\t4.123456789012345678\n"),
    (
      "a.jsonl",
      "{\"N\":1e9,\"m\":{\"a\":[1,{\"b\":2}]},\"s\":\"\\u00e9\"}\n{\"N\":\"2B\",\"s\":null}\n"
    ),
    (
      "a.json",
      "{\"meta\":{\"v\":[1,2]},\"runs\":[{\"N\":1,\"x\":true},{\"N\":-2.5e-3,\"y\":\"\\ud83d\\ude00\"}]}"
    ),
    ("a.json", "{\"N\":[1,2,3],\"loss\":[\"1,000\",NaN,-Infinity]}"),
    ("a.json", "[{\"eval/loss\":1,\"params\":5},{\"eval/loss\":2,\"params\":\"7m\"}]"),
    ("-", "x|_step\n1|2\n\n3|4\n"),
  ]

  static let filters = [
    "D/N<=200 && family==c4", "!(log(N)^2 > -1e9) || `odd name` != \"x\"",
    "metric.acc*2 - abs(-loss)/7B >= sqrt(eval/loss)", "run=='a' && (N+1)*2 == 4",
  ]

  static let maps = ["N=params,D=tokens,loss=eval/loss", "\"a,b\"=\"x=\"\"y\"\"\",c=d", "N=N"]

  private static let splinters: [[UInt8]] =
    [
      "\"", "\"\"", "\n", "\r", ",", "\t", "{", "}", "[", "]", ":", "\\", "\\u", "\\ud83d",
      "1e999999999",
      "99999999999999999999999999999999", "-", ".", "_", "e", "NaN", "null", "(", ")", "!", "`",
      "'", "&&",
      "||", "=", "/", "^", "\u{0}", "\u{FEFF}", "é", "e\u{301}", "👩‍👩‍👧", "7B", "m", "%",
    ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8], [0x80]]

  mutating func mutate(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0...random.below(6) {
      let at = random.below(bytes.count + 1)
      switch random.below(9) {
      case 0: bytes.removeSubrange(at...)
      case 1 where at < bytes.count: bytes[at] ^= UInt8(1 << random.below(8))
      case 2 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 3:
        let end = min(bytes.count, at + random.below(8))
        bytes.removeSubrange(at..<end)
      case 4:
        let end = min(bytes.count, at + random.below(40))
        bytes.insert(contentsOf: bytes[at..<end], at: random.below(bytes.count + 1))
      case 5:
        let piece = Self.splinters[random.below(Self.splinters.count)]
        let times = random.below(20) == 0 ? 300 : 1
        bytes.insert(contentsOf: (0..<times).flatMap { _ in piece }, at: at)
      case 6:
        let digits = (0..<random.below(60)).map { _ in UInt8(48 + random.below(10)) }
        bytes.insert(contentsOf: digits, at: at)
      default:
        bytes.insert(contentsOf: Self.splinters[random.below(Self.splinters.count)], at: at)
      }
    }
    return bytes
  }
}

/// Whatever the input, reading ends with a table or a `TableError`, never with a crash.
///
/// Runs for about two seconds; `ALLOMETRY_FUZZ_SECONDS` sets another time and then also begins at
/// a seed of its own, so that long runs do not repeat the short one.
@Suite struct FuzzTests {
  @Test func damagedInputNeverCrashes() throws {
    let wanted = ProcessInfo.processInfo.environment["ALLOMETRY_FUZZ_SECONDS"].flatMap(Double.init)
    let deadline = wanted.map { Date().addingTimeInterval($0) }
    let first: UInt64 = wanted == nil ? 1 : 1_000_000
    var seed = first
    var read = 0
    while deadline.map({ Date() < $0 }) ?? (seed < first + 6000) {
      if try survives(seed) { read += 1 }
      seed += 1
    }
    let cases = Int(seed - first)
    print("fuzz: \(cases) cases, \(read) of them still readable")
    // A mutator that breaks everything, or nothing, tests nothing.
    #expect(read > cases / 20 && read < cases * 19 / 20)
  }

  /// One case; whether the damaged table could still be read.
  private func survives(_ seed: UInt64) throws -> Bool {
    var mutator = InputMutator(random: SeededGenerator(seed: seed))
    let sample = InputMutator.tables[Int(seed) % InputMutator.tables.count]
    let bytes = mutator.mutate(sample.text)
    let whole = Result { try RunTable.parse(bytes, source: sample.name) }
    let options = TableOptions(blockBytes: 1 + mutator.random.below(30))
    let cut = Result { try RunTable.parse(bytes, source: sample.name, options: options) }
    let filter = String(decoding: mutator.mutate(pick(InputMutator.filters, seed)), as: UTF8.self)
    let map = String(decoding: mutator.mutate(pick(InputMutator.maps, seed)), as: UTF8.self)
    switch (whole, cut) {
    case (.success(let table), .success(let other)):
      #expect(table.columns == other.columns, "seed \(seed)")
      #expect(table.lineNumbers == other.lineNumbers, "seed \(seed)")
      try use(table, filter: filter, map: map, seed: seed)
      return true
    case (.failure(let a), .failure(let b)):
      #expect("\(a)" == "\(b)", "seed \(seed)")
      #expect(a is TableError, "seed \(seed)")
    default: Issue.record("seed \(seed): the blocks changed the outcome")
    }
    let fixed = try RunTable(
      [
        "N": .numbers([1, .nan]), "D": .numbers([2, 3]), "family": .text(["c4", ""]),
        "eval/loss": .numbers([1, 2]), "odd name": .text(["x", "y"]), "loss": .numbers([1, 2]),
        "metric.acc": .numbers([0, 1]), "run": .text(["a", "b"]),
      ], source: "fixed")
    try use(fixed, filter: filter, map: map, seed: seed)
    return false
  }

  private func pick(_ texts: [String], _ seed: UInt64) -> String {
    texts[Int(seed % 97) % texts.count]
  }

  /// Everything one can do with a table, on whatever was read.
  private func use(_ table: RunTable, filter: String, map: String, seed: UInt64) throws {
    for name in table.columnNames {
      #expect(try table.column(name).count == table.rowCount, "seed \(seed)")
    }
    #expect(table.lineNumbers.count == table.rowCount, "seed \(seed)")
    attempt {
      let kept = try table.filtered(by: filter)
      #expect(kept.rowCount <= table.rowCount)
    }
    attempt { _ = try table.applying(try ColumnMap.parse(map)) }
    attempt {
      _ = try table.derivingCompute().validated(positive: ["N", "D", "C"])
    }
    attempt { _ = try table.curves(run: [table.columnNames[0]]) }
    let groups = try table.grouped(by: Array(table.columnNames.prefix(2)))
    #expect(groups.reduce(0) { $0 + $1.table.rowCount } == table.rowCount, "seed \(seed)")
    let lines = Result { try plain(table.jsonLinesText(), source: "x.jsonl") }
    #expect((try? lines.get())?.rowCount == table.rowCount, "seed \(seed)")
  }

  private func attempt(_ body: () throws -> Void) {
    if let text = message(body) { #expect(text.contains(", expected ")) }
  }
}
