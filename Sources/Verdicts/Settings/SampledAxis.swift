/// The axis of samples, as the settings of a verdict keep it.
public struct SampledAxis: Codable, Hashable, Sendable {
  /// Ascending numbers of samples.
  public var samples: [Int]
  /// How one answer is reached from them.
  public var selectors: [SampleSelector]

  /// An axis of ascending numbers of samples.
  public init(samples: [Int], selectors: [SampleSelector]) {
    self.samples = samples
    self.selectors = selectors
  }
}

/// How one answer is reached from several samples.
public enum SampleSelector: String, Codable, Hashable, Sendable, CaseIterable {
  /// An exact verifier finds a right one if there is any: pass@n.
  case coverage
  /// The most frequent answer, ties broken at random.
  case majority
}
