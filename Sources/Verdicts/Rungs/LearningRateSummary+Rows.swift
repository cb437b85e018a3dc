internal import Quantities
internal import Statistics

extension LearningRateSummary {
  /// Reads from the rows of a study how its learning rates were chosen.
  init(_ rows: [StudyRow], usesMuP: Bool?) {
    let arms = Set(rows.map(\.arm)).sorted()
    let rungs = Set(rows.filter { $0.purpose == .comparison }.map(\.rung)).sorted()
    let sweeps = Self.sweeps(rows)
    let swept = Dictionary(grouping: sweeps, by: \.arm).mapValues { Set($0.map(\.rung)) }
    let comparison = rows.filter { $0.purpose == .comparison }
    let rates = Set(comparison.map(\.learningRate))
    let bySize = Dictionary(grouping: comparison, by: \.rung).values.allSatisfy {
      Set($0.map(\.learningRate)).count == 1
    }
    let everyArm = arms.allSatisfy { !(swept[$0] ?? []).isEmpty }
    let everywhere = everyArm && arms.allSatisfy { Set(rungs).isSubset(of: swept[$0] ?? []) }
    let oneRung = everyArm && swept.values.allSatisfy { $0.count == 1 }
    if sweeps.isEmpty {
      mode = rates.count <= 1 ? .fixed : bySize ? .fixedBySize : .fixedByArm
    } else if everywhere {
      mode = .sweptEverywhere
    } else if oneRung {
      mode = .sweptAndTransferred
    } else {
      mode = .sweptPartly
    }
    self.sweeps = sweeps
    let rule =
      switch usesMuP {
      case .some(true): "transferred by muP"
      case .some(false): "transferred without muP"
      case .none: "transferred"
      }
    switch mode {
    case .fixed:
      let rate = rates.first.map { " of \(NumberFormat.verdict($0))" } ?? ""
      sentence =
        "One learning rate\(rate) for all arms and sizes, without a sweep: a treatment that wants another rate is at a disadvantage."
    case .fixedBySize:
      let way = usesMuP == true ? ", as muP scales it" : ""
      sentence =
        "A learning rate for each size, the same for all arms\(way), without a sweep: a treatment that wants another rate is at a disadvantage."
    case .fixedByArm:
      sentence = "Learning rates that differ between arms, set without a sweep."
    case .sweptEverywhere:
      sentence = "The learning rate was swept for each arm at every rung."
    case .sweptAndTransferred:
      let size = sweeps.first?.size ?? ""
      sentence =
        "The learning rate was swept for each arm at one rung (\(size)) and \(rule) to the others."
    case .sweptPartly:
      let bare = arms.filter { (swept[$0] ?? []).isEmpty }
      let rest =
        bare.isEmpty
        ? "at some rungs only; elsewhere it was \(rule)"
        : "but not for \(bare.joined(separator: ", "))"
      sentence = "The learning rate was swept \(rest)."
    }
  }

  /// One sweep for each arm and rung that has runs for it.
  private static func sweeps(_ rows: [StudyRow]) -> [Sweep] {
    struct Key: Hashable {
      var arm: String
      var rung: Int
    }
    let groups = Dictionary(grouping: rows.filter { $0.purpose == .learningRateSweep }) {
      Key(arm: $0.arm, rung: $0.rung)
    }
    return groups.map { key, members in
      let rates = Set(members.map(\.learningRate)).sorted()
      let losses = rates.map { rate -> Double? in
        let found = members.filter { $0.learningRate == rate }.compactMap(\.finishedLoss)
        return found.isEmpty ? nil : mean(found)
      }
      let best = zip(rates, losses).filter { $0.1 != nil }
        .min { ($0.1 ?? 0) < ($1.1 ?? 0) }?.0
      return Sweep(
        arm: key.arm, rung: key.rung, size: members[0].size, rates: rates, losses: losses,
        best: best, isAtEdge: rates.count > 1 && (best == rates.first || best == rates.last))
    }.sorted { ($0.arm, $0.rung) < ($1.arm, $1.rung) }
  }
}
