public import Cards
public import LanguageModels
internal import Quantities
public import Tensors

/// Half the layers are trained first and then stacked twice [106].
public struct StackedGrowth: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "stacked-growth",
    title: "Stacked growth",
    summary: """
      Training begins with the lower half of the layers; after a share of the steps the upper half \
      becomes a copy of it and all layers train on.
      """,
    claim: """
      A model grown from one of half the depth converges sooner than one that starts at full depth.
      """,
    citations: [.longCatFlash], family: .depth, version: 2,
    options: [
      .number(
        "growth-share", 0.5, in: 0...0.99,
        "the share of the steps with half the layers; 0 for no growth; the paper's is not known")
    ],
    null: NullSetting(options: ["growth-share": 0]),
    dependsOnRunLength: true)

  private let share: Double

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    share = options.number("growth-share")
  }

  /// Without growth all lengths begin alike.
  public var dependsOnRunLength: Bool { share > 0 }

  /// The first step with all layers.
  private func growthStep(_ moment: TrainingMoment) -> Int {
    Int(saturating: (share * Double(moment.steps)).rounded(.up))
  }

  /// Refuses a model whose halves differ.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    guard share > 0 else { return }
    let half = model.layers.count / 2
    guard model.layers.count % 2 == 0, half > 0, model.depth == .sequential,
      model.layers.prefix(half) == model.layers.suffix(half)
    else {
      throw TreatmentError(
        Self.card.name,
        "found \(model.layers.count) layers, expected two equal halves of layers that run once")
    }
  }

  /// Lets the layers grow.
  ///
  /// - Throws: ``TreatmentError`` where another treatment decides which layers run, or has made the
  ///   halves different.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard share > 0 else { return }
    guard model.depthController == nil, model.stage == nil else {
      throw TreatmentError(Self.card.name, "another treatment decides which layers run")
    }
    let parameters = model.parameters
    let layers = model.blocks.count
    let copies = try copies(parameters, half: layers / 2)
    let growth = GrowingDepth<Element>(layers: layers, in: parameters)
    model.depthController = growth
    model.stage = { $0.step < growthStep($0) ? 0 : 1 }
    model.stepActions.append { moment in
      let isGrown = moment.step >= growthStep(moment)
      growth.count.values[0] = Element(isGrown ? layers : layers / 2)
      parameters.freezeLayers(layers) { !isGrown && $0 >= layers / 2 }
      guard moment.step == growthStep(moment) else { return }
      for (source, target) in copies {
        _ = target.buffer.update(fromContentsOf: source.buffer)
      }
    }
  }

  /// The tensors of the lower half, each with its place in the upper half.
  private func copies<Element: TensorElement>(
    _ set: ParameterSet<Element>, half: Int
  ) throws(TreatmentError) -> [(source: Tensor<Element>, target: Tensor<Element>)] {
    var copies: [(source: Tensor<Element>, target: Tensor<Element>)] = []
    for tensors in [set.parameters, set.buffers] {
      let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
      for layer in 0..<half {
        let (lower, upper) = ("layers.\(layer).", "layers.\(layer + half).")
        for parameter in tensors where parameter.name.hasPrefix(lower) {
          let rest = parameter.name.dropFirst(lower.count)
          guard let target = byName[upper + rest], target.shape == parameter.tensor.shape else {
            throw TreatmentError(
              Self.card.name, "\(parameter.name) has no counterpart in the upper half")
          }
          copies.append((parameter.tensor, target))
        }
      }
    }
    return copies
  }

  /// Charges training with the mean over both parts of the run.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let layers = model.layers.count
    let half = model.operationsPerToken(ofFirst: layers / 2, length: length).layers
    let full = model.operationsPerToken(ofFirst: layers, length: length).layers
    costs.trainingOperationsPerToken -= 3 * share * (full - half)
  }
}
