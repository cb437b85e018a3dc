internal import Foundation

/// Two runs that share rung, seed and branch.
struct RunPair: Sendable {
  var baseline: StudyRow
  var treatment: StudyRow
  /// ln loss of each.
  var logLosses: (baseline: Double, treatment: Double)

  init?(_ baseline: StudyRow, _ treatment: StudyRow) {
    guard let first = baseline.finishedLoss, let second = treatment.finishedLoss else { return nil }
    self.baseline = baseline
    self.treatment = treatment
    logLosses = (log(first), log(second))
  }

  /// ln of the treatment's loss over the baseline's.
  var logRatio: Double { logLosses.treatment - logLosses.baseline }
}

/// The runs of an arm beside those of the baseline.
struct ComparedRuns: Sendable {
  /// The place of a run among those of its arm.
  struct Place: Hashable, Comparable, Sendable {
    var rung: Int
    var branch: Int
    var seed: UInt64

    static func < (left: Place, right: Place) -> Bool {
      (left.rung, left.branch, left.seed) < (right.rung, right.branch, right.seed)
    }
  }

  /// One run a place, finished or not.
  let baseline: [Place: StudyRow]
  let treatment: [Place: StudyRow]
  /// By rung, branch and seed.
  let pairs: [RunPair]
  let pairing: RunPairing
  let warnings: [String]

  init(_ rows: [StudyRow], baseline baselineName: String, arm: String) {
    var repeated = 0
    func table(_ name: String) -> [Place: StudyRow] {
      var result: [Place: StudyRow] = [:]
      for row in rows where row.arm == name && row.purpose == .comparison {
        let place = Place(rung: row.rung, branch: row.branch, seed: row.seed)
        if let known = result[place] {
          repeated += 1
          if known.finishedLoss != nil { continue }
        }
        result[place] = row
      }
      return result
    }
    let first = table(baselineName)
    let second = table(arm)
    baseline = first
    treatment = second
    var pairs: [RunPair] = []
    var pairing = RunPairing(
      pairs: 0, independentPairs: 0, seeds: [], unpaired: [], diverged: [], failed: [],
      missing: [])
    for place in Set(first.keys).union(second.keys).sorted() {
      let sides = [(baselineName, first[place]), (arm, second[place])]
      if let left = first[place], let right = second[place], let pair = RunPair(left, right) {
        pairs.append(pair)
        continue
      }
      let size = first[place]?.size ?? second[place]?.size ?? ""
      for (name, row) in sides {
        func named(_ message: String?) -> RunPairing.Place {
          RunPairing.Place(
            arm: name, rung: place.rung, size: size, seed: place.seed, branch: place.branch,
            message: message)
        }
        guard let row else {
          pairing.missing.append(named("not in the study"))
          continue
        }
        guard let outcome = row.outcome else {
          pairing.missing.append(named("not ended"))
          continue
        }
        switch outcome.status {
        case .finished where row.finishedLoss != nil: pairing.unpaired.append(named(nil))
        case .finished: pairing.failed.append(named("finished without a positive loss"))
        case .diverged: pairing.diverged.append(named(outcome.message))
        case .failed: pairing.failed.append(named(outcome.message))
        }
      }
    }
    pairing.pairs = pairs.count
    pairing.independentPairs = Set(pairs.map { Trunk($0) }).count
    pairing.seeds = Set(pairs.map(\.baseline.seed)).sorted()
    self.pairs = pairs
    self.pairing = pairing
    warnings =
      repeated > 0
      ? ["\(repeated) runs repeat the place of another run of their arm: the first one counts"] : []
  }

  /// What the branches of one pair of trunks share.
  struct Trunk: Hashable, Comparable, Sendable {
    var rung: Int
    var seed: UInt64

    init(_ pair: RunPair) {
      rung = pair.baseline.rung
      seed = pair.baseline.seed
    }

    static func < (left: Trunk, right: Trunk) -> Bool {
      (left.rung, left.seed) < (right.rung, right.seed)
    }
  }

  /// The rungs that have pairs, ascending.
  var rungs: [Int] { Set(pairs.map(\.baseline.rung)).sorted() }
  /// The branches that have pairs, ascending.
  var branches: [Int] { Set(pairs.map(\.baseline.branch)).sorted() }
  /// The finished runs of the baseline, paired or not, in order.
  var finishedBaseline: [StudyRow] { Self.finished(baseline) }
  /// The finished runs of the arm, paired or not, in order.
  var finishedTreatment: [StudyRow] { Self.finished(treatment) }

  private static func finished(_ table: [Place: StudyRow]) -> [StudyRow] {
    table.keys.sorted().compactMap { table[$0] }.filter { $0.finishedLoss != nil }
  }
}
