/// Which runs of an arm and of the baseline were compared.
public struct RunPairing: Codable, Hashable, Sendable {
  /// A run in words that name its place.
  public struct Place: Codable, Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The place of the size in the ladder.
    public var rung: Int
    /// The size as people read it.
    public var size: String
    /// The seed.
    public var seed: UInt64
    /// The place of the length among those of a trunk.
    public var branch: Int
    /// What happened, where anything is known of it.
    public var message: String?
  }

  /// Pairs of runs with the same rung, seed and branch.
  public var pairs: Int
  /// Pairs of trunks, which are independent of each other: all branches of one count once.
  public var independentPairs: Int
  /// The seeds that have pairs, ascending.
  public var seeds: [UInt64]
  /// Finished runs without a finished partner.
  public var unpaired: [Place]
  /// Runs of either arm that diverged.
  public var diverged: [Place]
  /// Runs of either arm that failed.
  public var failed: [Place]
  /// Runs of either arm that have not ended, or that only the other arm has.
  public var missing: [Place]
}
