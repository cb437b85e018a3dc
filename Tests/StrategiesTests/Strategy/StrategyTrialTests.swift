import LanguageModels
import RunTables
import Strategies
import Tensors
import Testing

@Suite struct StrategyTrialTests {
  @Test func armsAndTablesAgree() throws {
    let plain = try SmallPolicy.bench()
    let judged = Bench(plain.sampler, verifier: OracleVerifier())
    let problems = try SmallPolicy.problems(30)
    let trial = StrategyTrial(
      benches: [plain, judged],
      choices: [
        try StrategyCatalog.choice(named: "parallel-sampling"),
        try StrategyCatalog.choice(named: "beam-search"),
      ], budgets: [1, 8], problems: problems)
    let report = try trial.run()
    // Beam search is left out where there is no verifier; a majority asks none.
    #expect(
      report.arms.map { [$0.strategy, $0.verifier, "\($0.budget)"] } == [
        ["parallel-sampling", "none", "1"], ["parallel-sampling", "none", "8"],
        ["parallel-sampling", "none", "1"], ["parallel-sampling", "none", "8"],
        ["beam-search", "oracle", "1"], ["beam-search", "oracle", "8"],
      ])
    for (arm, (attempts, answers)) in zip(
      report.arms, zip(report.attempts.arms, report.answers.arms))
    {
      #expect(attempts.key == ["small", arm.strategy, arm.verifier, "\(arm.budget)"])
      #expect(answers.key == attempts.key)
      #expect(attempts.attemptCount == 30 * arm.budget && answers.attemptCount == 30)
      #expect(attempts.strata == problems.map { $0.stratum ?? "" })
      let right = answers.correct.reduce(0) { $0 + Double($1) }
      #expect(abs(arm.accuracy - right / 30) < 1e-12)
      let rightAttempts = attempts.correct.reduce(0) { $0 + Double($1) }
      #expect(abs(arm.attemptAccuracy - rightAttempts / Double(attempts.attemptCount)) < 1e-12)
      #expect((attempts.scores == nil) == (arm.verifier == "none"))
      // The tokens of all attempts are what was generated.
      let tokens = try #require(attempts.tokens).reduce(0, +)
      #expect(Double(tokens) == 30 * arm.meanCost.generatedTokens)
      #expect(arm.coverage >= arm.accuracy)
    }
    #expect(throws: StrategyError.self) {
      try StrategyTrial(
        benches: [plain], choices: [try StrategyCatalog.choice(named: "beam-search")],
        budgets: [1], problems: problems
      ).run()
    }
  }

  @Test func costsAreThoseOfTheModelAtTheirLengths() throws {
    let bench = try SmallPolicy.bench(OracleVerifier())
    let problems = try SmallPolicy.problems(2)
    let costs = ModelCosts(bench.policy.model.configuration)
    // Nine tokens of the prompt, three of the solution.
    let (short, long): (Double, Double) = (
      costs.forwardOperations(length: 9), costs.forwardOperations(length: 12)
    )
    for budget in [1, 4, 7] {
      for name in ["parallel-sampling", "beam-search", "diverse-verifier-tree-search"] {
        let cost = try SmallPolicy.solve(name, problems, budget: budget, on: bench)[1].cost
        #expect(cost.generatedTokens == Double(3 * budget) && cost.promptTokens == 9)
        #expect(cost.verifierTokens == 0 && cost.verifierOperations == 0)
        #expect(
          abs(cost.policyOperations - (short + Double(budget) * (long - short))) < 1e-6 * long)
      }
    }
    let verifier = try ProcessVerifier(
      LanguageModel<Float>(
        ProcessVerifier.configuration(
          like: bench.policy.model.configuration, for: bench.policy.task), seed: 3),
      task: bench.policy.task, pool: .inline)
    let judge = Bench(bench.sampler, verifier: verifier)
    let own = ModelCosts(verifier.model.configuration)
    let (first, all): (Double, Double) = (
      own.forwardOperations(length: 9), own.forwardOperations(length: 12)
    )
    for (name, options) in [
      ("parallel-sampling", ["select": "weighted"]), ("beam-search", [String: String]()),
    ] {
      let cost = try SmallPolicy.solve(name, options, problems, budget: 4, on: judge)[0].cost
      #expect(cost.verifierTokens == 9 + 12)
      #expect(abs(cost.verifierOperations - (first + 4 * (all - first))) < 1e-6 * all)
      #expect(cost.tokens == 9 + 12 + 9 + 12)
    }
    // Two candidates look one step ahead, from the first and the second step.
    let ahead = try SmallPolicy.solve(
      "beam-search", ["lookahead": "1"], problems, budget: 4, on: judge)[0]
    #expect(ahead.attempts.count == 2)
    #expect(ahead.cost.generatedTokens == 6 + 4 && ahead.cost.verifierTokens == 9 + 6 + 4)
    let steps = (10..<12).map { (length: Int) -> Double in
      costs.forwardOperations(length: length + 1) - costs.forwardOperations(length: length)
    }
    let expected = short + 2 * (long - short) + 2 * steps.reduce(0, +)
    #expect(abs(ahead.cost.policyOperations - expected) < 1e-6 * long)
  }
}
