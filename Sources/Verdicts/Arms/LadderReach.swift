internal import Foundation
internal import Quantities

/// How far a ladder reaches and whether a forecast from it is defensible.
public struct LadderReach: Codable, Hashable, Sendable {
  /// The rungs that both arms have.
  public var rungs: Int
  /// The seeds that both arms have.
  public var seeds: Int
  /// log₁₀ of the largest over the smallest training FLOPs of the compared runs.
  public var decades: Double
  /// log₁₀ of the target over the largest training FLOPs; 0 within the data.
  public var decadesBeyond: Double
  /// Whether a forecast is refused: then no number for the target is given.
  public var isRefused: Bool
  /// Why it is refused, or what makes it weak.
  public var reasons: [String]

  /// The fewest rungs from which a forecast is made.
  public static let fewestRungs = 4
  /// The fewest decades of training FLOPs from which a forecast is made.
  public static let fewestDecades = 1.2

  /// Measures a ladder; without a target the question is ten times the training FLOPs of the largest
  /// run.
  init(_ runs: ComparedRuns, target: VerdictSettings.Target?) {
    let scales = runs.pairs.flatMap { [$0.baseline.compute, $0.treatment.compute] }
    let (low, high) = (scales.min() ?? 1, scales.max() ?? 1)
    rungs = runs.rungs.count
    seeds = runs.pairing.seeds.count
    decades = log10(high / low)
    switch target {
    case .trainingOperations(let value): decadesBeyond = max(log10(value / high), 0)
    case .activeParameters(let value):
      let sizes = runs.pairs.flatMap { [$0.baseline.activeCount, $0.treatment.activeCount] }
      decadesBeyond = max(log10(value / (sizes.max() ?? value)), 0)
    case .none: decadesBeyond = runs.pairs.isEmpty ? 0 : 1
    }
    var reasons: [String] = []
    if rungs < Self.fewestRungs {
      reasons.append(
        "\(rungs) \(rungs == 1 ? "rung" : "rungs"), at least \(Self.fewestRungs) are needed")
    }
    if decades < Self.fewestDecades {
      reasons.append(
        "\(NumberFormat.verdict(decades, digits: 2)) decades of training FLOPs, at least \(NumberFormat.verdict(Self.fewestDecades)) are needed"
      )
    }
    isRefused = !reasons.isEmpty
    if seeds == 1 { reasons.append("one seed: noise is known from the scatter of the rungs only") }
    if decadesBeyond > decades {
      reasons.append(
        "the target lies \(NumberFormat.verdict(decadesBeyond, digits: 2)) decades beyond the data, which span \(NumberFormat.verdict(decades, digits: 2))"
      )
    }
    self.reasons = reasons
  }
}
