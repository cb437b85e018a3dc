public import Foundation

/// A recipe is an object whose keys may be absent (their defaults hold) but never unknown. Exactly one
/// of `steps` and `tokens` says how long to train.
extension TrainingRecipe: Codable {
  private static let keys = [
    "batchSize", "sequenceLength", "steps", "tokens", "optimizer", "schedule", "clipNorm", "zLoss",
    "accumulation", "seed", "validation", "checkpoints", "diagnosticsEvery",
  ]

  /// Reads a recipe.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, known: Self.keys)
    let standard = TrainingRecipe()
    let steps: Int? = try fields.optional("steps")
    let tokens: Int? = try fields.optional("tokens")
    let budget: Budget
    switch (steps, tokens) {
    case (nil, nil): budget = standard.budget
    case (let steps?, nil): budget = .steps(steps)
    case (nil, let tokens?): budget = .tokens(tokens)
    case (_?, _?):
      throw TrainingError(.badSetting, "tokens", "a run has either steps or tokens, found both")
    }
    self.init(
      batchSize: try fields.value("batchSize", default: standard.batchSize),
      sequenceLength: try fields.value("sequenceLength", default: standard.sequenceLength),
      budget: budget, optimizer: try fields.value("optimizer", default: standard.optimizer),
      schedule: try fields.value("schedule", default: standard.schedule))
    clipNorm =
      fields.contains("clipNorm") ? try fields.optional("clipNorm") : standard.clipNorm
    zLoss = try fields.value("zLoss", default: standard.zLoss)
    accumulation = try fields.value("accumulation", default: standard.accumulation)
    seed = try fields.value("seed", default: standard.seed)
    validation = try fields.value("validation", default: standard.validation)
    checkpoints = try fields.value("checkpoints", default: standard.checkpoints)
    diagnosticsEvery = try fields.value("diagnosticsEvery", default: standard.diagnosticsEvery)
  }

  /// Writes every setting in force.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(batchSize, forKey: "batchSize")
    try container.encode(sequenceLength, forKey: "sequenceLength")
    switch budget {
    case .steps(let steps): try container.encode(steps, forKey: "steps")
    case .tokens(let tokens): try container.encode(tokens, forKey: "tokens")
    }
    try container.encode(optimizer, forKey: "optimizer")
    try container.encode(schedule, forKey: "schedule")
    try container.encode(clipNorm, forKey: "clipNorm")
    try container.encode(zLoss, forKey: "zLoss")
    try container.encode(accumulation, forKey: "accumulation")
    try container.encode(seed, forKey: "seed")
    try container.encode(validation, forKey: "validation")
    try container.encode(checkpoints, forKey: "checkpoints")
    try container.encode(diagnosticsEvery, forKey: "diagnosticsEvery")
  }

  /// Reads a recipe from JSON text and checks it.
  ///
  /// - Throws: ``TrainingError`` for text that is not JSON, unknown keys, values of the wrong type and
  ///   settings that do not fit.
  public init(json: Data, name: String = "recipe") throws(TrainingError) {
    do {
      self = try JSONDecoder().decode(TrainingRecipe.self, from: json)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(.badSetting, name, "the text is not valid JSON")
    }
    try validate()
  }

  /// The recipe as JSON with every default written out, keys in alphabetical order.
  public var json: Data {
    get throws(TrainingError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      do {
        return try encoder.encode(self) + Data([UInt8(ascii: "\n")])
      } catch {
        throw TrainingError(.badSetting, "recipe", "a setting is not a finite number")
      }
    }
  }

  /// The first setting that another recipe has otherwise. Returns the dotted key and both values as
  /// text, or nil if the recipes are equal.
  public func firstDifference(
    from other: TrainingRecipe
  ) throws(TrainingError) -> RecipeDifference? {
    try differences(from: other).first
  }

  /// All settings that another recipe has otherwise, in the order of their keys. Returns the dotted
  /// keys and both values as text.
  public func differences(
    from other: TrainingRecipe
  ) throws(TrainingError) -> [RecipeDifference] {
    guard self != other else { return [] }
    let (mine, theirs) = (try flattened(), try other.flattened())
    return Set(mine.keys).union(theirs.keys).sorted().filter { mine[$0] != theirs[$0] }.map {
      RecipeDifference(key: $0, value: mine[$0] ?? "absent", other: theirs[$0] ?? "absent")
    }
  }

  private func flattened() throws(TrainingError) -> [String: String] {
    var result: [String: String] = [:]
    func visit(_ value: Any, _ path: String) {
      if let object = value as? [String: Any] {
        for (key, value) in object { visit(value, path.isEmpty ? key : "\(path).\(key)") }
      } else {
        result[path] = value is NSNull ? "null" : "\(value)"
      }
    }
    let data = try json
    if let object = try? JSONSerialization.jsonObject(with: data) { visit(object, "") }
    return result
  }
}

/// A setting that two recipes have differently.
public struct RecipeDifference: Hashable, Sendable {
  /// The dotted key.
  public var key: String
  /// The value in the one recipe.
  public var value: String
  /// The value in the other.
  public var other: String
}

extension ValidationCadence: Decodable {
  /// Reads a cadence; unknown keys are errors, absent ones take their defaults.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, known: ["every", "batches"])
    self.init()
    try fields.read("every", into: &every)
    try fields.read("batches", into: &batches)
  }
}

extension CheckpointCadence: Decodable {
  /// Reads a cadence; unknown keys are errors, absent ones take their defaults.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, known: ["every", "keep", "at"])
    self.init()
    try fields.read("every", into: &every)
    try fields.read("keep", into: &keep)
    try fields.read("at", into: &at)
  }
}
