internal import RunTables

/// What is made of strategies at several budgets or levels of effort, and why something is not.
struct StrategyAnalyses {
  var arise: [ARISE] = []
  var allocations: [AllocationByDifficulty] = []
  var transfer: VerifierTransfer?
  var omissions: [ArmAnalysis.Omission] = []

  init(_ table: OutcomeTable, settings: AnalysisSettings) {
    let columns = table.armColumns
    let hasEffort = columns.contains("level") || columns.contains("budget")
    if hasEffort, table.arms.count > 1 {
      made("levels of effort (ARISE)") { analyses in
        for ladder in try EffortLadder.ladders(of: table) {
          let title = ladder.name.isEmpty ? "" : " of \(ladder.name)"
          analyses.made("levels of effort (ARISE)\(title)") {
            $0.arise.append(try ARISE(ladder, bootstrap: settings.bootstrap))
          }
        }
      }
    }
    // Models alone are no strategies, and levels of one model are told above.
    let hasStrategies =
      columns.contains("strategy") || columns.contains("budget") && columns.count > 1
    guard hasStrategies || settings.baseline != nil, table.arms.count > 1 else { return }
    made("strategies by difficulty") { try $0.allocate(table, settings) }
  }

  private mutating func allocate(
    _ table: OutcomeTable, _ settings: AnalysisSettings
  ) throws(PlanningError) {
    let arms = try AllocationArm.arms(of: table)
    guard Set(arms.map(\.strategy)).count > 1 else {
      // Budgets of one strategy are levels of effort, which are told above.
      if settings.baseline != nil { throw .tooFew("There is one strategy alone.") }
      return
    }
    let reference = try settings.baseline.map { (name) throws(PlanningError) in
      try Self.strategy(name, among: arms)
    }
    let verifiers = AllocationArm.verifiers(arms)
    for verifier in verifiers {
      let own = arms.filter { $0.verifier.isEmpty || $0.verifier == verifier }
      made("strategies by difficulty\(verifier.isEmpty ? "" : " with \(verifier)")") { analyses in
        guard Set(own.map(\.strategy)).count > 1 else {
          throw PlanningError.tooFew("There is one strategy alone.")
        }
        let chosen = own.contains { $0.strategy == reference } ? reference : nil
        analyses.allocations.append(
          try AllocationByDifficulty(
            own, reference: chosen, bins: Self.bins(settings.bins, own, chosen),
            bootstrap: settings.bootstrap))
      }
    }
    if verifiers.count > 1 {
      made("choices tuned with another verifier") {
        $0.transfer = try VerifierTransfer(
          arms, bins: Self.bins(settings.bins, arms, nil), bootstrap: settings.bootstrap)
      }
    }
  }

  /// Strata where the baseline has one answer a problem, which cannot tell difficulty and be judged.
  private static func bins(
    _ asked: DifficultyBins, _ arms: [AllocationArm], _ reference: String?
  ) -> DifficultyBins {
    let named = arms.filter { $0.strategy == reference ?? arms[0].strategy }
    guard asked.measure == .passRate,
      let base = named.min(by: { $0.budget < $1.budget })?.arm, base.strata != nil,
      (0..<base.problemCount).allSatisfy({ base.rows(ofProblem: $0).count < 2 })
    else { return asked }
    return DifficultyBins(measure: .stratum)
  }

  private static func strategy(
    _ name: String, among arms: [AllocationArm]
  ) throws(PlanningError) -> String {
    var names: [String] = []
    for arm in arms where !names.contains(arm.strategy) { names.append(arm.strategy) }
    let exact = names.filter { $0 == name }
    let close = names.filter { strategy in
      strategy.hasPrefix(name) || strategy.hasSuffix(" · \(name)")
        || strategy.contains(" · \(name) ")
    }
    guard let found = exact.first ?? close.first else {
      throw .invalidSetting(
        "There is no strategy `\(name)`; there are \(names.joined(separator: ", ")).")
    }
    return found
  }

  private mutating func made(
    _ analysis: String, _ body: (inout StrategyAnalyses) throws -> Void
  ) {
    do { try body(&self) } catch {
      omissions.append(ArmAnalysis.Omission(analysis: analysis, reason: "\(error)"))
    }
  }
}
