internal import RunTables
internal import Statistics

/// The accuracies behind a choice of strategies: by part of the problems, bin and arm.
///
/// Problems are dealt into six parts, and every way to take three of them for choosing and the others
/// for judging is used, and its mirror image: twenty splits for one pass over the problems. A problem
/// that a resample draws twice stays in one part.
struct PolicyTallies: Sendable {
  static let parts = 6
  /// The parts of every half.
  static let halves: [[Int]] = {
    (0..<1 << parts).filter { $0.nonzeroBitCount == parts / 2 }.map { mask in
      (0..<parts).filter { mask >> $0 & 1 == 1 }
    }
  }()

  let bins: Int
  let arms: Int
  /// Two where the baseline's even attempts tell difficulty and its odd ones judge, and the
  /// reverse.
  let variants: Int
  private(set) var tallies: ClusterTallies
  /// Problems of each bin in the first variant.
  private(set) var sizes: [Int]

  /// Accuracies are `[variant][problem][arm]`, bins `[variant][problem]`.
  init(accuracies: [[[Double]]], binsOfProblems: [[Int]], bins: Int, seed: UInt64) {
    let parts = Self.deal(binsOfProblems[0].count, seed: seed)
    variants = accuracies.count
    self.bins = bins
    arms = accuracies.first?.first?.count ?? 0
    sizes = [Int](repeating: 0, count: bins)
    tallies = ClusterTallies(cellCount: variants * Self.parts * bins * (arms + 1))
    for problem in parts.indices {
      for variant in 0..<variants {
        let bin = binsOfProblems[variant][problem]
        if variant == 0 { sizes[bin] += 1 }
        let cell = ((variant * Self.parts + parts[problem]) * bins + bin) * (arms + 1)
        tallies.add(1, to: cell)
        for arm in 0..<arms {
          tallies.add(accuracies[variant][problem][arm], to: cell + 1 + arm)
        }
      }
      tallies.endCluster()
    }
  }

  private static func deal(_ problems: Int, seed: UInt64) -> [Int] {
    var random = SplittableRandom(seed: seed).split(-1)
    var parts = (0..<problems).map { $0 % Self.parts }
    for index in stride(from: problems - 1, to: 0, by: -1) {
      parts.swapAt(index, random.nextIndex(below: index + 1))
    }
    return parts
  }

  /// The sums of a variant over some parts: `[bin][problems, then each arm]`.
  func sums(_ all: [Double], variant: Int, parts chosen: [Int]) -> [[Double]] {
    (0..<bins).map { bin in
      var result = [Double](repeating: 0, count: arms + 1)
      for part in chosen {
        let cell = ((variant * Self.parts + part) * bins + bin) * (arms + 1)
        for index in 0...arms { result[index] += all[cell + index] }
      }
      return result
    }
  }

  /// The sums for choosing and for judging of every split; of different problems where
  /// `crossFitted`.
  func splits(_ all: [Double], crossFitted: Bool) -> [(choose: [[Double]], judge: [[Double]])] {
    (0..<variants).flatMap { variant -> [(choose: [[Double]], judge: [[Double]])] in
      if !crossFitted {
        let whole = sums(all, variant: variant, parts: Array(0..<Self.parts))
        return [(whole, whole)]
      }
      return Self.halves.map { half in
        let others = (0..<Self.parts).filter { !half.contains($0) }
        return (
          sums(all, variant: variant, parts: half), sums(all, variant: variant, parts: others)
        )
      }
    }
  }

  /// The accuracy over all problems of what is chosen in each bin, or with `byBin` false in all.
  ///
  /// `judged` holds the arm that each of `choices` is judged as; by default the choice itself.
  static func accuracy(
    choose: [[Double]], judge: [[Double]], choices: [Int], judged: [Int]? = nil, byBin: Bool = true
  ) -> Double {
    var right = 0.0
    var count = 0.0
    let pooled = choose.reduce(into: [Double](repeating: 0, count: choose[0].count)) { sums, bin in
      for index in bin.indices { sums[index] += bin[index] }
    }
    for bin in choose.indices {
      // A bin without problems to choose by is chosen for by all.
      let basis = byBin && choose[bin][0] > 0 ? choose[bin] : pooled
      let best = Self.best(basis, choices)
      let shown = judged.map { $0[best] } ?? choices[best]
      right += judge[bin][shown + 1]
      count += judge[bin][0]
    }
    return count > 0 ? right / count : .nan
  }

  static func best(_ sums: [Double], _ choices: [Int]) -> Int {
    var best = 0
    for place in choices.indices where sums[choices[place] + 1] > sums[choices[best] + 1] {
      best = place
    }
    return best
  }
}
