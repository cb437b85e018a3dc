/// The diagnostics of a run in short: means over the last tenth of the steps that were measured.
///
/// | name | over the places of a step |
/// |---|---|
/// | `attention_entropy`, `attention_entropy_min` | mean and minimum over heads, in nats |
/// | `sink_mass`, `sink_mass_max` | mean and maximum over heads |
/// | `highest_attention_score` | maximum over heads |
/// | `final_activation_rms`, `logit_rms` | the one place |
/// | `router_load_max`, `router_unused`, `router_dropped` | mean over routers |
///
/// What no step measured is absent.
public struct DiagnosticSummary: Hashable, Sendable, Codable {
  /// The means by name.
  public var values: [String: Double]

  /// How the places of one step become one number.
  private enum Reduction {
    case mean, minimum, maximum
  }

  private struct Entry {
    var name: String
    var measure: String
    var place: String?
    var reduction: Reduction
  }

  private static let entries = [
    Entry(name: "attention_entropy", measure: "attention_entropy", reduction: .mean),
    Entry(name: "attention_entropy_min", measure: "attention_entropy", reduction: .minimum),
    Entry(name: "sink_mass", measure: "sink_mass", reduction: .mean),
    Entry(name: "sink_mass_max", measure: "sink_mass", reduction: .maximum),
    Entry(
      name: "highest_attention_score", measure: "highest_attention_score", reduction: .maximum),
    Entry(
      name: "final_activation_rms", measure: "activation_rms", place: "final", reduction: .mean),
    Entry(name: "logit_rms", measure: "logit_rms", reduction: .mean),
    Entry(name: "router_load_max", measure: "router_load_max", reduction: .mean),
    Entry(name: "router_unused", measure: "router_unused", reduction: .mean),
    Entry(name: "router_dropped", measure: "router_dropped", reduction: .mean),
  ]

  /// Sums up measurements as ``TrainingEvent/diagnostics(step:_:)`` tells them. Steps are in their
  /// order.
  public init(_ steps: [[Diagnostic]]) { self.init(places: steps.map(Self.places)) }

  init(places steps: [[String: Double]]) {
    values = [:]
    let last = steps.suffix(max((steps.count + 9) / 10, 1))
    for entry in Self.entries {
      let numbers = last.compactMap { $0[entry.name] }
      if !numbers.isEmpty { values[entry.name] = numbers.reduce(0, +) / Double(numbers.count) }
    }
  }

  /// The diagnostics of one step in short, by name.
  static func places(of measurements: [Diagnostic]) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for entry in entries {
      numbers[entry.name] = number(
        entry.reduction,
        measurements.filter {
          $0.measure == entry.measure && $0.place == (entry.place ?? $0.place)
        }.map(\.value))
    }
    return numbers
  }

  /// The same for the rows `step,measure,place,value` of a table.
  ///
  /// - Throws: ``TrainingError`` if a row is not a measurement.
  static func places(
    ofRows rows: [Substring], in name: String
  ) throws(TrainingError) -> [[String: Double]] {
    var steps: [[Diagnostic]] = []
    var current: Substring?
    for (index, row) in rows.enumerated() {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 4, Int(cells[0]) != nil, let value = Double(cells[3]) else {
        throw TrainingError(
          .badData, name, "line \(index + 2): expected step,measure,place,value, found \(row)")
      }
      if cells[0] != current { steps.append([]) }
      current = cells[0]
      steps[steps.count - 1].append(
        Diagnostic(measure: String(cells[1]), place: String(cells[2]), value: value))
    }
    return steps.map(places)
  }

  private static func number(_ reduction: Reduction, _ values: [Double]) -> Double? {
    switch reduction {
    case .mean: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    case .minimum: values.min()
    case .maximum: values.max()
    }
  }
}
