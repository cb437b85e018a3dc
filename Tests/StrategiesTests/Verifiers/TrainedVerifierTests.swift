import Corpora
import LanguageModels
import RunTables
import Strategies
import Tensors
import Testing
import Training

/// From a policy's own samples to a verifier that helps it.
@Suite struct TrainedVerifierTests {
  @Test func aVerifierTrainedOnOwnSamplesHelps() throws {
    let sampler = try SmallPolicy.bench().sampler
    let policy = sampler.policy
    let task = policy.task
    let examples = try VerifierExamples(
      from: sampler, problems: try SmallPolicy.problems(2000, first: 10_000), attempts: 2,
      labels: .exact)
    var recipe = TrainingRecipe(
      batchSize: 64, budget: .steps(300), optimizer: .adamW(AdamWSettings(learningRate: 4e-3)),
      schedule: Schedule(warmup: 20, .cosine(floor: 0.1)))
    recipe.validation.every = 0
    let verifier = try ProcessVerifier.trained(
      on: examples, task: task,
      configuration: ProcessVerifier.configuration(
        like: policy.model.configuration, for: task, furtherLayers: 0),
      recipe: recipe, pool: policy.pool)
    let bench = Bench(sampler, verifier: verifier)
    let problems = try SmallPolicy.problems(400)
    let plain = try SmallPolicy.solve("parallel-sampling", problems, budget: 1, on: bench)
    for (name, options) in [
      ("parallel-sampling", ["select": "best"]), ("parallel-sampling", ["select": "weighted"]),
      ("beam-search", [:]), ("diverse-verifier-tree-search", [:]),
    ] {
      let found = try SmallPolicy.solve(name, options, problems, budget: 8, on: bench)
      #expect(found.accuracy > plain.accuracy + 0.1, "\(name): \(found.accuracy)")
      #expect(
        found.allSatisfy { result in
          result.attempts.allSatisfy { ($0.stepScores ?? []).allSatisfy { (0...1).contains($0) } }
        })
    }
    // The verifier tells right from wrong steps.
    let again = try VerifierExamples(
      from: sampler, problems: problems, attempts: 2, labels: .exact)
    let scores = try verifier.stepScores(
      of: again.rows.map { Array($0.tokens.dropFirst(task.promptLength)) },
      to: problems.flatMap { problem in (0..<2).map { AttemptPlace(problem, attempt: $0) } },
      task: task)
    func mean(_ wanted: Double) -> Double {
      let all = zip(again.rows, scores).flatMap { row, scores in
        zip(row.targets, scores).filter { $0.0 == wanted }.map(\.1)
      }
      return all.reduce(0, +) / Double(all.count)
    }
    #expect(mean(1) > mean(0) + 0.2)
  }
}
