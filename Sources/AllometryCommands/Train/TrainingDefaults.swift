internal import LanguageModels
internal import Training

/// What `allometry train` does unless it is told otherwise, tuned for a few minutes on two cores.
enum TrainingDefaults {
  static let preset = ModelPreset.llama
  /// The number of parameters, where neither it nor a depth or width is given.
  static let parameters = "0.9M"
  /// The longest sequence in tokens.
  static let context = 256
  /// The number of sequences of a step.
  static let batch = 16
  /// The time to train, in seconds, where no budget is given.
  static let seconds = 180.0
  static let optimizer = OptimizerName.muon
  static let schedule = ScheduleName.linear
  /// The share of the run in which the learning rate rises, and the most steps of it.
  static let warmup = (share: 0.1, steps: 100)
  /// The share of a run in which the learning rate of `wsd` and `cooldown` falls.
  static let decayShare = 0.2
  /// How often a run measures its validation loss, the end included, where it is long enough.
  static let validations = 10
  /// How often a run writes a checkpoint, the end included.
  static let checkpoints = 10
  static let fewestValidationBatches = 8
  /// The most of a run's arithmetic that goes into validation.
  static let validationShare = 0.06
}
