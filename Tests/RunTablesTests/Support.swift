import RunTables
import Testing

/// SplitMix64 [Steele 2014]: small, seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// The description of the `TableError` that the body throws; nil if it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return (error as? TableError)?.description ?? "not a TableError: \(error)"
  }
}

/// Reads a table with nothing inferred from its names.
func plain(
  _ text: String, source: String = "runs.csv", options: TableOptions = TableOptions()
) throws(TableError) -> RunTable {
  var options = options
  options.recognizesConventions = false
  return try RunTable.parse(text, source: source, options: options)
}
