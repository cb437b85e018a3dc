import Cards
import RunTables
import Strategies
import Testing

@Suite struct AheadByKTests {
  /// The strategy stops where the rule stops on the attempts of parallel sampling.
  @Test(arguments: [1, 2, 3]) func stopsWhereTheRuleStops(margin: Int) throws {
    let problems = try SmallPolicy.problems(60)
    let options = ["margin": "\(margin)", "temperature": "0.2"]
    let budget = 12
    let results = try AheadByK(OptionValues(texts: options, for: AheadByK.card)).solve(
      problems, budget: budget, on: try SmallPolicy.bench())
    let all = try ParallelSampling(
      OptionValues(texts: ["temperature": "0.2"], for: ParallelSampling.card)
    ).solve(
      problems, budget: budget, on: try SmallPolicy.bench())
    var stopped = 0
    for (result, attempts) in zip(results, all.map(\.attempts)) {
      var vote = AheadVote(margin: margin, answerCount: budget)
      var classes: [String?] = []
      var used = 0
      while vote.winner == nil, used < budget {
        if let answer = attempts[used].answer {
          if !classes.contains(answer) { classes.append(answer) }
          vote.add(classes.firstIndex(of: answer) ?? 0)
        }
        used += 1
      }
      #expect(result.attempts.count == used)
      #expect(result.attempts.map(\.answer) == attempts.prefix(used).map(\.answer))
      #expect(result.answer == (classes.isEmpty ? nil : classes[vote.leader.answer]))
      #expect(
        result.cost.generatedTokens == attempts.prefix(used).reduce(0) { $0 + ($1.tokens ?? 0) })
      if used < budget { stopped += 1 }
    }
    #expect(stopped > 20)
  }
}
