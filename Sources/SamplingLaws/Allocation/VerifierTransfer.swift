public import Quantities

/// What it costs to use a policy that was tuned with one verifier together with another [204].
public struct VerifierTransfer: Codable, Sendable, Hashable {
  /// One policy with one verifier at one budget.
  public struct Regret: Codable, Sendable, Hashable {
    /// The verifier whose outcomes the policy is chosen by.
    public var tunedWith: String
    /// The verifier that is used.
    public var usedWith: String
    /// The budget of a problem.
    public var budget: Double
    /// The accuracy of the policy with the verifier that is used.
    public var accuracy: Estimated
    /// The accuracy of that verifier's own policy less this one; 0 for its own.
    public var regret: Estimated
  }

  /// The number of problems.
  public var problems: Int
  /// Every pair of verifiers at every budget.
  public var regrets: [Regret]
  /// What to beware of.
  public var warnings: [String]

  /// Transfers policies between verifiers at budgets where all have the same strategies; arms
  /// without a verifier belong to all. Every resample chooses anew.
  ///
  /// `baseline` is what difficulty is told by, by default the first arm without a verifier, or else
  /// the first.
  ///
  /// - Throws: below two verifiers, and where they have no budget and strategies in common.
  public init(
    _ arms: [AllocationArm], baseline: AllocationArm? = nil,
    bins: DifficultyBins = DifficultyBins(),
    bootstrap: ProblemBootstrap
  ) throws(PlanningError) {
    var verifiers: [String] = []
    for arm in arms where !arm.verifier.isEmpty && !verifiers.contains(arm.verifier) {
      verifiers.append(arm.verifier)
    }
    if verifiers.count < 2 { throw .tooFew("A transfer needs at least two verifiers.") }
    let compared = baseline == nil ? arms.firstIndex { $0.verifier.isEmpty } ?? 0 : nil
    guard let base = baseline?.arm ?? compared.map({ arms[$0].arm }) else {
      throw .tooFew("There is no arm.")
    }
    let data = try AllocationData(
      arms, baseline: base, baselineIsCompared: compared, bins: bins, crossFitted: true,
      seed: bootstrap.seed, threads: bootstrap.threads)
    let tallies = PolicyTallies(data, seed: bootstrap.seed)
    var cells: [(budget: Double, places: [[Int]])] = []
    for budget in Set(arms.map(\.budget)).sorted() {
      var places = verifiers.map { _ in [Int]() }
      var names: [String] = []
      for arm in arms where arm.budget == budget && !names.contains(arm.strategy) {
        names.append(arm.strategy)
        let found = verifiers.compactMap { verifier in
          arms.firstIndex {
            $0.budget == budget && $0.strategy == arm.strategy
              && ($0.verifier == verifier || $0.verifier.isEmpty)
          }
        }
        guard found.count == verifiers.count else { continue }
        for (index, place) in found.enumerated() { places[index].append(place) }
      }
      if places[0].count > 1 { cells.append((budget, places)) }
    }
    if cells.isEmpty { throw .tooFew("No budget has two strategies with every verifier.") }
    let plan = cells
    let verifierCount = verifiers.count
    let numbers: @Sendable ([Double]) -> [Double] = { all in
      let splits = tallies.splits(all, crossFitted: true)
      var result: [Double] = []
      for cell in plan {
        for tuned in 0..<verifierCount {
          for used in 0..<verifierCount {
            var (moved, own) = (0.0, 0.0)
            for split in splits {
              moved += PolicyTallies.accuracy(
                choose: split.choose, judge: split.judge, choices: cell.places[tuned],
                judged: cell.places[used])
              own += PolicyTallies.accuracy(
                choose: split.choose, judge: split.judge, choices: cell.places[used])
            }
            result += [moved / Double(splits.count), (own - moved) / Double(splits.count)]
          }
        }
      }
      return result
    }
    let centre = numbers(tallies.tallies.totals)
    let draws = tallies.tallies.replicates(bootstrap, numbers)
    problems = data.labels.count
    let count = problems
    func estimated(_ column: Int) -> Estimated {
      bootstrap.interval(around: centre[column], draws: draws.map { $0[column] }, problems: count)
    }
    regrets = []
    var column = 0
    for cell in plan {
      for tuned in verifiers {
        for used in verifiers {
          regrets.append(
            Regret(
              tunedWith: tuned, usedWith: used, budget: cell.budget, accuracy: estimated(column),
              regret: estimated(column + 1)))
          column += 2
        }
      }
    }
    warnings = data.warnings
  }
}
