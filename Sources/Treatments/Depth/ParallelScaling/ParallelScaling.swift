public import Cards
public import LanguageModels
public import Tensors

/// Several learned variants of the same model run in parallel, their outputs summed with learned
/// weights [108].
public struct ParallelScaling: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "parallel-scaling",
    title: "Parallel scaling",
    summary: """
      The same layers run several times on the same tokens, each time with trained prefix keys and \
      values of its own in every layer; the results are summed with weights that depend on the token.
      """,
    claim: """
      The loss of P streams is that of 1 + k ln P times the parameters, with k near 0.39 on code and \
      0.33 on mixed text.
      """,
    citations: [
      Citation(
        "Chen et al.",
        "Parallel Scaling Law for Language Models", 2025, id: "108")
    ], family: .depth,
    options: [
      .whole("streams", 2, in: 1...64, "the number of streams, P; 1, 2, 4 and 8 in the paper"),
      .whole("prefix", 48, in: 0...4_096, "trained keys and values of each stream and layer"),
      .number(
        "smoothing", 0.1, in: 0...1, "the share of the weight that all streams get alike"),
    ],
    null: NullSetting(options: ["streams": 1, "prefix": 0]))

  private let streams: Int
  private let prefix: Int
  private let smoothing: Double

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` for streams that could not differ.
  public init(_ options: OptionValues) throws(TreatmentError) {
    streams = options.whole("streams")
    prefix = options.whole("prefix")
    smoothing = options.number("smoothing")
    guard streams == 1 || prefix > 0 else {
      throw TreatmentError(
        Self.card.name, option: "prefix", "found 0, without which all streams are the same")
    }
  }

  /// Refuses a model that a prefix does not fit.
  ///
  /// - Throws: ``TreatmentError`` for layers without softmax attention.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    for layer in model.layers where prefix > 0 {
      guard case .attention(let attention) = layer.tokenMixer, attention.weights != .sigmoid else {
        throw TreatmentError(
          Self.card.name, "found a layer without softmax attention, which a prefix does not fit")
      }
    }
  }

  /// Adds prefixes to the layers, and the aggregation.
  ///
  /// - Throws: ``TreatmentError`` where another treatment has what this one needs.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard model.depthController == nil else {
      throw TreatmentError(Self.card.name, "another treatment decides which layers run")
    }
    var prefixes: [StreamPrefix<Element>] = []
    for block in model.blocks where prefix > 0 {
      guard let attention = block.tokenMixer as? Attention<Element>, attention.supplement == nil,
        attention.selection == nil, attention.normalizer == nil
      else {
        throw TreatmentError(
          Self.card.name, "another treatment has changed \(block.name).attention")
      }
      let c = attention.configuration
      let prefix = StreamPrefix(
        "\(block.name).attention", streams: streams, count: prefix,
        width: c.keyValueHeadCount * c.headWidth, start: StartingDeviations(model.configuration),
        in: model.parameters)
      attention.supplement = prefix
      prefixes.append(prefix)
    }
    model.depthController = ParallelStreams(
      streams: streams, smoothing: smoothing, prefixes: prefixes, of: model.configuration,
      in: model.parameters)
  }

  /// Charges the further streams, the prefixes and the aggregation.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let p = streams
    let layers = model.operationsPerToken(ofFirst: model.layers.count, length: length).layers
    costs.add(operationsPerToken: Double(p - 1) * layers)
    costs.stateBytes *= p
    for run in model.attentionRuns {
      let c = run.attention
      costs.add(parameters: 2 * p * prefix * c.keyValueHeadCount * c.headWidth)
      let pairs = p * run.runs * prefix
      costs.add(operationsPerToken: 4 * Double(pairs * c.headCount * c.headWidth))
    }
    if p > 1 {
      let width = model.width
      costs.add(parameters: p * width * width + width + width * p + p)
      costs.add(operationsPerToken: 2 * Double(p * width * width + width * p))
    }
  }
}
