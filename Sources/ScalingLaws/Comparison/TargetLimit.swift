internal import Quantities
internal import RealModule

/// How far beyond its runs a comparison answers.
///
/// As for studies, a ladder is too short for a forecast with fewer than four rungs or less than 1.2
/// decades of compute (0.6 of another scale), and no forecast goes further beyond the largest run
/// than the runs span, three decades at most.
public struct TargetLimit: Sendable, Hashable {
  /// The fewest rungs from which a forecast is made.
  public static let fewestRungs = 4
  /// The fewest decades of compute from which a forecast is made.
  public static let fewestDecades = 1.2
  /// The most decades beyond the largest run.
  public static let mostDecadesBeyond = 3.0

  /// The column of scale.
  public let scaleName: String
  /// The largest scale that is answered.
  public let largest: Double
  private let range: ClosedRange<Double>
  private let shortage: String?

  /// Measures a ladder of so many rungs; nil where it is not known.
  public init(scaleName: String, range: ClosedRange<Double>, rungs: Int?) {
    self.scaleName = scaleName
    self.range = range
    let decades = Double.log10(range.upperBound / range.lowerBound)
    let needed = scaleName == "C" ? Self.fewestDecades : Self.fewestDecades / 2
    var reasons: [String] = []
    if let rungs, rungs < Self.fewestRungs {
      reasons.append(
        "\(rungs) \(rungs == 1 ? "rung" : "rungs"), and a forecast needs \(Self.fewestRungs)")
    }
    if decades < needed - 1e-9 {
      reasons.append(
        "\(NumberFormat.sentence(decades, digits: 2)) decades of \(scaleName), and a forecast needs \(NumberFormat.sentence(needed))"
      )
    }
    shortage = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    largest =
      reasons.isEmpty
      ? range.upperBound * Double.pow(10, min(decades, Self.mostDecadesBeyond)) : range.upperBound
  }

  /// Why a target is refused, with the largest scale that is answered; nil where it is not.
  public func refusal(of target: Double) -> String? {
    guard target > largest * (1 + 1e-9) else { return nil }
    let times = NumberFormat.sentence(target / range.upperBound)
    let asked =
      "\(scaleName) = \(NumberFormat.sentence(target)) lies \(times) times beyond the largest run"
    if let shortage {
      return
        "\(asked), and no forecast is made: the runs have \(shortage). The largest scale answered is that of the largest run, \(scaleName) = \(NumberFormat.sentence(range.upperBound))."
    }
    let decades = Double.log10(range.upperBound / range.lowerBound)
    let reason =
      decades < Self.mostDecadesBeyond
      ? "the runs span \(NumberFormat.sentence(decades, digits: 2)) decades, and no more than that is answered beyond them"
      : "no more than \(NumberFormat.sentence(Self.mostDecadesBeyond)) decades beyond the runs are answered"
    return
      "\(asked), and no forecast is made: \(reason). The largest scale answered is \(scaleName) = \(NumberFormat.sentence(largest))."
  }
}
