/// What a strategy asks of a model beyond plain solutions.
public enum StrategyLesson: String, Sendable, Hashable, Codable {
  /// To write a better attempt after having seen earlier ones [20].
  case revisions
  /// To write a step anew after a look back [22].
  case looksBack = "looks-back"
}
