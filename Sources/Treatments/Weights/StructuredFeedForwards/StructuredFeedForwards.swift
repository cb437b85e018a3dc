public import Cards
internal import Foundation
public import LanguageModels
internal import Quantities
public import Tensors

/// Feed-forward layers of two smaller factors each, with or without a dense guide early in training
/// [112].
public struct StructuredFeedForwards: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "structured-feed-forward",
    title: "Structured feed-forward",
    summary: """
      Each feed-forward matrix is the product of two smaller factors: of low rank, block-diagonal \
      with a shuffle between, or block-diagonal and dense. A dense matrix may guide the factors \
      over the first steps and is then dropped.
      """,
    claim: """
      With the guide, 32% of the feed-forward parameters cost 0.4 perplexity at equal FLOPs at \
      1.3B, and loss falls more steeply with FLOPs than that of dense layers.
      """,
    citations: [
      Citation(
        "Wei, Moalla, Pascanu, Gulcehre",
        """
        Building on Efficient Foundations: Effectively Training LLMs with Structured \
        Feedforward Layers
        """, 2024, id: "112")
    ], family: .weights, version: 2,
    options: [
      .choice(
        "kind", "low-rank", of: ["low-rank", "block-shuffle", "block-dense"],
        "which two factors stand for a matrix"),
      .whole(
        "rank", 0, in: 0...65_536,
        "the width between the factors at every size of model; 0 for rank-share"),
      .number(
        "rank-share", 0.5, in: 0.001...1,
        "the width between the factors over the smaller side of the matrix; 0.5 and 0.25 are the "
          + "paper's 63% and 32% of the parameters where the layer is four times as wide as the "
          + "model"),
      .whole("blocks", 2, in: 1...1024, "blocks of the block-diagonal factors"),
      .flag("first-layer", false, "whether the first layer's matrices are factorised too"),
      .number(
        "guided-share", 0, in: 0...1,
        "the share of the steps over which the dense guide fades out; the paper's is 0.5"),
    ],
    whyNoNull: """
      At full rank the factors start as the dense matrix, to rounding, but they are trained as \
      factors.
      """,
    dependsOnRunLength: true)

  private let kind: String
  private let rank: Int
  private let rankShare: Double
  private let blocks: Int
  private let treatsFirst: Bool
  private let guidedShare: Double

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` for a rank of blocks that have none.
  public init(_ options: OptionValues) throws(TreatmentError) {
    kind = options.word("kind")
    rank = options.whole("rank")
    rankShare = options.number("rank-share")
    blocks = options.whole("blocks")
    treatsFirst = options.flag("first-layer")
    guidedShare = options.number("guided-share")
    if kind == "block-shuffle", rank > 0 {
      throw Self.problem("rank", "block-shuffle has no rank: its size follows from blocks")
    }
  }

  /// Only the guide follows the length of the run.
  public var dependsOnRunLength: Bool { guidedShare > 0 }

  /// Refuses models whose matrices cannot be cut so.
  ///
  /// - Throws: ``TreatmentError`` naming the rank or the blocks.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    guard !treated(model).isEmpty else {
      throw TreatmentError(
        Self.card.name, "the model has no feed-forward layer after its first; set first-layer")
    }
    for (_, feedForward) in treated(model) {
      if feedForward.normalizesSpectrally {
        throw TreatmentError(
          Self.card.name,
          "factors of matrices that are divided by their spectral norm are not known")
      }
      for (inputs, outputs) in widths(feedForward, model.width) {
        let structure = structure(inputs, outputs)
        if let problem = structure.problem(inputs: inputs, outputs: outputs) {
          throw Self.problem(problem.contains("rank") ? "rank" : "blocks", problem)
        }
      }
    }
  }

  /// Replaces dense feed-forward layers, whose starting values the factors of low rank approximate.
  ///
  /// - Throws: ``TreatmentError`` where another treatment has replaced a feed-forward layer.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    let share =
      guidedShare > 0
      ? model.parameters.declareBuffer(
        "structuredFeedForward.guideShare", [1], startingAs: .constant(1)) : nil
    for (index, feedForward) in treated(model.configuration) {
      guard let dense = model.blocks[index].channelMixer as? FeedForward<Element> else {
        throw TreatmentError(
          Self.card.name, "layer \(index) has no dense feed-forward to factorise any more")
      }
      let name = "\(model.blocks[index].name).mlp"
      let widths = widths(feedForward, model.configuration.width)
      model.parameters.remove(under: name)
      model.blocks[index].channelMixer = StructuredFeedForward(
        name, replacing: dense, width: model.configuration.width,
        structures: (structure(widths[0].0, widths[0].1), structure(widths[1].0, widths[1].1)),
        guideShare: share, in: model.parameters)
    }
    guard let share else { return }
    let over = guidedShare
    func set(_ moment: TrainingMoment) { share.values[0] = Element(Self.share(moment, over: over)) }
    model.stepActions.append(set)
    // The step is recorded without the guide once its share is zero, so that no gradient, decay or
    // arithmetic goes into it any more.
    let earlier = model.stage
    model.stage = { moment in
      set(moment)
      let isOver = Self.share(moment, over: over) == 0
      return 2 * (earlier?(moment) ?? 0) + (isOver ? 1 : 0)
    }
  }

  /// The guide's share α before a step: a half cosine from one to zero over the first share of the
  /// steps.
  public static func share(_ moment: TrainingMoment, over share: Double) -> Double {
    let done = share > 0 ? moment.fraction / share : 1
    return done < 1 ? (1 + cos(.pi * done)) / 2 : 0
  }

  /// Counts factors in the place of dense matrices.
  ///
  /// The guide costs training alone: its arithmetic is charged for the share of the steps that
  /// record it, and its numbers are no parameters of the model that is kept.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let order = model.depth.order(of: model.layers.count)
    for (index, feedForward) in treated(model) {
      let uses = Double(order.count { $0 == index })
      for (inputs, outputs) in widths(feedForward, model.width) {
        let dense = inputs * outputs
        let factors = structure(inputs, outputs).parameterCount(inputs: inputs, outputs: outputs)
        costs.add(parameters: factors - dense)
        costs.add(operationsPerToken: 2 * uses * Double(factors - dense))
        costs.trainingOperationsPerToken += 6 * uses * Double(dense) * guidedShare
      }
    }
  }

  /// The feed-forward layers that are factorised.
  private func treated(_ model: ModelConfiguration) -> [(Int, FeedForwardConfiguration)] {
    model.layers.enumerated().compactMap { index, layer in
      guard index > 0 || treatsFirst, case .feedForward(let feedForward) = layer.channelMixer else {
        return nil
      }
      return (index, feedForward)
    }
  }

  /// The widths of the two maps.
  private func widths(_ feedForward: FeedForwardConfiguration, _ width: Int) -> [(Int, Int)] {
    let inner = feedForward.width
    return [(width, feedForward.activation == .swiGLU ? 2 * inner : inner), (inner, width)]
  }

  private func structure(_ inputs: Int, _ outputs: Int) -> LinearStructure {
    guard kind != "block-shuffle" else { return .blockShuffle(blocks: blocks) }
    let share = max(Int(saturating: (rankShare * Double(min(inputs, outputs))).rounded()), 1)
    let rank = rank > 0 ? rank : share
    return kind == "low-rank" ? .lowRank(rank: rank) : .blockDense(rank: rank, blocks: blocks)
  }

  private static func problem(_ option: String, _ problem: String) -> TreatmentError {
    TreatmentError(card.name, option: option, problem)
  }
}
