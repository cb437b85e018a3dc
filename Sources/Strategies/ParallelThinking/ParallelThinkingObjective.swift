public import LanguageModels
public import Tensors
public import Training

/// The next-token loss of a model that thinks along parallel paths, over sequences of one layout.
public final class ParallelThinkingObjective<Element: TensorElement>: Objective {
  /// What is trained.
  public let thinking: ParallelThinking<Element>
  /// The parts of all sequences.
  public let layout: ParallelLayout

  private let plain: LanguageModelObjective<Element>

  /// An objective; the recipe's sequences are as long as the layout.
  public init(_ thinking: ParallelThinking<Element>, layout: ParallelLayout) {
    self.thinking = thinking
    self.layout = layout
    plain = LanguageModelObjective(thinking.model)
  }

  /// The model's parameters, vectors of tags included.
  public var parameters: ParameterSet<Element> { thinking.model.parameters }

  /// Throws a `TrainingError` for sequences of another length than the layout's.
  public func check(_ recipe: TrainingRecipe) throws(TrainingError) {
    guard recipe.sequenceLength == layout.length else {
      throw TrainingError(
        .badSetting, "sequenceLength",
        "found \(recipe.sequenceLength), but the layout has \(layout.length) tokens")
    }
    try plain.check(recipe)
  }

  /// As for an ordinary language model.
  public func rule(for parameter: Parameter<Element>) -> UpdateRule { plain.rule(for: parameter) }

  /// Records the loss of a batch.
  public func record(
    on tape: Tape<Element>, batch: Int, length: Int, zLoss: Double,
    probe: ActivationProbe<Element>?
  ) -> RecordedLoss<Element> {
    let pass = ForwardPass(tape: tape, batch: batch, length: length)
    let targets = tape.indices([batch * length])
    let weights = tape.input([batch * length])
    weights.buffer.update(repeating: 1)
    let loss = thinking.loss(
      pass, layout, targets: targets, targetWeights: weights, zLoss: zLoss)
    var recorded = RecordedLoss(
      tokens: pass.tokens, targets: targets, loss: loss, crossEntropy: pass.crossEntropy ?? loss)
    recorded.targetWeights = weights
    return recorded
  }
}
