public import LanguageModels
public import Tensors
public import Training

/// One side of a comparison: a baseline with no, one or several treatments, applied in order.
public struct Arm: Sendable {
  /// What the arm is called.
  public let name: String
  /// The treatments, in the order in which they apply.
  public let treatments: [any Treatment]
  /// The treatments with the options that made them, as studies need them to name runs; empty for
  /// arms made of treatments alone.
  public let choices: [TreatmentChoice]

  /// An arm of treatments by their options.
  public init(name: String, choices: [TreatmentChoice]) {
    self.name = name
    self.choices = choices
    treatments = choices.map(\.treatment)
  }

  /// An arm of treatments made in code.
  public init(name: String, treatments: [any Treatment] = []) {
    self.name = name
    self.treatments = treatments
    choices = []
  }

  /// The cards of the treatments.
  public var cards: [TreatmentCard] { treatments.map { type(of: $0).card } }

  /// What the treatments make of the baseline's configuration.
  ///
  /// - Throws: ``TreatmentError`` where a method does not fit.
  public func configuration(
    _ baseline: ModelConfiguration
  ) throws(TreatmentError) -> ModelConfiguration {
    var model = baseline
    for treatment in treatments { try treatment.configure(&model) }
    return model
  }

  /// A treated model with the starting values of a seed.
  ///
  /// Parameters that baseline and treatment share start with the same values, because each has a
  /// random stream by its name.
  ///
  /// - Throws: ``TreatmentError`` where a method does not fit, `ConfigurationError` where the
  ///   configured model does not fit together.
  public func model<Element: TensorElement>(
    _ baseline: ModelConfiguration, seed: UInt64, of type: Element.Type = Element.self
  ) throws -> LanguageModel<Element> {
    let model = try LanguageModel<Element>(try configuration(baseline), seed: seed)
    for treatment in treatments { try treatment.install(in: model) }
    model.isTreated = !treatments.isEmpty
    return model
  }

  /// What the treatments make of a recipe.
  ///
  /// - Throws: ``TreatmentError`` where a method does not fit.
  public func recipe(
    _ recipe: TrainingRecipe, for baseline: ModelConfiguration
  ) throws(TreatmentError) -> TrainingRecipe {
    let model = try configuration(baseline)
    var recipe = recipe
    for treatment in treatments { try treatment.adjust(&recipe, for: model) }
    return recipe
  }

  /// What a run of the arm costs.
  ///
  /// - Throws: ``TreatmentError`` where a method does not fit.
  public func costs(
    _ baseline: ModelConfiguration, length: Int
  ) throws(TreatmentError) -> RunCosts {
    let model = try configuration(baseline)
    var costs = RunCosts(model, length: length)
    for treatment in treatments { treatment.charge(&costs, for: model, length: length) }
    return costs
  }

  /// The batches that the arm trains on: the last treatment's that changes them, or the data's.
  public func source(of data: Dataset, recipe: TrainingRecipe) throws -> any BatchSource {
    for treatment in treatments.reversed() {
      if let source = try treatment.source(of: data, recipe: recipe) { return source }
    }
    return try data.source(recipe)
  }
}
