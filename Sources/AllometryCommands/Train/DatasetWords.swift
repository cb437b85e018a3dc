internal import Quantities
internal import Reports
internal import Training

extension DatasetRecord {
  /// The data as a person describes them: `toolchain (text, cf8b69f8b015f65c)`, or a task with its
  /// knobs, `parity (task, heads 1, span 4)`.
  var words: String {
    let parts = hash.split(separator: " ")
    // What defines a task or language is written as its name, its version and its knobs.
    guard parts.count > 2, parts[0] == name, parts[2...].allSatisfy({ $0.contains("=") }) else {
      return "\(name) (\(kind), \(hash))"
    }
    let knobs = parts[2...].map { knob -> String in
      let sides = knob.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { return String(knob) }
      let value = Double(sides[1]).map { NumberFormat.significant($0, 6) } ?? String(sides[1])
      return "\(sides[0]) \(value)"
    }
    return "\(name) (\(kind), \(knobs.joined(separator: ", ")))"
  }
}
