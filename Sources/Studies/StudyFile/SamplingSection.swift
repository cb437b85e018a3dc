public import Verdicts
internal import Yams

extension StudyFile {
  /// The axis of test-time compute: how often each trained model is sampled on held-out problems.
  public struct SamplingSection: Hashable, Sendable {
    /// Ascending numbers of samples, n.
    public var samples: [Int]
    /// The number of held-out problems, the same for all models.
    public var problems: Int
    /// The temperature of sampling.
    public var temperature: Double
    /// How one answer is reached from n samples, in the order of the report.
    public var selectors: [SampleSelector]

    /// What decides the samples that are drawn.
    var plan: SamplingPlan {
      SamplingPlan(problems: problems, attempts: samples.last ?? 1, temperature: temperature)
    }
  }
}

/// What decides the samples that are drawn from a trained model: a part of its run's identity.
public struct SamplingPlan: Codable, Hashable, Sendable {
  /// The number of held-out problems.
  public var problems: Int
  /// The samples of each.
  public var attempts: Int
  /// The temperature.
  public var temperature: Double

  /// So many attempts at each of so many problems.
  public init(problems: Int, attempts: Int, temperature: Double) {
    self.problems = problems
    self.attempts = attempts
    self.temperature = temperature
  }
}

extension StudyFile.SamplingSection {
  /// Reads the section `sampling`; nil where it is absent.
  static func read(_ file: YAMLSection) throws(StudyFileError) -> Self? {
    let keys = ["samples", "problems", "temperature", "selectors"]
    guard let section = try file.section("sampling", known: keys) else { return nil }
    guard let nodes = section.list("samples"), !nodes.isEmpty else {
      throw section.failure(nil, "expected samples, ascending numbers such as [1, 4, 16, 64]")
    }
    var samples: [Int] = []
    for node in nodes {
      let count = try section.whole(node, "samples", in: 1...100_000)
      guard samples.last.map({ $0 < count }) ?? true else {
        throw section.wrong("samples", node, "ascending numbers")
      }
      samples.append(count)
    }
    var selectors: [SampleSelector] = []
    let words = SampleSelector.allCases.map(\.rawValue)
    for node in section.list("selectors") ?? [] {
      guard let selector = SampleSelector(rawValue: node.scalar?.string ?? "") else {
        throw section.wrong("selectors", node, "one of \(words.joined(separator: ", "))")
      }
      guard !selectors.contains(selector) else {
        throw section.wrong("selectors", node, "each selector once")
      }
      selectors.append(selector)
    }
    return Self(
      samples: samples, problems: try section.whole("problems", in: 2...1_000_000) ?? 200,
      temperature: try section.number("temperature", in: 0.01...100) ?? 1,
      selectors: selectors.isEmpty ? SampleSelector.allCases : selectors)
  }
}
