public import Tensors

/// A transformer: embedding, layers, normalisation and head, built from its configuration.
///
/// Building declares and starts all parameters; ``logits(_:)`` records a pass. The parts may be
/// replaced between the two.
public final class LanguageModel<Element: TensorElement> {
  /// What the model is.
  public let configuration: ModelConfiguration
  /// All trained numbers.
  public let parameters: ParameterSet<Element>
  /// One row a token, `[vocabulary, width]`.
  public let embedding: Tensor<Element>
  /// One row a position, `[context, width]`, in models that learn positions.
  public let positions: Tensor<Element>?
  /// One row a type of segment, in models that have them.
  public let tokenTypes: Tensor<Element>?
  /// The layers in order.
  public var blocks: [Block<Element>]
  /// The normalisation before the head, or after the embedding in models that normalise late.
  public var outerNorm: Norm<Element>
  /// What makes logits.
  public var head: Head<Element>
  /// What runs between the embedding and the head; nil for the layers in the configuration's order.
  public var depthController: (any DepthController<Element>)?
  /// Whether a treatment changed parts, so that the configuration alone does not describe the model.
  public var isTreated = false
  /// What is done before every step of training, in order.
  public var stepActions: [(TrainingMoment) -> Void] = []
  /// Which recording of the model a step of training needs; the step is recorded anew when it
  /// changes. Nil for one recording for all steps.
  public var stage: ((TrainingMoment) -> Int)?

  /// Builds a model and gives its parameters their starting values.
  ///
  /// - Throws: ``ConfigurationError`` naming what does not fit together.
  public init(_ configuration: ModelConfiguration, seed: UInt64) throws(ConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
    let parameters = ParameterSet<Element>(seed: seed)
    self.parameters = parameters
    let start = StartingDeviations(configuration)
    let width = configuration.width
    embedding = parameters.declare(
      "embedding.token", [configuration.vocabularyCount, width], role: .embedding,
      startingAs: .normal(standardDeviation: start.embedding))
    if case .learned = configuration.positions {
      positions = parameters.declare(
        "embedding.position", [configuration.contextLength, width], role: .embedding,
        startingAs: .normal(standardDeviation: start.embedding))
    } else {
      positions = nil
    }
    tokenTypes =
      configuration.tokenTypeCount > 0
      ? parameters.declare(
        "embedding.tokenType", [configuration.tokenTypeCount, width], role: .embedding,
        startingAs: .normal(standardDeviation: start.embedding)) : nil
    let normName = configuration.normPlacement == .before ? "finalNorm" : "embedding.norm"
    outerNorm = Norm(normName, width: width, configuration.normalization, in: parameters)
    blocks = configuration.layers.enumerated().map { index, layer in
      Block(index, layer, of: configuration, in: parameters)
    }
    head = Head(configuration, embedding: embedding, start: start, in: parameters)
  }

  /// The full names of the sites at which hooks can read or replace activations.
  public var hookSites: [String] {
    ["embedding"] + blocks.flatMap { block in block.hookSites.map { "\(block.name).\($0)" } }
      + ["final", "logits"]
  }

  /// What each use of a layer needs kept while decoding, in the order of execution.
  public var mixerStates: [MixerState] {
    if let depthController { return depthController.mixerStates(of: self) }
    return configuration.depth.order(of: blocks.count).map { blocks[$0].tokenMixer.state }
  }

  /// Records a pass from tokens to logits. The tokens of `pass` may be filled before or after.
  /// Returns the logits of each next token (or of each masked one), `[batch · length, vocabulary]`.
  public func logits(_ pass: ForwardPass<Element>) -> Tensor<Element> {
    let final = pass.site("final", activations(pass))
    return pass.tape.part("head") { pass.site("logits", head.record(final, on: pass.tape)) }
  }

  /// Records a pass up to the activations that the head reads. Returns `[batch · length, width]`.
  public func activations(_ pass: ForwardPass<Element>) -> Tensor<Element> {
    let tape = pass.tape
    var stream = tape.part("embedding") { embed(pass) }
    stream = pass.site("embedding", stream)
    if let depthController {
      return depthController.record(stream, through: self, in: pass)
    }
    for (slot, index) in configuration.depth.order(of: blocks.count).enumerated() {
      stream = blocks[index].record(stream, in: pass, slot: slot)
    }
    return normalized(stream, on: tape)
  }

  /// Records what the head reads of the stream after the last layer. `stream` is `[rows, width]`.
  public func normalized(_ stream: Tensor<Element>, on tape: Tape<Element>) -> Tensor<Element> {
    guard configuration.normPlacement == .before else { return stream }
    return tape.part("head") { outerNorm.record(stream, on: tape) }
  }

  /// Records a pass and its loss.
  ///
  /// `targets` are the tokens to predict, `[batch · length]`; negative ones do not count.
  /// `targetWeights` say how much each counts in the mean, `[batch · length]`; nil for ones.
  /// `zLoss` is the coefficient of the square of the logarithm of softmax's denominator [145].
  /// Returns one number: the mean cross-entropy in nats per token, plus what z-loss and layers add.
  public func loss(
    _ pass: ForwardPass<Element>, targets: IndexTensor, targetWeights: Tensor<Element>? = nil,
    zLoss: Double = 0
  ) -> Tensor<Element> {
    let logits = logits(pass)
    return pass.tape.part("head") {
      let terms = pass.tape.crossEntropy(
        logits, targets: targets, rowWeights: targetWeights, zLoss: zLoss)
      pass.crossEntropy = terms.crossEntropy
      return pass.auxiliaryLosses.reduce(terms.loss) { pass.tape.add($0, $1) }
    }
  }

  private func embed(_ pass: ForwardPass<Element>) -> Tensor<Element> {
    let tape = pass.tape
    var parts = [(table: embedding, index: pass.tokens)]
    if let positions { parts.append((positions, pass.positions)) }
    if let tokenTypes { parts.append((tokenTypes, pass.tokenTypes)) }
    var stream = tape.embedding(sumOf: parts)
    if configuration.normPlacement == .after { stream = outerNorm.record(stream, on: tape) }
    return stream
  }
}
