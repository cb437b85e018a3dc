public import Quantities
internal import RealModule

/// The best strategy for each difficulty and budget, chosen on some problems, judged on others
/// [20][204].
public struct AllocationByDifficulty: Codable, Sendable, Hashable {
  /// What is chosen in a bin at a budget.
  public struct Choice: Codable, Sendable, Hashable {
    /// The bin, from the hardest.
    public var bin: String
    /// Its problems.
    public var problems: Int
    /// The strategy that is best over all its problems.
    public var strategy: String
    /// The share of splits in which the same strategy is chosen.
    public var agreement: Double
    /// Accuracy in the bin of each strategy, in the order of ``Budget/fixed``.
    public var accuracies: [Double]
  }

  /// A strategy used for all problems.
  public struct Fixed: Codable, Sendable, Hashable {
    /// The strategy.
    public var strategy: String
    /// Its accuracy.
    public var accuracy: Estimated
  }

  /// What a budget reaches.
  public struct Budget: Codable, Sendable, Hashable {
    /// The budget of a problem.
    public var budget: Double
    /// The accuracy of choosing by bin, on problems that had no part in the choice.
    public var accuracy: Estimated
    /// Every strategy used for all problems.
    public var fixed: [Fixed]
    /// The accuracy of the reference strategy.
    public var reference: Estimated
    /// Gain over the reference.
    public var gain: Estimated
    /// Gain over the one strategy that is best for all problems, chosen on the same problems.
    public var gainOverBestFixed: Estimated
    /// The budget at which the reference is as accurate, over this one; infinite where none is.
    public var efficiency: Estimated
    /// What is chosen in each bin.
    public var choices: [Choice]
  }

  /// The verifier of the arms that have one; empty where none has.
  public var verifier: String
  /// The strategy that gains are over.
  public var referenceStrategy: String
  /// How problems are sorted.
  public var bins: DifficultyBins
  /// Whether choices are judged on other problems, and difficulty told by other attempts.
  public var isCrossFitted: Bool
  /// The number of problems.
  public var problems: Int
  /// The budgets, ascending.
  public var budgets: [Budget]
  /// What to beware of.
  public var warnings: [String]

  /// Chooses and judges strategies of one verifier at several budgets; every resample chooses anew.
  ///
  /// `reference` is what gains are over, by default the first strategy; `baseline` is what
  /// difficulty is told by, by default the reference at its smallest budget. Without
  /// `isCrossFitted` the same problems choose and judge: the result shows how large a gain chance
  /// alone makes.
  ///
  /// - Throws: for no arms, an unknown reference, and no common problems.
  public init(
    _ arms: [AllocationArm], reference: String? = nil, baseline: AllocationArm? = nil,
    bins: DifficultyBins = DifficultyBins(), isCrossFitted: Bool = true,
    bootstrap: ProblemBootstrap
  ) throws(PlanningError) {
    guard let first = arms.first else { throw .tooFew("There is no arm.") }
    if Set(arms.map(\.verifier).filter { !$0.isEmpty }).count > 1 {
      throw .invalidSetting("The arms have several verifiers; compare those of one, or transfer.")
    }
    let grid = StrategyGrid(arms)
    let referenceName = reference ?? first.strategy
    guard let referenceIndex = grid.strategies.firstIndex(of: referenceName) else {
      throw .invalidSetting(
        "There is no strategy `\(referenceName)`; there are "
          + grid.strategies.joined(separator: ", ") + ".")
    }
    let referencePlaces = grid.budgets.indices.map { grid.places[$0][referenceIndex] }
    let place = baseline == nil ? referencePlaces.compactMap { $0 }.first : nil
    guard let base = baseline?.arm ?? place.map({ arms[$0].arm }) else {
      throw .tooFew("The reference has no arm.")
    }
    let data = try AllocationData(
      arms, baseline: base, baselineIsCompared: place, bins: bins, crossFitted: isCrossFitted,
      seed: bootstrap.seed, threads: bootstrap.threads)
    let tallies = PolicyTallies(data, seed: bootstrap.seed)
    let curves = AllocationCurves(
      grid: grid, reference: referencePlaces, tallies: tallies, isCrossFitted: isCrossFitted)
    let totals = tallies.tallies.totals
    let centre = curves.numbers(totals)
    let draws = tallies.tallies.replicates(bootstrap) { curves.numbers($0) }
    let count = data.labels.count
    func estimated(_ column: Int) -> Estimated {
      bootstrap.unboundedInterval(
        around: centre[column], draws: draws.map { $0[column] }, problems: count)
    }
    verifier = arms.first { !$0.verifier.isEmpty }?.verifier ?? ""
    referenceStrategy = referenceName
    self.bins = bins
    self.isCrossFitted = isCrossFitted
    problems = count
    let width = curves.columns
    budgets = grid.budgets.enumerated().map { index, budget in
      let column = index * width
      return Budget(
        budget: budget, accuracy: estimated(column),
        fixed: grid.choices(index).enumerated().map { place, arm in
          Fixed(
            strategy: arms[arm].strategy, accuracy: estimated(curves.fixedColumn(index, place)))
        },
        reference: estimated(column + 1), gain: estimated(column + 2),
        gainOverBestFixed: estimated(column + 3), efficiency: estimated(column + 4),
        choices: curves.choices(
          totals, budget: index, names: arms.map(\.strategy),
          bins: data.binNames))
    }
    warnings = data.warnings
    if tallies.sizes.contains(where: { $0 > 0 && $0 < 10 }) {
      warnings.append("Some bins have fewer than ten problems; their choices are uncertain.")
    }
    if budgets.contains(where: { $0.fixed.count < grid.strategies.count }) {
      warnings.append("Not every strategy is recorded at every budget.")
    }
  }
}

struct StrategyGrid: Sendable {
  /// In order of first appearance.
  let strategies: [String]
  /// Ascending.
  let budgets: [Double]
  /// Of each budget and strategy the place of its arm, the first of several.
  let places: [[Int?]]

  init(_ arms: [AllocationArm]) {
    var names: [String] = []
    for arm in arms where !names.contains(arm.strategy) { names.append(arm.strategy) }
    let amounts = Set(arms.map(\.budget)).sorted()
    strategies = names
    budgets = amounts
    places = amounts.map { budget in
      names.map { name in
        arms.firstIndex { $0.strategy == name && $0.budget == budget }
      }
    }
  }

  func choices(_ budget: Int) -> [Int] { places[budget].compactMap { $0 } }
}
