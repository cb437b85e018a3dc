public import LanguageModels
internal import Tensors

/// How evenly a router chose in its last run.
public struct RouterLoad: Hashable, Sendable {
  /// The share of the most chosen one times the number of choices: 1 where all are chosen equally
  /// often, the number of choices where one is always chosen.
  public var largest: Double
  /// The share of the choices that no row chose.
  public var unused: Double
  /// The share of the rows' places that went to nothing, because the choice was dropped or its weight
  /// is zero.
  public var dropped: Double

  /// The load of choices counted in a run, `dropped` of whose places went to nothing.
  public init(counts: [Int], dropped: Int, places: Int) {
    let chosen = counts.reduce(0, +)
    largest =
      Double(counts.max() ?? 0) / Double(max(chosen, 1)) * Double(counts.count)
    unused =
      Double(counts.reduce(0) { $1 == 0 ? $0 + 1 : $0 }) / Double(max(counts.count, 1))
    self.dropped = Double(dropped) / Double(max(places, 1))
  }

  func diagnostics(at place: String) -> [Diagnostic] {
    [
      Diagnostic(measure: "router_load_max", place: place, value: largest),
      Diagnostic(measure: "router_unused", place: place, value: unused),
      Diagnostic(measure: "router_dropped", place: place, value: dropped),
    ]
  }
}

extension Routing {
  /// How evenly the rows of the last run chose; one pass over the choices.
  public var load: RouterLoad {
    var counts = [Int](repeating: 0, count: affinities.columnCount)
    var dropped = 0
    for (place, choice) in chosen.buffer.enumerated() {
      guard choice >= 0, choice < counts.count,
        place < weights.count, weights.values[place] != 0
      else {
        dropped += 1
        continue
      }
      counts[Int(choice)] += 1
    }
    return RouterLoad(counts: counts, dropped: dropped, places: chosen.count)
  }
}
