public import Cards
public import LanguageModels
public import Tensors

/// BASED [194]: linear attention with a second-order Taylor feature map, softmax attention within a
/// short window, and short gated convolutions.
public struct Based: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "based", title: "BASED",
    summary: """
      Most layers become short gated convolutions; some become linear attention whose weights are \
      1 + z + z²/2 of the scaled product of narrow queries and keys, and some softmax attention \
      within a window. The width of the features and the window set the size of the state, and with \
      it how much can be recalled. Feed-forwards stay as they are.
      """,
    claim: """
      At 1.3B parameters the perplexity of Mamba and 6.22 points more accuracy on tasks that need \
      recall; accuracy on associative recall rises with the bytes of the state.
      """,
    citations: [
      Citation(
        "Arora et al.",
        "Simple linear attention language models balance the recall-throughput tradeoff", 2024,
        id: "194")
    ], family: .recurrence,
    options: [
      .whole(
        "feature-width", 16, in: 1...128,
        "the width f of queries and keys of linear attention; features are 1 + f + f²"),
      .whole("window", 64, in: 1...1_048_576, "tokens that a query of a softmax layer sees"),
      .choice(
        "layout", "based", of: ["based", "linear-window", "linear", "window", "convolution"],
        "which layers: of every five the second linear and the third windowed, the others "
          + "convolutions; or linear and windowed in turn; or all of a kind"),
      .whole("convolution", 3, in: 1...64, "tokens that a convolution meets"),
      .whole("expansion", 4, in: 2...16, "columns of a convolution's projection, in widths"),
    ],
    null: NullSetting(options: ["layout": "window", "window": 1_048_576], tolerance: 1e-12))

  /// What a layer becomes.
  private enum Kind { case linear, window, convolution }

  /// The width of queries and keys of linear attention.
  public let featureWidth: Int
  /// Tokens that a query of a softmax layer sees.
  public let window: Int
  /// Which layers are of which kind.
  public let layout: String
  /// Tokens that a convolution meets.
  public let taps: Int
  /// Columns of a convolution's projection, in widths of the model.
  public let expansion: Int

  /// The treatment with some options.
  public init(_ options: OptionValues) {
    featureWidth = options.whole("feature-width")
    window = options.whole("window")
    layout = options.word("layout")
    taps = options.whole("convolution")
    expansion = options.whole("expansion")
  }

  private func kind(of layer: Int, in model: ModelConfiguration) -> Kind {
    switch layout {
    case "linear": .linear
    case "window": .window
    case "convolution": .convolution
    case "linear-window": layer % 2 == 0 ? .linear : .window
    // The 27 layers of the paper's 360M model: 1, 6, …, 21 and 2, 7, …, 22. A linear layer stands
    // before a windowed one, but for models that are too short for both.
    default:
      switch layer % 5 {
      case 1 where layer + 1 < model.layers.count || layer == 1: .linear
      case 2: .window
      default: .convolution
      }
    }
  }

  /// Gives windows to the softmax layers; the others are no attention any more.
  ///
  /// - Throws: ``TreatmentError`` for an encoder, or where a layer has no attention over all tokens.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    for layer in model.layers.indices {
      var attention = try model.causalAttention(layer, for: Self.card.name)
      guard attention.pattern == .all else {
        throw TreatmentError(
          Self.card.name, "layer \(layer) has a pattern of its own, expected attention over all")
      }
      if kind(of: layer, in: model) == .window {
        attention.pattern = .window(width: window, sinks: 0)
        model.layers[layer].tokenMixer = .attention(attention)
      } else {
        model.layers[layer].tokenMixer = .linearRecurrence(attention.linear)
      }
    }
  }

  /// Puts the linear attentions and the convolutions in.
  public func install<Element: TensorElement>(in model: LanguageModel<Element>) {
    for (index, block) in model.blocks.enumerated() {
      guard case .linearRecurrence(let recurrence) = model.configuration.layers[index].tokenMixer
      else { continue }
      let name = "\(block.name).attention"
      model.parameters.remove(under: name)
      block.tokenMixer =
        kind(of: index, in: model.configuration) == .linear
        ? TaylorLinearAttention(name, linearShape(recurrence), in: model)
        : GatedConvolution(name, convolutionShape(model.configuration), in: model)
    }
  }

  private func linearShape(
    _ recurrence: LinearRecurrenceConfiguration
  ) -> TaylorLinearShape {
    TaylorLinearShape(
      headCount: recurrence.headCount, featureWidth: featureWidth,
      valueWidth: recurrence.headWidth)
  }

  private func convolutionShape(_ model: ModelConfiguration) -> GatedConvolutionShape {
    GatedConvolutionShape(inner: expansion * model.width / 2, taps: taps)
  }

  /// What the linear attentions and the convolutions cost.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let replaced = model.layers.indices.filter { kind(of: $0, in: model) != .window }
    costs.removeTokenMixers(of: replaced, in: model, length: length)
    let uses = model.uses
    for layer in replaced {
      guard case .linearRecurrence(let recurrence) = model.layers[layer].tokenMixer else {
        continue
      }
      let (parameters, operations, state): (Int, Double, Int)
      if kind(of: layer, in: model) == .linear {
        let shape = linearShape(recurrence)
        parameters = shape.parameterCount(width: model.width)
        operations = shape.operationsPerToken(width: model.width, length: length)
        state = shape.stateCount
      } else {
        let shape = convolutionShape(model)
        parameters = shape.parameterCount(width: model.width)
        operations = shape.operationsPerToken(width: model.width)
        state = (shape.taps - 1) * shape.inner
      }
      costs.add(parameters: parameters)
      costs.add(operationsPerToken: operations * Double(uses[layer]))
      costs.stateBytes += 4 * state * uses[layer]
    }
  }
}
