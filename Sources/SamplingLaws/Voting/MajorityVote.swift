internal import Optimization
public import RunTables

/// The plurality answer of n attempts, ties broken uniformly [T5].
///
/// The accuracy at n is the expectation over all subsets of n of the recorded attempts: exact by a
/// generating function while that is cheap and at n = N, the mean over seeded random orders beyond.
/// An answer that the table marks right in some attempts and wrong in others counts by its share.
public struct MajorityVote: AttemptSelector, Hashable {
  /// What becomes of answers that could not be read.
  public var unparseable: UnparseableAnswers
  /// The multiplications to spend on exact values, over all problems.
  public var exactBudget: Double
  /// Random orders a problem; nil for as many as 80 million attempts make, from 16 to 1,000.
  public var draws: Int?
  /// The seed of the random orders.
  public var seed: UInt64

  /// Settings.
  public init(
    unparseable: UnparseableAnswers = .discard, exactBudget: Double = 4e8, draws: Int? = nil,
    seed: UInt64 = 0
  ) {
    self.unparseable = unparseable
    self.exactBudget = exactBudget
    self.draws = draws
    self.seed = seed
  }

  /// What the selector is called; it says what becomes of unparseable answers.
  public var name: String { "majority vote (unparseable: \(unparseable.rawValue))" }

  /// The expected accuracy of the vote at each problem; throws without answers.
  public func curves(of arm: OutcomeArm, samples: [Int]? = nil, threads: Int = 2)
    throws(SelectionError) -> ProblemCurves
  {
    guard let answers = arm.answers else { throw .missingColumn("answer") }
    let grid = try SampleGrid(arm, asked: samples)
    let exact = exactLimit(arm, answers, grid, threads: threads)
    let columns = grid.samples.count
    let draws =
      max(self.draws ?? min(max(80_000_000 / max(arm.attemptCount, 1), 16), 1000), 2)
    let near = grid.samples.filter { $0 <= exact }
    let work = parallelMap(count: grid.problems.count, threads: threads) {
      index -> (row: [Double], consistent: Bool, sampled: Int) in
      let problem = grid.problems[index]
      let ballot = Ballot(arm, answers: answers, problem: problem, unparseable: unparseable)
      let attempts = ballot.classes.count
      let far = grid.samples.filter { $0 > exact && $0 < attempts }
      let orders = RandomOrders(attempts: attempts, problem: problem, seed: seed)
      let sums = replay(ballot, samples: far, orders: orders, draws: far.isEmpty ? 0 : draws)
      let rest = columns - near.count - far.count
      return (
        PluralityPolynomial(ballot).accuracies(near) + sums.means
          + [Double](repeating: ballot.modeAccuracy, count: rest)
          + near.map { _ in 0 } + sums.variances + [Double](repeating: 0, count: rest),
        ballot.isConsistent, far.count
      )
    }
    var matrix = ProblemMatrix(columnCount: columns, problems: work.count)
    var variances = matrix
    for one in work {
      matrix.append(Array(one.row[..<columns]))
      variances.append(Array(one.row[columns...]))
    }
    let sampled = work.reduce(0) { max($0, $1.sampled) }
    var warnings: [String] = []
    let mixed = work.count { !$0.consistent }
    if mixed > 0 {
      warnings.append(
        "\(mixed) problems have an answer that is right in some attempts and wrong in others; "
          + "it counts by its share.")
    }
    return ProblemCurves(
      selector: name, grid: grid, arm: arm, matrix: matrix,
      variances: sampled > 0 ? variances : nil,
      isExact: grid.samples.indices.map { $0 < near.count || $0 >= near.count + sampled },
      draws: sampled > 0 ? draws : 0, warnings: warnings)
  }

  private func exactLimit(
    _ arm: OutcomeArm, _ answers: [Int32], _ grid: SampleGrid, threads: Int
  ) -> Int {
    var limit = 0
    for candidate in grid.samples where candidate <= 256 {
      let costs = parallelMap(count: (grid.problems.count + 63) / 64, threads: threads) { chunk in
        grid.problems[(chunk * 64)..<min(chunk * 64 + 64, grid.problems.count)].reduce(0.0) {
          let ballot = Ballot(arm, answers: answers, problem: $1, unparseable: unparseable)
          return $0 + PluralityPolynomial(ballot).cost(upTo: candidate)
        }
      }
      if costs.reduce(0, +) > exactBudget { break }
      limit = candidate
    }
    return limit
  }

  private func replay(_ ballot: Ballot, samples: [Int], orders: RandomOrders, draws: Int)
    -> DrawSums
  {
    var sums = DrawSums(columns: samples.count, draws: draws)
    guard let depth = samples.last else { return sums }
    var order = [Int32](repeating: 0, count: ballot.classes.count)
    var votes = [Int32](repeating: 0, count: ballot.counts.count)
    for draw in 0..<draws {
      orders.shuffle(&order, draw: draw, depth: depth)
      for index in votes.indices { votes[index] = 0 }
      var most: Int32 = 0
      var leaders = 0.0
      var right = 0.0
      var step = 0
      for (column, n) in samples.enumerated() {
        while step < n {
          let answer = Int(ballot.classes[Int(order[step])])
          step += 1
          if answer < 0 { continue }
          votes[answer] += 1
          if votes[answer] > most {
            most = votes[answer]
            leaders = 1
            right = ballot.accuracy[answer]
          } else if votes[answer] == most {
            leaders += 1
            right += ballot.accuracy[answer]
          }
        }
        sums.add(leaders > 0 ? right / leaders : 0, column: column)
      }
    }
    return sums
  }
}
