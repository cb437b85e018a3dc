internal import Quantities
internal import RunTables
internal import SamplingLaws

extension SamplingVerdict {
  /// Compares the sizes of one arm.
  init(
    arm: String, sampled: [(row: StudyRow, attempts: OutcomeArm)], axis: SampledAxis,
    settings: VerdictSettings
  ) {
    self.arm = arm
    problems = sampled[0].attempts.problemCount
    seeds = Set(sampled.map(\.row.seed)).count
    // 1,000 resamples: the ends of an interval are order statistics.
    let bootstrap = ProblemBootstrap(
      resamples: 1000, level: settings.level, seed: settings.seed, threads: settings.threads)
    let rungs = Set(sampled.map(\.row.rung)).sorted()
    tradeoffs = axis.selectors.map { selector in
      let sizes = rungs.map { rung in
        let own = sampled.filter { $0.row.rung == rung }
        let matrices = own.map {
          selector.accuracy(
            of: $0.attempts, samples: axis.samples, seed: settings.seed, threads: settings.threads)
        }
        return SizeSampleTradeoff.Size(
          name: own[0].row.size, parameters: Double(own[0].row.costs.activeParameters),
          operationsPerSample: own[0].row.outcome?.metrics[SampledAttempts.operationsName] ?? 1,
          accuracy: ProblemMatrix(meanOf: matrices))
      }
      return SizeSampleTradeoff(
        sizes: sizes, samples: axis.samples, selector: selector.rawValue, bootstrap: bootstrap)
    }
    sentences = tradeoffs.flatMap { Self.sentences($0) }
    warnings = []
    if seeds == 1 {
      warnings.append(
        "one seed: intervals are over problems, not over trainings of the same size")
    }
    for warning in tradeoffs.flatMap(\.warnings) where !warnings.contains(warning) {
      warnings.append(warning)
    }
  }

  /// What the smallest and the largest size have to say to each other.
  private static func sentences(_ tradeoff: SizeSampleTradeoff) -> [String] {
    var names: [String] = []
    for cell in tradeoff.cells where !names.contains(cell.size) { names.append(cell.size) }
    var sentences: [String] = []
    let winners = tradeoff.budgets.map(\.best)
    if names.count > 1, let first = tradeoff.budgets.first, let final = tradeoff.budgets.last {
      let changes = Set(winners)
      let title = "By \(tradeoff.selector), "
      if changes.count == 1 {
        sentences.append(
          "\(title)\(first.best) is the best size for every budget of inference from \(NumberFormat.verdict(first.operations, digits: 2)) to \(NumberFormat.verdict(final.operations, digits: 2)) FLOPs a problem."
        )
      } else {
        let turns = tradeoff.budgets.indices.dropFirst().filter { winners[$0] != winners[$0 - 1] }
        let list = turns.map {
          "\(winners[$0]) from \(NumberFormat.verdict(tradeoff.budgets[$0].operations, digits: 2))"
        }
        sentences.append(
          "\(title)\(first.best) is the best size for the smallest budgets of inference, \(list.joined(separator: ", ")) FLOPs a problem on."
        )
      }
    }
    if let widest = tradeoff.exchanges.first(where: {
      $0.small == names.first && $0.large == names.last
    }) {
      sentences.append(widest.sentence)
    }
    return sentences
  }
}

extension SampleSelector {
  /// The accuracy of each problem with each number of samples.
  func accuracy(of arm: OutcomeArm, samples: [Int], seed: UInt64, threads: Int) -> ProblemMatrix {
    switch self {
    case .coverage:
      return ProblemMatrix(
        columnCount: samples.count, problems: arm.problemCount, threads: threads
      ) { problem in
        let rows = arm.rows(ofProblem: problem)
        let correct = rows.reduce(0) { $0 + Int(arm.correct[$1]) }
        return samples.map {
          Coverage.passAtK($0, correct: correct, attempts: rows.count)
        }
      }
    case .majority:
      do {
        return try MajorityVote(seed: seed).curves(of: arm, samples: samples, threads: threads)
          .matrix
      } catch {
        // A run records the answers of all problems, and as many attempts as the axis is long.
        preconditionFailure("\(error)")
      }
    }
  }
}
