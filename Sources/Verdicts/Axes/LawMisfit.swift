internal import Foundation
internal import ScalingLaws
internal import Statistics

/// How the runs of one arm lie about its law: sizes against seeds.
public struct LawMisfit: Codable, Hashable, Sendable {
  /// The law.
  public var law: String
  /// The standard deviation of log-loss of a size about the law, beyond what seeds explain; of runs
  /// about the law where one seed does not tell them apart.
  public var sizeScatter: Double
  /// The standard deviation of log-loss between seeds of one size; nil with one seed.
  public var seedScatter: Double?
  /// The p-value of sizes lying on the law; nil with one seed.
  public var pValue: Double?
  /// What a run's error is worth for the slope of the law, as a standard deviation of log-loss: that
  /// of the sizes' means, where they differ by more than seeds.
  var scatterOfSizes: Double

  /// Below this p-value a misfit is told as one.
  public static let threshold = 0.01

  /// Whether sizes lie off the law by more than seeds explain.
  public var isEstablished: Bool { (pValue ?? 1) < Self.threshold }

  /// Measures a fit; nil where the law has as many parameters as there are places.
  init?(_ rows: [StudyRow], about fit: Fit, in table: Observations) {
    struct Cell: Hashable {
      var rung: Int
      var branch: Int
    }
    let residuals = rows.indices.map { index -> Double in
      let columns = table.columns.mapValues { $0[index] }
      guard let predicted = try? fit.prediction(at: columns) else { return .nan }
      return log(table.response[index] / predicted)
    }
    guard residuals.allSatisfy(\.isFinite) else { return nil }
    let cells = Dictionary(grouping: rows.indices) {
      Cell(rung: rows[$0].rung, branch: rows[$0].branch)
    }
    let branches = Double(max(Set(rows.map(\.branch)).count, 1))
    let parameters = fit.law.parameters.count
    guard cells.count > parameters else { return nil }
    var (between, within) = (0.0, 0.0)
    for key in cells.keys.sorted(by: { ($0.rung, $0.branch) < ($1.rung, $1.branch) }) {
      let own = (cells[key] ?? []).map { residuals[$0] }
      let centre = mean(own)
      between += Double(own.count) * centre * centre
      within += own.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    }
    // Branches of one trunk are not independent: all of one count once.
    let sizes = Double(cells.count - parameters)
    let seeds = Double(rows.count - cells.count)
    let ofSizes = between / sizes
    law = fit.law.name
    guard seeds > 0, within > 0 else {
      sizeScatter = ofSizes.squareRoot()
      scatterOfSizes = sizeScatter
      return
    }
    let ofSeeds = within / seeds
    seedScatter = ofSeeds.squareRoot()
    let each = Double(rows.count) / Double(cells.count)
    sizeScatter = max((ofSizes - ofSeeds) / each, 0).squareRoot()
    pValue = FisherF(
      numerator: max(sizes / branches, 1), denominator: max(seeds / branches, 1)
    ).survival(ofSizes / ofSeeds)
    scatterOfSizes =
      ofSizes > ofSeeds
      ? ofSizes.squareRoot() : ((between + within) / (sizes + seeds)).squareRoot()
  }
}
