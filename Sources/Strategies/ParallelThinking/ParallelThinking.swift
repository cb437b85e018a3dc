public import LanguageModels
public import Tensors

/// A language model that thinks along several paths at once and sums them up [61]: the mask and the
/// positions of a ``ParallelLayout``, and ``ThoughtEmbeddings`` in every layer.
///
/// The parts change a model of full attention and rotary positions in place. Passes that are not
/// recorded through ``logits(_:_:)`` are those of the ordinary model.
public final class ParallelThinking<Element: TensorElement> {
  /// The model with its vectors of tags.
  public let model: LanguageModel<Element>
  /// The number of tags.
  public let tagCount: Int
  /// The token of the first tag; the others follow.
  public let firstTag: Int32
  /// Which tag tokens belong to.
  public let tags = ThoughtTags<Element>()
  /// The vectors of each layer.
  public let embeddings: [ThoughtEmbeddings<Element>]

  private let layers: [Attention<Element>]

  /// Adds the vectors, started with a standard deviation, to a model of full causal attention with
  /// rotary positions.
  ///
  /// - Throws: ``StrategyError`` for other models.
  public init(
    _ model: LanguageModel<Element>, tagCount: Int, firstTag: Int32, deviation: Double = 0.02
  ) throws(StrategyError) {
    let configuration = model.configuration
    guard case .rotary = configuration.positions, configuration.isCausal else {
      throw StrategyError("parallel paths share positions, which a causal model has to rotate by")
    }
    guard Int(firstTag) + tagCount <= configuration.vocabularyCount else {
      throw StrategyError(
        "\(tagCount) tags from token \(firstTag) on, but \(configuration.vocabularyCount) tokens")
    }
    var layers: [Attention<Element>] = []
    for block in model.blocks {
      guard let attention = block.tokenMixer as? Attention<Element>, attention.selection == nil,
        attention.configuration.pattern == .all
      else { throw StrategyError("parallel paths need full attention in every layer") }
      layers.append(attention)
    }
    self.model = model
    self.tagCount = tagCount
    self.firstTag = firstTag
    self.layers = layers
    var embeddings: [ThoughtEmbeddings<Element>] = []
    for (block, attention) in zip(model.blocks, layers) {
      let own = ThoughtEmbeddings(
        "\(block.name).attention", attention.configuration, count: tagCount, deviation: deviation,
        tags: tags, in: model.parameters)
      attention.projectionTransforms.append(own)
      embeddings.append(own)
    }
    self.embeddings = embeddings
    model.isTreated = true
  }

  /// The token of a tag, from 0.
  public func token(ofTag tag: Int) -> Int32 { firstTag + Int32(tag) }

  /// Records a pass over sequences of one layout, and its logits.
  ///
  /// The tag of a path is read from its first token at every run of the tape.
  ///
  /// - Parameters:
  ///   - pass: a pass without a cache, as long as the layout.
  ///   - layout: the parts of its sequences.
  /// - Returns: the logits of each next token, `[batch · length, vocabulary]`.
  public func logits(
    _ pass: ForwardPass<Element>, _ layout: ParallelLayout
  ) -> Tensor<Element> {
    within(layout, pass) { model.logits(pass) }
  }

  /// Records a pass, without a cache, over sequences of one layout, and its loss. Targets and their
  /// weights (nil for ones) are `[batch · length]`; negative targets do not count. `zLoss` is the
  /// coefficient of z-loss [145].
  public func loss(
    _ pass: ForwardPass<Element>, _ layout: ParallelLayout, targets: IndexTensor,
    targetWeights: Tensor<Element>? = nil, zLoss: Double = 0
  ) -> Tensor<Element> {
    within(layout, pass) {
      model.loss(pass, targets: targets, targetWeights: targetWeights, zLoss: zLoss)
    }
  }

  /// Records with the layout's mask, positions and tags.
  private func within<Result>(
    _ layout: ParallelLayout, _ pass: ForwardPass<Element>, _ body: () -> Result
  ) -> Result {
    precondition(
      pass.cache == nil && pass.length == layout.length,
      "a pass over \(pass.length) tokens for a layout of \(layout.length)")
    let positions = layout.positions
    for row in 0..<pass.rows { pass.positions.values[row] = positions[row % pass.length] }
    pass.tape.record(
      PathTags<Element>(
        tokens: pass.tokens, index: tags.index(for: pass), layout: layout,
        range: firstTag..<firstTag + Int32(tagCount)))
    let patterns = layers.map(\.pattern)
    for layer in layers {
      layer.pattern = .blocks(layout.blocks(headCount: layer.configuration.headCount))
    }
    defer { for (layer, pattern) in zip(layers, patterns) { layer.pattern = pattern } }
    return body()
  }
}

/// Reads the tag of each path from its first token.
private struct PathTags<Element: TensorElement>: Operation {
  let tokens: IndexTensor
  let index: IndexTensor
  let layout: ParallelLayout
  let range: Range<Int32>

  var name: String { "path tags" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for start in stride(from: 0, to: index.count, by: layout.length) {
      for path in layout.pathLengths.indices {
        let places = layout.range(ofPath: path)
        let token = tokens.values[start + places.lowerBound]
        let tag = range.contains(token) ? token - range.lowerBound : -1
        for place in places { index.values[start + place] = tag }
      }
    }
  }

  func backward(_ run: Execution) {}
}
