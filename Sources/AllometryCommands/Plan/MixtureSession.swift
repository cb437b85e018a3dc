internal import Quantities
internal import Reports
internal import ScalingLaws
internal import Statistics

/// The best mixture of training domains by saved fits of the mixture law [134].
struct MixtureSession {
  let targets: [SavedFit]
  let laws: [MixtureLaw]
  let options: MixtureArguments

  init(targets: [SavedFit], options: MixtureArguments) throws {
    self.targets = targets
    self.options = options
    laws = targets.compactMap { MixtureLaw($0.law) }
    guard let first = laws.first, laws.count == targets.count,
      laws.allSatisfy({ $0.domains == first.domains })
    else {
      throw CommandFailure(
        .badData, "the saved fits have different domains: expected targets of one table")
    }
  }

  private var domains: [String] { laws[0].domains }

  /// The mixture of lowest weighted outcome within the allowed shares.
  func print(json: Bool) throws {
    let answer = try self.answer()
    if json {
      try Console.print(json: answer)
    } else {
      Console.print(answer.text(Console.terminal), terminator: "")
    }
  }

  private func answer() throws -> MixtureAnswer {
    let search = try options.chosenSearch()
    let tried = domains.map { domain in
      let ranges = targets.map { $0.ranges[domain] ?? 0...1 }
      let low = ranges.map(\.lowerBound).max() ?? 0
      return low...max(low, ranges.map(\.upperBound).min() ?? 1)
    }
    let ranges = try options.ranges(of: domains, tried: tried)
    guard let space = MixtureOptimum(within: ranges) else {
      throw CommandFailure(
        .badData,
        "found bounds of shares whose lower ends add up to \(NumberFormat.significant(ranges.reduce(0) { $0 + $1.lowerBound }, 3)) and whose upper ends to \(NumberFormat.significant(ranges.reduce(0) { $0 + $1.upperBound }, 3)), expected bounds that allow a sum of 1"
      )
    }
    let sizes = try zip(targets, laws).map { try options.sizes(of: $0, law: $1) }
    let weights = self.weights
    func objective(_ points: [[Double]]) -> MixtureObjective {
      MixtureObjective(
        laws.indices.map {
          MixtureObjective.Target(
            weight: weights[$0], law: laws[$0], point: points[$0], sizes: sizes[$0])
        })
    }
    let mean = domains.map { targets[0].document.mixture?.meanShares[$0] ?? 0 }
    let start = domains.map { targets[0].document.mixture?.bestTried[$0] ?? 0 }
    let estimate = objective(targets.map(\.estimate))
    let refits = targets.map(\.draws.count).min() ?? 0
    // The refits of all targets reweight the same runs alike, so they are read side by side.
    let used = stride(from: 0, to: refits, by: max(1, refits / 200)).prefix(200)
    let best: [Double]
    let spread: [[Double]]
    switch search {
    case .optimum:
      let starts = start.reduce(0, +) > 0.5 ? [start, mean] : []
      best = space.minimize(estimate, from: starts)
      spread = used.map { index in
        space.minimize(objective(targets.map { $0.draws[index] }), from: [best])
      }
    case .dirichlet:
      let drawn = DirichletSearch(
        concentrations: try options.concentrations(of: domains, mean: mean), within: space,
        samples: options.drawn, seed: options.searchSeed ?? 0)
      best = drawn.best(estimate.value, of: options.averaged)
      // The same draws as the estimate's, or the average of the best would not be the same thing.
      let refits = stride(from: 0, to: refits, by: max(1, refits / 24)).prefix(24)
      spread = refits.map { index in
        drawn.best(objective(targets.map { $0.draws[index] }).value, of: options.averaged)
      }
    }
    let reference = mean.reduce(0, +) > 0.5 ? mean : domains.map { _ in 1 / Double(domains.count) }
    func value(_ target: Int, _ shares: [Double]) -> ([Double]) -> Double {
      let (law, size) = (laws[target], sizes[target])
      return { law.loss($0, of: shares, sizes: size).value }
    }
    let tail = targets[0].tail
    func ends(_ value: Double, _ values: [Double]) -> Estimated {
      Estimated(value: value, over: values, tail: tail)
    }
    func summed(_ change: Bool) -> Estimated {
      func total(_ points: [[Double]]) -> Double {
        let objective = objective(points)
        return objective.value(best) - (change ? objective.value(reference) : 0)
      }
      return ends(
        total(targets.map(\.estimate)),
        (0..<refits).map { index in total(targets.map { $0.draws[index] }) })
    }
    let list = targets.indices.map { index in
      MixtureAnswer.Target(
        response: targets[index].document.response.column, weight: weights[index],
        form: laws[index].form.rawValue,
        outcome: targets[index].derived(value(index, best)),
        change: targets[index].derived {
          value(index, best)($0) - value(index, reference)($0)
        })
    }
    let atBounds = domains.indices.filter {
      best[$0] > 1e-4 && abs(best[$0] - space.ranges[$0].upperBound) < 1e-6
        && space.ranges[$0].upperBound < 1
    }.map { domains[$0] }
    let change = summed(true)
    var warnings = warnings(sizes: sizes)
    if change.high >= 0 {
      warnings.insert(
        "whether the shares make a difference at all is not told by this table: the gain over the mean of the fitted mixtures is not told from zero, and the shares above are no advice",
        at: 0)
    }
    return MixtureAnswer(
      search: search.rawValue,
      drawn: search == .dirichlet ? (options.averaged, options.drawn) : nil,
      level: targets[0].level,
      tried: targets[0].ranges, scale: laws[0].scale, shares: named(best),
      intervals: Dictionary(
        domains.indices.map { index in
          (domains[index], ends(best[index], spread.map { $0[index] }))
        }, uniquingKeysWith: { first, _ in first }),
      outcome: summed(false), change: change, targets: list, atBounds: atBounds,
      sizes: Dictionary(
        zip(laws[0].scale.columns, sizes[0]).map { ($0, $1) },
        uniquingKeysWith: { first, _ in first }),
      warnings: warnings)
  }

  /// What each target counts, adding up to 1.
  private var weights: [Double] {
    let saved = targets.map { $0.document.mixture?.weight ?? 1 }
    let sum = saved.reduce(0, +)
    return sum > 0 ? saved.map { $0 / sum } : saved.map { _ in 1 / Double(saved.count) }
  }

  private func named(_ values: [Double]) -> [String: Double] {
    Dictionary(zip(domains, values).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
  }

  private func warnings(sizes: [[Double]]) -> [String] {
    var result: [String] = []
    for (index, target) in targets.enumerated() {
      let name = targets.count > 1 ? "\(target.document.response.column): " : ""
      result += target.document.warnings.map { name + $0 }
      result += zip(laws[index].scale.columns, sizes[index]).compactMap { column, value in
        target.ranges[column].flatMap { Reach(column: column, value: value, range: $0).sentence }
      }
    }
    if laws.allSatisfy({ $0.form == .logLinear }) {
      result.append(
        "the log-linear form always puts the optimum into a corner of the allowed shares: fit other forms too (without --set form)"
      )
    }
    var seen: Set<String> = []
    return result.filter { seen.insert($0).inserted }
  }
}
