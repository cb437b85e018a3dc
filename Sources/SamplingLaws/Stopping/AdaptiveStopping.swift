internal import Optimization
public import Quantities
public import RunTables

/// Rules that stop sampling early, replayed on recorded attempts in random orders [T20].
///
/// A rule is compared with majority votes of a fixed number of samples of the same mean cost, and with
/// mixtures of two fixed numbers: the concave envelope of the fixed curve. A sequential test needs fewer
/// samples than a fixed one even where all problems are alike (Wald), so that a gain is no proof that
/// problems differ; it is larger where they do.
public struct AdaptiveStopping: Codable, Sendable {
  /// What came of one rule.
  public struct Outcome: Codable, Sendable {
    /// The rule.
    public var rule: StoppingRule
    /// What it is called.
    public var name: String
    /// Its accuracy.
    public var accuracy: Estimated
    /// The mean number of samples.
    public var samples: Estimated
    /// Its accuracy less that of fixed numbers of samples with the same mean, paired by problem.
    public var gain: Estimated
    /// The share of replays that used up the recorded attempts before the rule said stop.
    public var exhausted: Double
  }

  /// The number of problems.
  public var problems: Int
  /// The random orders of each problem.
  public var draws: Int
  /// Fixed numbers of samples.
  public var fixedSamples: [Int]
  /// The accuracy of a majority vote of each, over the same orders.
  public var fixedAccuracy: [Estimated]
  /// The rules.
  public var rules: [Outcome]
  /// What to beware of.
  public var warnings: [String]

  /// Rules of several strengths.
  public static let defaultRules: [StoppingRule] =
    [1, 2, 3, 4, 6].map { .aheadBy($0) } + [0.8, 0.9, 0.95, 0.99].map { .posterior($0) }

  /// Replays rules, by default several leads and posteriors, and the first pass where the table has
  /// passes.
  ///
  /// `limit` is the largest number of samples, by default what nine problems in ten have; `draws`
  /// are random orders of each problem, by default as many as 40 million attempts make, from 16 to
  /// 1,000.
  public init(
    _ arm: OutcomeArm, rules: [StoppingRule]? = nil, limit: Int? = nil,
    unparseable: UnparseableAnswers = .discard, draws: Int? = nil, seed: UInt64 = 0,
    bootstrap: ProblemBootstrap
  ) throws(SelectionError) {
    guard let answers = arm.answers else { throw .missingColumn("answer") }
    if let limit, limit < 1 { throw .invalidSamples }
    let grid = try SampleGrid(
      arm, asked: limit.map { SampleGrid.dense(upTo: $0) }, spacing: SampleGrid.dense)
    let rules =
      rules ?? Self.defaultRules + (arm.passes == nil ? [] : [.firstPass(limit: grid.largest)])
    for rule in rules {
      try rule.validate()
      if case .firstPass(let samples) = rule {
        if arm.passes == nil { throw .missingColumn("verifier_pass") }
        if samples > grid.largest {
          throw .tooFewAttempts(asked: samples, most: grid.largest)
        }
      }
    }
    let draws = max(draws ?? min(max(40_000_000 / max(arm.attemptCount, 1), 16), 1000), 1)
    let replay = StoppingReplay(grid: grid, rules: rules, draws: draws)
    let matrix = ProblemMatrix(
      columnCount: replay.columnCount, problems: grid.problems.count, threads: bootstrap.threads
    ) { index in
      let problem = grid.problems[index]
      let rows = arm.rows(ofProblem: problem)
      return replay.row(
        Ballot(arm, answers: answers, problem: problem, unparseable: unparseable),
        correct: arm.correct[rows], passes: arm.passes?[rows],
        orders: RandomOrders(attempts: rows.count, problem: problem, seed: seed))
    }
    let centres = matrix.means
    let resampled = bootstrap.resampledMeans(of: matrix)
    func estimated(_ value: ([Double]) -> Double) -> Estimated {
      bootstrap.interval(
        around: value(centres), draws: resampled.map(value), problems: grid.problems.count)
    }
    problems = grid.problems.count
    self.draws = draws
    fixedSamples = grid.samples
    fixedAccuracy = grid.samples.indices.map { column in estimated { $0[column] } }
    let first = grid.samples.count
    self.rules = rules.enumerated().map { index, rule in
      let column = first + 3 * index
      return Outcome(
        rule: rule, name: rule.name, accuracy: estimated { $0[column] },
        samples: estimated { $0[column + 1] },
        gain: estimated {
          $0[column]
            - FixedEnvelope(samples: grid.samples, accuracy: Array($0[..<first]))
            .accuracy($0[column + 1])
        },
        exhausted: centres[column + 2])
    }
    warnings = grid.warnings
    let short = self.rules.filter { $0.exhausted > 0.05 }
    if !short.isEmpty {
      warnings.append(
        "More than 5 % of replays run out of recorded attempts under: "
          + short.map(\.name).joined(separator: ", ") + "; their cost is understated.")
    }
  }
}

private struct StoppingReplay: Sendable {
  let grid: SampleGrid
  let rules: [StoppingRule]
  let draws: Int
  private let required: [[Int]]

  init(grid: SampleGrid, rules: [StoppingRule], draws: Int) {
    self.grid = grid
    self.rules = rules
    self.draws = draws
    required = rules.map { $0.requiredVotes(upTo: grid.largest) }
  }

  /// Fixed numbers of samples, then accuracy, samples and exhaustion of each rule.
  var columnCount: Int { grid.samples.count + 3 * rules.count }

  func row(
    _ ballot: Ballot, correct: ArraySlice<UInt8>, passes: ArraySlice<UInt8>?, orders: RandomOrders
  ) -> [Double] {
    var row = [Double](repeating: 0, count: columnCount)
    let first = grid.samples.count
    let limit = grid.largest
    var order = [Int32](repeating: 0, count: ballot.classes.count)
    var vote = RunningVote(answers: ballot.counts.count)
    var running = rules.map { _ in true }
    for draw in 0..<draws {
      orders.shuffle(&order, draw: draw, depth: limit)
      vote.begin()
      for index in running.indices { running[index] = true }
      func stop(_ rule: Int, _ accuracy: Double, _ samples: Int, exhausted: Bool) {
        running[rule] = false
        row[first + 3 * rule] += accuracy
        row[first + 3 * rule + 1] += Double(samples)
        if exhausted { row[first + 3 * rule + 2] += 1 }
      }
      var column = 0
      for samples in 1...limit {
        let attempt = Int(order[samples - 1])
        let answer = Int(ballot.classes[attempt])
        if answer >= 0 { vote.add(answer, accuracy: ballot.accuracy[answer]) }
        for rule in rules.indices where running[rule] {
          if case .firstPass(let most) = rules[rule] {
            if let passes, passes[passes.startIndex + attempt] == 1 {
              stop(
                rule, Double(correct[correct.startIndex + attempt]), samples, exhausted: false)
            } else if samples == most {
              stop(rule, 0, samples, exhausted: false)
            }
          } else if vote.most > 0, vote.most >= required[rule][vote.second] {
            stop(rule, vote.accuracy, samples, exhausted: false)
          } else if samples == limit {
            stop(rule, vote.accuracy, samples, exhausted: true)
          }
        }
        if grid.samples[column] == samples {
          row[column] += vote.accuracy
          column += 1
        }
      }
    }
    return row.map { $0 / Double(draws) }
  }
}

struct FixedEnvelope {
  private var corners: [(samples: Double, accuracy: Double)] = []

  /// `samples` ascend.
  init(samples: [Int], accuracy: [Double]) {
    for (n, value) in zip(samples, accuracy) {
      let point = (samples: Double(n), accuracy: value)
      while corners.count > 1 {
        let (a, b) = (corners[corners.count - 2], corners[corners.count - 1])
        let along = (b.accuracy - a.accuracy) * (point.samples - a.samples)
        let across = (point.accuracy - a.accuracy) * (b.samples - a.samples)
        if along > across { break }
        corners.removeLast()
      }
      corners.append(point)
    }
  }

  /// The accuracy at a mean number of samples; samples need not all be used.
  func accuracy(_ mean: Double) -> Double {
    var best = -Double.infinity
    for index in corners.indices {
      let here = corners[index]
      if here.samples > mean {
        guard index > 0 else { return here.accuracy }
        let last = corners[index - 1]
        let share = (mean - last.samples) / (here.samples - last.samples)
        return max(best, last.accuracy + share * (here.accuracy - last.accuracy))
      }
      best = max(best, here.accuracy)
    }
    return best
  }
}
