internal import RunTables

/// The curves of every way to choose one of n attempts that an arm's columns allow.
struct SelectorCurves: Sendable {
  /// Voting first.
  var curves: [ProblemCurves] = []
  /// The plain vote, and its curves.
  var vote: MajorityVote?
  var voteCurves: ProblemCurves?
  var omissions: [ArmAnalysis.Omission] = []

  init() {}

  init(_ arm: OutcomeArm, settings: AnalysisSettings) {
    let seed = settings.bootstrap.seed
    var selectors: [any AttemptSelector] = []
    if arm.answers != nil {
      var vote = MajorityVote(unparseable: settings.unparseable, seed: seed)
      if arm.attemptCount > 2_000_000 { vote.exactBudget = 1e8 }
      self.vote = vote
      selectors.append(vote)
    }
    if arm.scores != nil { selectors.append(BestOfN()) }
    if arm.scores != nil, arm.answers != nil {
      // The mean over many problems needs few orders of each: 200, or 20 million attempts in all.
      let draws = min(max(20_000_000 / max(arm.attemptCount, 1), 2), 200)
      for weighting in [
        VoteWeighting.score, .softmax(temperature: settings.voteTemperature), .minMax, .rank,
      ] + (settings.topShare.map { [.topShare($0)] } ?? []) {
        selectors.append(
          WeightedVote(
            weighting: weighting, unparseable: settings.unparseable, draws: draws, seed: seed))
      }
    }
    if arm.stepScores != nil {
      selectors += StepSelector.all.filter { arm.answers != nil || !$0.votes }
    }
    for selector in selectors {
      do {
        let found = try selector.curves(
          of: arm, samples: settings.grid, threads: settings.bootstrap.threads)
        curves.append(found)
        if selector is MajorityVote { voteCurves = found }
      } catch {
        omissions.append(.init(analysis: selector.name, reason: error.description))
      }
    }
  }
}
