/// What sampling one task instance until it passes found [5].
public struct PassCount: Sendable, Hashable {
  /// r, the passes seen.
  public var passes: Int
  /// K, the samples drawn.
  public var draws: Int

  /// Creates a count; sampling stopped at the cap shows as fewer passes than were asked for.
  public init(passes: Int, draws: Int) {
    self.passes = passes
    self.draws = draws
  }

  /// Whether sampling stopped at its cap before the r-th pass.
  public func isCensored(target r: Int) -> Bool { passes < r }

  /// The estimate r/K of the pass rate: the maximum of the likelihood, also where sampling was
  /// stopped at its cap.
  public var rate: Double { draws > 0 ? Double(passes) / Double(draws) : .nan }

  /// The unbiased estimate (r − 1)/(K − 1) of the pass rate; nil below two passes.
  public var unbiasedRate: Double? {
    passes >= 2 && draws >= 2 ? Double(passes - 1) / Double(draws - 1) : nil
  }

  /// Draws until the r-th pass or the cap.
  public static func sampling<Generator: RandomNumberGenerator>(
    until r: Int, cap: Int, using generator: inout Generator, pass: (inout Generator) -> Bool
  ) -> PassCount {
    var count = PassCount(passes: 0, draws: 0)
    while count.passes < r, count.draws < cap {
      count.draws += 1
      if pass(&generator) { count.passes += 1 }
    }
    return count
  }
}
