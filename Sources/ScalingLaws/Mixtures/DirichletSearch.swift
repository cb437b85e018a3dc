internal import Statistics

/// The search of RegMix: many random mixtures, of which the best by prediction are averaged [134].
///
/// The average is steadier than the single best, which chases the errors of the regression.
/// Mixtures outside the allowed shares are moved to the nearest allowed one.
public struct DirichletSearch: Sendable {
  /// The drawn mixtures.
  public let mixtures: [[Double]]

  /// Draws the mixtures from the allowed shares; nil for all.
  public init(
    concentrations: [Double], within space: MixtureOptimum? = nil, samples: Int = 100_000,
    seed: UInt64 = 0
  ) {
    var generator = SplittableRandom(seed: seed)
    mixtures = (0..<max(samples, 1)).map { _ in
      let drawn = generator.nextDirichlet(concentrations)
      return space?.repaired(drawn) ?? drawn
    }
  }

  /// The average of the `count` best mixtures, which adds up to 1.
  public func best(
    _ loss: ([Double]) -> Double, of count: Int = 128
  ) -> [Double] {
    let losses = mixtures.map(loss)
    let chosen = losses.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }
      .prefix(max(count, 1))
    var average = [Double](repeating: 0, count: mixtures[0].count)
    for index in chosen {
      for j in average.indices { average[j] += mixtures[index][j] / Double(chosen.count) }
    }
    return average
  }
}
