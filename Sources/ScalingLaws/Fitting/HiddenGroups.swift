internal import Statistics

/// A column that tells apart runs which a law takes for repeats of each other.
public struct HiddenGroups: Sendable, Hashable {
  /// Its name.
  public let column: String
  /// Its share of the scatter of runs at one place of the law.
  public let share: Double

  /// The most values that make groups and not names.
  private static let most = 20
  /// From this share on the groups are other things, not other seeds.
  private static let least = 0.7

  /// Nil where no column does.
  ///
  /// - Parameters:
  ///   - columns: columns of words, one word for each row of the fit.
  ///   - fit: the fit.
  public init?(in columns: [(name: String, values: [String])], of fit: Fit) {
    let observations = fit.observations
    guard observations.count >= 6 else { return nil }
    var deviations = [Double](repeating: 0, count: observations.count)
    var repeated: [Int] = []
    for rows in DesignPoints(observations, law: fit.law).rows() where rows.count > 1 {
      let centre = mean(rows.map { observations.response[$0] })
      for row in rows { deviations[row] = observations.response[row] - centre }
      repeated += rows
    }
    let total = repeated.reduce(0) { $0 + deviations[$1] * deviations[$1] }
    guard repeated.count >= 6, total > 0 else { return nil }
    var best: (column: String, share: Double)?
    for (name, values) in columns where name != "run" && name != "seed" {
      var groups: [String: [Double]] = [:]
      for row in repeated { groups[values[row], default: []].append(deviations[row]) }
      guard (2...Self.most).contains(groups.count), groups.values.allSatisfy({ $0.count > 1 })
      else { continue }
      let explained = groups.sorted { $0.key < $1.key }.reduce(0) {
        let centre = mean($1.value)
        return $0 + Double($1.value.count) * centre * centre
      }
      if explained / total > best?.share ?? Self.least { best = (name, explained / total) }
    }
    guard let best else { return nil }
    (column, share) = best
  }
}
