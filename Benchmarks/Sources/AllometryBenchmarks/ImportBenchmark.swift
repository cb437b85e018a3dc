import Foundation
import RunTables

/// Reading a CSV file of a million rows.
func measureImport(inputs: String) throws -> [Measurement] {
  let path = "\(inputs)/import.csv"
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  let bytes = (attributes[.size] as? NSNumber)?.doubleValue ?? 0
  let before = Stopwatch.peakMegabytes
  // No machine parses 50 GB/s; the same floor catches a read that was put off.
  let floor = bytes / 50e9
  var watch = Stopwatch()
  var rows = 0
  var sum = 0.0
  // The peak of the first read: what later ones leave behind in the allocator is not counted.
  var peak = 0.0
  let repetitions = 5
  for _ in 0..<repetitions {
    let tables = try watch.fastest(of: 1, floor: floor) {
      try RunTable.read(contentsOf: path)
    }
    if peak == 0 { peak = Stopwatch.peakMegabytes }
    rows = tables[0].rowCount
    sum = try tables[0].numbers("loss").reduce(0, +)
  }
  let mebibytes = bytes / 1_048_576
  return [
    Measurement(
      benchmark: "import",
      input: "\(rows) rows, \(Int(mebibytes.rounded())) MiB", program: "allometry",
      wallSeconds: watch.wall, cpuSeconds: watch.cpu, repetitions: repetitions,
      peakMegabytes: peak,
      results: ["rows": Double(rows), "lossSum": sum, "megabytesBefore": before], note: "")
  ]
}
