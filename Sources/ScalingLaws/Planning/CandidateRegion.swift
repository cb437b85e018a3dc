internal import RealModule

/// Where the next run may lie: within reach of a table, and off whatever the table cannot see past.
///
/// Where N and D go together, candidates leave their curve; where a column takes one or two values,
/// they take another.
struct CandidateRegion: Sendable {
  /// The least and the greatest factor by which D departs from the curve on which all rows lie.
  static let departures = 3.0...10.0
  /// The least factor between a candidate and each of the only values of a column.
  static let leastRatio = 1.5

  let sizes: ClosedRange<Double>
  let tokens: ClosedRange<Double>
  private let ratios: ClosedRange<Double>
  /// ln D = level + slope·ln N, on which all rows lie; nil where they do not lie on one curve.
  private let curve: (level: Double, slope: Double)?
  /// The only values of N and of D, where there are at most two.
  private let only: [String: [Double]]

  init?(_ fitted: any FittedLaw) {
    guard let n = fitted.ranges["N"], let d = fitted.ranges["D"], n.lowerBound > 0,
      d.lowerBound > 0
    else { return nil }
    sizes = n.lowerBound / 2...n.upperBound * 4
    tokens = d.lowerBound / 2...d.upperBound * 4
    // Far from the ratios that were run the law is a guess, and so is what a run would teach.
    let known = fitted.ranges["D/N"] ?? 1...1000
    ratios = known.lowerBound / 2...known.upperBound * 2
    let findings = fitted.identifiability
    let isCurve = findings.contains {
      $0.kind == .collinearColumns && Set($0.columns) == ["N", "D"]
    }
    curve = isCurve ? Self.curve(n, d, ratios: fitted.ranges["D/N"]) : nil
    var only: [String: [Double]] = [:]
    for finding in findings where [.singleValue, .fewValues].contains(finding.kind) {
      for (name, range) in [("N", n), ("D", d)] where finding.columns == [name] {
        only[name] = [range.lowerBound, range.upperBound]
      }
    }
    self.only = only
  }

  /// The curve through the ends of N and D. Where D falls as N rises, as at one budget, D/N spans
  /// more than N and D do.
  private static func curve(
    _ n: ClosedRange<Double>, _ d: ClosedRange<Double>, ratios: ClosedRange<Double>?
  ) -> (level: Double, slope: Double)? {
    func span(_ range: ClosedRange<Double>) -> Double {
      Double.log(range.upperBound / range.lowerBound)
    }
    guard span(n) > 0 else { return nil }
    let falls = ratios.map { span($0) > max(span(n), span(d)) } ?? false
    let slope = (falls ? -1 : 1) * span(d) / span(n)
    let start = Double.log(falls ? d.upperBound : d.lowerBound)
    return (start - slope * Double.log(n.lowerBound), slope)
  }

  func contains(size: Double, tokens: Double) -> Bool {
    for (name, value) in [("N", size), ("D", tokens)] {
      for known in only[name] ?? [] where max(value / known, known / value) < Self.leastRatio {
        return false
      }
    }
    guard let curve else { return ratios.contains(tokens / size) }
    let departure = abs(Double.log(tokens) - curve.level - curve.slope * Double.log(size))
    return Double.log(Self.departures.lowerBound)...Double.log(Self.departures.upperBound)
      ~= departure
  }
}
