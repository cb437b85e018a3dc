public import LanguageModels

/// How the settings of an optimiser apply to one parameter.
public struct UpdateRule: Hashable, Sendable {
  /// The factor on the learning rate of AdamW and Lion.
  public var learningRateScale: Double
  /// The factor on the weight decay; zero where none applies.
  public var weightDecayScale: Double
  /// The ranges of columns that are matrices of their own; none means the whole.
  public var blocks: [Range<Int>]

  /// The settings as they are, unless given.
  public init(
    learningRateScale: Double = 1, weightDecayScale: Double = 1, blocks: [Range<Int>] = []
  ) {
    self.learningRateScale = learningRateScale
    self.weightDecayScale = weightDecayScale
    self.blocks = blocks
  }

  /// The rule that a model's parametrisation gives one of its parameters [70]. `blocks` are the
  /// ranges of columns that are matrices of their own.
  public init(_ role: ParameterRole, in model: ModelConfiguration, blocks: [Range<Int>] = []) {
    self.init(
      learningRateScale: model.parametrization.learningRateScale(role, width: model.width),
      weightDecayScale: model.parametrization.weightDecayScale(role, width: model.width),
      blocks: blocks)
  }
}
