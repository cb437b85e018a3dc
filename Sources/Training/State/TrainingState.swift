/// What a checkpoint knows besides parameters and moments. All randomness of a run is named by the
/// recipe's seed and the position of the data, so no generator's state is kept.
struct TrainingState: Codable {
  /// Rises when the meaning of a field changes.
  static let currentVersion = 1

  var version = currentVersion
  var step: Int
  var tokens: Int
  /// The number of steps the optimiser counts.
  var optimizerSteps: Int
  /// The number of steps that parameters were frozen for; nil if none was.
  var missedSteps: [String: Int]?
  /// The position of the data, as JSON.
  var dataPosition: String
  var recipe: TrainingRecipe
  /// The lengths of the tables in bytes.
  var lossBytes: Int
  var validationBytes: Int
  var diagnosticsBytes: Int
  var noiseScale: GradientNoiseScale
}
