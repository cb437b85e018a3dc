/// How the learning rates of a study were chosen.
public struct LearningRateSummary: Codable, Hashable, Sendable {
  /// The way.
  public enum Mode: String, Codable, Hashable, Sendable, CaseIterable {
    /// One rate for all runs, without a sweep.
    case fixed
    /// A rate for each size, the same for all arms, without a sweep.
    case fixedBySize = "fixed by size"
    /// Rates that differ between arms, without a sweep.
    case fixedByArm = "fixed by arm"
    /// Swept for each arm at every rung.
    case sweptEverywhere = "swept per arm at every rung"
    /// Swept for each arm at one rung and transferred to the others.
    case sweptAndTransferred = "swept at one rung and transferred"
    /// Swept at some rungs or for some arms only.
    case sweptPartly = "swept in part"
  }

  /// The way.
  public var mode: Mode
  /// The way in a sentence.
  public var sentence: String
  /// The sweeps, by arm and rung.
  public var sweeps: [Sweep]

  /// One sweep.
  public struct Sweep: Codable, Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The place in the ladder.
    public var rung: Int
    /// The size as people read it.
    public var size: String
    /// The rates that were tried, ascending.
    public var rates: [Double]
    /// The mean loss at each rate; nil where no run finished.
    public var losses: [Double?]
    /// The rate with the lowest loss; nil where no run finished.
    public var best: Double?
    /// Whether the best is the smallest or largest that was tried.
    public var isAtEdge: Bool
  }
}

/// A rung that a reader should look at twice.
public struct RungFlag: Codable, Hashable, Sendable {
  /// What is suspect.
  public enum Reason: String, Codable, Hashable, Sendable, CaseIterable {
    /// The best learning rate of a sweep is the smallest or largest that was tried.
    case learningRateAtEdge = "learning rate at the edge of the sweep"
    /// The loss is off the arm's law by more than its noise while the neighbours are not.
    case offTheLaw = "off the law"
    /// Runs diverged.
    case diverged
  }

  /// The arm, which may be the baseline.
  public var arm: String
  /// The place in the ladder.
  public var rung: Int
  /// The size as people read it.
  public var size: String
  /// What is suspect.
  public var reason: Reason
  /// The flag in a sentence.
  public var sentence: String
}
