public import Cards
internal import Corpora
public import LanguageModels
internal import Statistics
public import Tensors
public import Training

/// A control that changes nothing but the random numbers: other starting values and another order of
/// the data, of the same distributions. Whatever effect a study reports of it is false.
///
/// In an arm of several treatments it comes first: it draws the values anew that parts start with
/// when the model is built.
public struct NullControl: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "null", title: "No change",
    summary: """
      The baseline with other starting values and another order of the data, drawn from the same \
      distributions.
      """,
    claim: "No effect at any size; what is measured is the noise of runs.",
    citations: [], family: .data,
    options: [
      .whole(
        "salt", 1, in: 0...1_000_000_000, "names the other random numbers; 0 keeps the baseline's"),
      .flag("starting-values", true, "whether starting values are drawn anew"),
      .flag(
        "data-order", true, "whether the order of the data, or the draw of a language, is another"),
    ],
    null: NullSetting(options: ["salt": 0]))

  private let salt: Int
  private let changesStart: Bool
  private let changesData: Bool

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` where nothing would change in spite of a salt.
  public init(_ options: OptionValues) throws(TreatmentError) {
    salt = options.whole("salt")
    changesStart = options.flag("starting-values")
    changesData = options.flag("data-order")
    if salt != 0, !changesStart, !changesData {
      throw TreatmentError(
        Self.card.name, option: "salt",
        "found \(salt), but neither starting-values nor data-order is true")
    }
  }

  /// Draws every random starting value again.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard salt != 0, changesStart else { return }
    let parameters = model.parameters
    for parameter in parameters.parameters + parameters.buffers {
      guard case .normal(let deviation) = parameter.initialization else { continue }
      var random = stream(parameter)
      for index in parameter.tensor.buffer.indices {
        parameter.tensor.values[index] = Element(deviation * random.nextNormal())
      }
    }
  }

  /// A stream that follows from the salt, the parameter's name and, through its values, the seed of
  /// the model; rounded, so that models in double precision start alike.
  private func stream<Element>(_ parameter: Parameter<Element>) -> SplittableRandom {
    var random = SplittableRandom(seed: UInt64(salt))
    for byte in parameter.name.utf8 { random = random.split(Int(byte)) }
    for value in parameter.tensor.buffer.prefix(4) {
      random = random.split(Int(Float(Double(value)).bitPattern))
    }
    return random
  }

  /// The data under another seed; what the run is validated on stays.
  public func source(of data: Dataset, recipe: TrainingRecipe) throws -> (any BatchSource)? {
    guard salt != 0, changesData else { return nil }
    var recipe = recipe
    var random = SplittableRandom(seed: recipe.seed).split(salt)
    recipe.seed = random.next()
    return try data.source(recipe)
  }
}
