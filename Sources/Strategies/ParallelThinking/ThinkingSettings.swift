public import LanguageModels

/// How a model thinks along parallel paths.
public struct ThinkingSettings: Codable, Hashable, Sendable {
  /// The number of paths, P.
  public var paths: Int
  /// The longest path, its tag included.
  public var pathLimit: Int
  /// The token that ends a path; the first path that draws it stops all others.
  public var endToken: Int32
  /// The token that starts the summary.
  public var summaryMark: Int32
  /// The tokens drawn after the summary's mark.
  public var summaryLength: Int
  /// How tokens of paths are drawn; the summary takes the most probable ones.
  public var rule: SamplingRule
  /// Where chance comes from.
  public var seed: UInt64

  /// Settings; a path has at least 2 tokens.
  public init(
    paths: Int, pathLimit: Int, endToken: Int32, summaryMark: Int32, summaryLength: Int,
    rule: SamplingRule = SamplingRule(), seed: UInt64 = 0
  ) {
    precondition(
      paths > 0 && pathLimit > 1 && summaryLength > 0,
      "\(paths) paths of \(pathLimit) tokens and \(summaryLength) of a summary")
    self.paths = paths
    self.pathLimit = pathLimit
    self.endToken = endToken
    self.summaryMark = summaryMark
    self.summaryLength = summaryLength
    self.rule = rule
    self.seed = seed
  }
}
