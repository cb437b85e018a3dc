public import Cards
internal import Foundation
public import LanguageModels
public import Training
internal import Treatments
public import Verdicts

/// Everything that decides what comes out of one run, and nothing else.
///
/// Names of arms, places in a ladder and numbers of threads are not here: two studies that define
/// the same run share it.
public struct RunDefinition: Codable, Hashable, Sendable {
  /// A treatment as a study file names it, with all its options.
  public struct AppliedTreatment: Codable, Hashable, Sendable {
    /// The name of its card.
    public var name: String
    /// The version of its card.
    public var version: Int
    /// Every option.
    public var options: [String: OptionValue]

    /// A treatment with every option.
    public init(name: String, version: Int, options: [String: OptionValue]) {
      self.name = name
      self.version = version
      self.options = options
    }
  }

  /// Rises when the engine computes something else from the same definition. 2: held-out windows
  /// are the same for all sizes of batches, the last batch being filled up.
  public static let engineVersion = 2

  /// The engine that computes the run.
  public var engine = RunDefinition.engineVersion
  /// The data, without notes, by their hash and that of the tokenizer.
  public var data: DatasetRecord
  /// The baseline's model, before treatments.
  public var model: ModelConfiguration
  /// The treatments in their order.
  public var treatments: [AppliedTreatment]
  /// The baseline's recipe, before treatments, with seed, budget and schedule.
  public var recipe: TrainingRecipe
  /// How the trained model is sampled; nil where it is not.
  public var sampling: SamplingPlan?

  /// A run of the present engine.
  public init(
    data: DatasetRecord, model: ModelConfiguration, treatments: [AppliedTreatment],
    recipe: TrainingRecipe, sampling: SamplingPlan? = nil
  ) {
    self.sampling = sampling
    self.data = data.withoutNotes
    self.model = model
    self.treatments = treatments
    self.recipe = recipe
  }

  /// The definition as canonical JSON: sorted keys, no spaces.
  public var canonicalText: String {
    get throws { String(decoding: try Self.encoder.encode(self), as: UTF8.self) }
  }

  /// Writes canonical JSON, of a definition or of its parts.
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// What runs of several lengths have in common: the same but for lengths and cadences.
  var trunk: RunDefinition {
    var trunk = self
    trunk.recipe.schedule.shape = .constant
    trunk.recipe.budget = .steps(1)
    trunk.recipe.diagnosticsEvery = 0
    trunk.sampling = nil
    return trunk
  }

  /// The name of the run by its content.
  public var identity: RunIdentity {
    get throws { RunIdentity(of: try canonicalText) }
  }
}
