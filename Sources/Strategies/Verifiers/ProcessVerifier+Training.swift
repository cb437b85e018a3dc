public import Corpora
public import LanguageModels
public import Tensors
public import Training

extension ProcessVerifier {
  /// Trains a process verifier on solutions with targets, with a model such as
  /// ``configuration(like:for:furtherLayers:)`` gives. It starts from another model's numbers where
  /// names agree, such as the policy's; tokens that this does not have start at random. The recipe's
  /// length of sequences is set here. Throws ``StrategyError`` or `TrainingError` if something does
  /// not fit or training diverges.
  public static func trained(
    on examples: VerifierExamples, task: any StepwiseTask, configuration: ModelConfiguration,
    startingFrom start: LanguageModel<Float>? = nil, recipe: TrainingRecipe,
    name: String = "process-verifier", pool: ThreadPool,
    report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> ProcessVerifier {
    let model = try LanguageModel<Float>(configuration, seed: recipe.seed)
    let verifier = try ProcessVerifier(model, task: task, name: name, pool: pool)
    if let start { model.takeNumbers(of: start) }
    var recipe = recipe
    recipe.sequenceLength = task.longestExample
    let trainer = try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: try VerifierBatches(examples, good: verifier.good, seed: recipe.seed), pool: pool)
    let outcome = try trainer.run(report: report)
    guard outcome == .finished else { throw StrategyError("the verifier's training diverged") }
    return verifier
  }
}

extension LanguageModel<Float> {
  /// Copies the parameters that another model has under the same name, as far as their rows go.
  func takeNumbers(of other: LanguageModel<Float>) {
    for parameter in parameters.parameters {
      guard let source = other.parameters[parameter.name],
        source.tensor.shape.dropFirst() == parameter.tensor.shape.dropFirst()
      else { continue }
      let count = min(source.tensor.count, parameter.tensor.count)
      for index in 0..<count { parameter.tensor.values[index] = source.tensor.values[index] }
    }
  }
}
