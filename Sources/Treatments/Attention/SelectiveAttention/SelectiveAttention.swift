public import Cards
public import LanguageModels
public import Tensors

/// A softmax temperature for each query, from its position and its content [167].
public struct SelectiveAttention: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "selective-attention", title: "Selective self-attention",
    summary: """
      Each query's scores are multiplied by 1 + c·log t + tanh(f(x)), where t counts the tokens it \
      sees and f is a small function of the token; values are scaled likewise, without the position.
      """,
    claim: """
      How sharp attention is no longer hangs on what is similar to what, which lowers the loss with \
      less than 0.5 % more parameters.
      """,
    citations: [
      Citation(
        "Zhang et al.",
        "Selective Attention: Enhancing Transformer through Principled Context Control", 2024,
        id: "167")
    ], family: .attention,
    options: [
      .choice(
        "position", "constrained", of: SelectiveScale.Position.allCases.map(\.rawValue),
        "c = exp(-exp(b)) starting at b = 2, which is never negative; or c = b starting at 1e-5; or "
          + "none"),
      .flag("token", true, "whether a query's content sets its temperature"),
      .flag("values", true, "whether a token's content scales its values"),
    ],
    null: NullSetting(
      options: ["position": "unconstrained"],
      parameters: ["temperature.position": 0, "temperature.queries": 0, "temperature.values": 0]))

  private let position: SelectiveScale.Position
  private let scalesQueries: Bool
  private let scalesValues: Bool

  /// The treatment.
  ///
  /// - Throws: ``TreatmentError`` if no part is wanted.
  public init(_ options: OptionValues) throws(TreatmentError) {
    position = SelectiveScale.Position(rawValue: options.word("position")) ?? .constrained
    scalesQueries = options.flag("token")
    scalesValues = options.flag("values")
    guard position != .none || scalesQueries || scalesValues else {
      throw TreatmentError(Self.card.name, "all parts of the method are turned off")
    }
  }

  /// Scales queries and values of every attention layer.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, or an encoder where the position
  ///   counts.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard model.configuration.isCausal || position == .none else {
      throw TreatmentError(
        Self.card.name, option: "position", "an encoder's tokens all see as many tokens")
    }
    for (name, attention) in try model.attentionLayers(for: Self.card) {
      attention.projectionTransforms.append(
        SelectiveScaling(
          "\(name).temperature", attention.configuration, position: position,
          scalesQueries: scalesQueries, scalesValues: scalesValues, in: model.parameters))
    }
  }

  /// A number a layer, and a column of a matrix for each head.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (_, attention, runs) in model.attentionRuns {
      let (heads, keys) = (attention.headCount, attention.keyValueHeadCount)
      var matrices = 0
      if scalesQueries { matrices += heads * heads * attention.headWidth }
      if scalesValues { matrices += keys * keys * attention.headWidth }
      costs.add(parameters: matrices + (position == .none ? 0 : 1))
      // The logarithm of the position goes to the heads by a matrix of one row.
      let products = matrices + (position == .none ? 0 : heads)
      costs.add(operationsPerToken: 2 * Double(runs * products))
    }
  }
}
