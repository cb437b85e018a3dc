public import Cards
public import LanguageModels
public import Tensors
public import Training

/// A method that changes a run: its model, its recipe or its data.
///
/// A treatment is one file: a card, its options, and those of the functions below that it needs;
/// what it does not change it does not mention. Adding it to ``TreatmentCatalog/all`` makes it known
/// to study files, the command line, reports and the tests that every treatment passes.
public protocol Treatment: Sendable {
  /// What the method is, where it comes from, its options and its null setting.
  static var card: TreatmentCard { get }

  /// The treatment with some options.
  ///
  /// - Parameter options: a value for every option of the card, each of its kind and in its range.
  /// - Throws: ``TreatmentError`` for options that do not go together.
  init(_ options: OptionValues) throws(TreatmentError)

  /// Whether, with these options, what a step does depends on the length of the run; as the card says
  /// unless some options do not.
  var dependsOnRunLength: Bool { get }

  /// Changes what the model is, before it is built.
  ///
  /// - Parameter model: the model so far: the baseline's, or what earlier treatments made of it.
  /// - Throws: ``TreatmentError`` where the method does not fit the model.
  func configure(_ model: inout ModelConfiguration) throws(TreatmentError)

  /// Replaces or adds parts of a built model.
  ///
  /// New parameters are declared in `model.parameters` under the dotted name of the layer they
  /// belong to; those of replaced parts are removed.
  ///
  /// - Parameter model: built from what ``configure(_:)`` made, not yet recorded.
  /// - Throws: ``TreatmentError`` where the method does not fit the model.
  func install<Element: TensorElement>(in model: LanguageModel<Element>) throws(TreatmentError)

  /// Changes how the model is trained.
  ///
  /// - Parameters:
  ///   - recipe: the recipe so far.
  ///   - model: the configured model.
  /// - Throws: ``TreatmentError`` where the method does not fit the recipe.
  func adjust(
    _ recipe: inout TrainingRecipe, for model: ModelConfiguration
  ) throws(TreatmentError)

  /// The batches to train on, where the method changes them; nil for the data as they are. Throws
  /// where the data do not allow the method; the recipe gives the sizes of batches and the seed.
  func source(of data: Dataset, recipe: TrainingRecipe) throws -> (any BatchSource)?

  /// Changes what a run costs, beyond what follows from the configuration.
  ///
  /// The tests of every treatment compare the result with the parameters that a model has and with
  /// the arithmetic that a recording counts.
  ///
  /// - Parameters:
  ///   - costs: the costs of the configured model.
  ///   - model: the configured model.
  ///   - length: the number of tokens of a sequence.
  func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int)
}

extension Treatment {
  /// What the card says.
  public var dependsOnRunLength: Bool { Self.card.dependsOnRunLength }

  /// The model's configuration stays as it is.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {}

  /// The model's parts stay as they are.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {}

  /// The recipe stays as it is.
  public func adjust(
    _ recipe: inout TrainingRecipe, for model: ModelConfiguration
  ) throws(TreatmentError) {}

  /// The data stay as they are.
  public func source(of data: Dataset, recipe: TrainingRecipe) throws -> (any BatchSource)? { nil }

  /// The costs follow from the configuration.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {}
}
