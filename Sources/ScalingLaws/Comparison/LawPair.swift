internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// A baseline's and a treatment's law read along one scale, with draws of both: apart, jointly
/// fitted, or loaded from files. Where the runs of the two tables are paired, so are the refits.
public struct LawPair: Sendable {
  /// The scale that is varied: a column, or `C` with the split that the path names.
  public let scaleName: String
  /// The names of the two laws.
  public let lawNames: (baseline: String, treatment: String)
  /// The range of scale that the runs cover.
  public let dataRange: ClosedRange<Double>
  /// The scale at which the comparison matters most.
  public let target: Double
  /// The parameters of the baseline's law.
  public let baseline: [Double]
  /// The parameters of the treatment's law.
  public let treatment: [Double]
  /// How C is counted from N and D by each side, where the scale is compute that each law divides
  /// between them; nil for other scales.
  public var flopsPerToken: (baseline: FlopsPerToken, treatment: FlopsPerToken)? {
    guard let first = readers.baseline.dividing, let second = readers.treatment.dividing else {
      return nil
    }
    return (first, second)
  }
  /// How C is counted, in sentences; none where it is 6·N·D on both sides.
  var computeSentences: [String] {
    guard let flops = flopsPerToken else { return [] }
    let both = [flops.baseline, flops.treatment].map { $0.sentence.map { $0 + "." } }
    guard both[0] != both[1] else { return [both[0]].compactMap { $0 } }
    return zip(["Baseline", "Treatment"], both).map { side, sentence in
      "\(side): \(sentence ?? "C = 6·N·D.")"
    }
  }
  /// How many draws there are.
  public var drawCount: Int { drawCurves.count }
  /// The tail probability at which quantiles over draws are read.
  public let tail: Double
  /// The nominal coverage of intervals.
  public let level: Double
  let higherIsBetter: Bool

  /// Outcomes on the grid, as logarithms where all are positive.
  struct Curves: Sendable {
    var baseline: [Double]
    var treatment: [Double]
  }
  let readers: (baseline: CurveReader, treatment: CurveReader)
  let curves: Curves
  let drawCurves: [Curves]
  let isLogarithmic: Bool

  init(
    laws: (baseline: any Law, treatment: any Law), baseline: [Double], treatment: [Double],
    draws: [(baseline: [Double], treatment: [Double])], tail: Double, level: Double,
    frame: ScaleFrame, threads: Int
  ) throws(FitError) {
    let low = Double.log(frame.dataRange.lowerBound)
    let high = Double.log(max(frame.dataRange.upperBound, frame.target))
    // Three decades beyond the runs at either end [21].
    let margin = 3 * Double.log(10)
    let bottom = min(low, Double.log(frame.target)) - margin
    let first = try CurveReader(
      law: laws.baseline, path: frame.path, columns: frame.columns,
      range: bottom...(high + margin), sizes: frame.sizes, flops: frame.flops.baseline)
    let second = try CurveReader(
      law: laws.treatment, path: frame.path, columns: frame.columns,
      range: bottom...(high + margin), sizes: frame.sizes, flops: frame.flops.treatment)
    guard first.scaleName == second.scaleName else {
      throw .unusable(
        "the laws are functions of \(first.scaleName) and \(second.scaleName): choose one scale with a path"
      )
    }
    readers = (first, second)
    scaleName = first.scaleName
    lawNames = (laws.baseline.name, laws.treatment.name)
    dataRange = frame.dataRange
    target = frame.target
    self.baseline = baseline
    self.treatment = treatment
    self.tail = tail
    self.level = level
    higherIsBetter = laws.baseline.card.response.higherIsBetter
    let raw = Curves(baseline: first.curve(baseline), treatment: second.curve(treatment))
    let isLogarithmic = (raw.baseline + raw.treatment).allSatisfy { $0 > 0 }
    self.isLogarithmic = isLogarithmic
    @Sendable func scaled(_ values: [Double]) -> [Double] {
      isLogarithmic ? values.map { Double.log(max($0, 1e-300)) } : values
    }
    curves = Curves(baseline: scaled(raw.baseline), treatment: scaled(raw.treatment))
    let chosen = draws
    drawCurves = parallelMap(count: draws.count, threads: threads) { index in
      Curves(
        baseline: scaled(first.curve(chosen[index].baseline)),
        treatment: scaled(second.curve(chosen[index].treatment)))
    }
  }

  /// By how much the treatment is better at an ln scale, in the scale of the curves.
  func advantage(_ curves: Curves, at logScale: Double) -> Double {
    let difference =
      readers.baseline.interpolate(curves.baseline, at: logScale)
      - readers.treatment.interpolate(curves.treatment, at: logScale)
    return higherIsBetter ? -difference : difference
  }

  /// The probability that the treatment is better at a scale; NaN without draws.
  ///
  /// The share of draws is widened like the ends of intervals, so that it passes a tail of the
  /// level just where the interval excludes equality. It is never surer than the number of draws
  /// allows.
  public func probabilityTreatmentIsBetter(at scale: Double) -> Double {
    let logScale = clamped(Double.log(scale))
    guard drawCount > 0 else { return .nan }
    let better = drawCurves.reduce(0.0) {
      let advantage = advantage($1, at: logScale)
      return $0 + (advantage > 0 ? 1 : advantage == 0 ? 0.5 : 0)
    }
    return widened(better / Double(drawCount))
  }

  /// The most that the draws can say for one side: `> 0.99` in place of 1.
  var surestProbability: Double { widened(1) }

  /// A probability for a sentence: `0.87`, or `> 0.99` where the draws or the table tell no more.
  public func plainProbability(_ value: Double) -> String {
    let floor = ((1 - surestProbability) * 100).rounded(.up) / 100
    if value > floor, value < 1 - floor {
      return NumberFormat.sentence((value * 100).rounded() / 100)
    }
    return NumberFormat.probability(value, floor: max(floor, 0.01))
  }

  /// A share of draws as a probability: normal quantiles stand for Student's, as in intervals.
  private func widened(_ share: Double) -> Double {
    let least = 1 / (2 * Double(drawCount) + 2)
    let normal = Normal.standard
    let factor = normal.quantile(tail) / normal.quantile((1 - level) / 2)
    guard factor.isFinite, factor > 0 else { return share }
    if share == 0.5 { return 0.5 }
    return normal.cdf(normal.quantile(min(max(share, least), 1 - least)) / factor)
  }

  /// The treatment's outcome less the baseline's at a scale, with its interval.
  public func difference(at scale: Double) -> Estimated {
    let logScale = clamped(Double.log(scale))
    func value(_ curves: Curves) -> Double {
      let first = readers.baseline.interpolate(curves.baseline, at: logScale)
      let second = readers.treatment.interpolate(curves.treatment, at: logScale)
      return isLogarithmic ? Double.exp(second) - Double.exp(first) : second - first
    }
    return estimated(value(curves), over: drawCurves.map(value))
  }

  /// A value with the interval that its values over the draws span; NaN is left out.
  func estimated(_ value: Double, over values: [Double]) -> Estimated {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return Estimated(value: value) }
    return Estimated(
      value: value, low: Self.order(sorted, tail), high: Self.order(sorted, 1 - tail))
  }

  /// A quantile that stays defined next to infinite values.
  private static func order(_ sorted: [Double], _ probability: Double) -> Double {
    let position = probability * Double(sorted.count - 1)
    let (below, above) = (sorted[Int(position.rounded(.down))], sorted[Int(position.rounded(.up))])
    return below.isFinite && above.isFinite
      ? quantile(sorted: sorted, probability)
      : below == above
        ? below : (probability < 0.5 ? below : above)
  }

  func clamped(_ logScale: Double) -> Double {
    let grid = readers.baseline.grid
    return min(max(logScale, grid[0]), grid[grid.count - 1])
  }
}

struct ScaleFrame: Sendable {
  var path: ScalePath
  /// The column, or `C`, that the scale stands for.
  var scaleName: String
  var columns: [String: Double]
  var dataRange: ClosedRange<Double>
  var target: Double
  var sizes: ClosedRange<Double>?
  /// How each table counts C: a treatment may take other FLOPs a token than its baseline.
  var flops: (baseline: FlopsPerToken, treatment: FlopsPerToken)

  init(
    _ baseline: any FittedLaw, _ treatment: any FittedLaw, options: ComparisonOptions
  ) throws(FitError) {
    var joined: [String: ClosedRange<Double>] = baseline.ranges
    for (name, range) in treatment.ranges {
      let known = joined[name] ?? range
      joined[name] =
        min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
    }
    columns = options.columns
    let names = Set((baseline.law.card.columns + treatment.law.card.columns).map(\.name))
    for name in names where columns[name] == nil {
      if let range = joined[name], range.lowerBound == range.upperBound {
        columns[name] = range.lowerBound
      }
    }
    path = options.path
    sizes = joined["N"]
    flops = (baseline.flopsPerToken, treatment.flopsPerToken)
    let probe = try CurveReader(
      law: baseline.law, path: path, columns: columns, range: 0...1, sizes: sizes,
      flops: flops.baseline, points: 4)
    scaleName = probe.scaleName
    if case .column(let name) = path { columns[name] = nil }
    guard let range = joined[probe.scaleName], range.lowerBound > 0 else {
      throw .unusable(
        "the tables do not say which range of \(probe.scaleName) the runs cover")
    }
    dataRange = range
    target = options.target ?? 10 * range.upperBound
    guard target > 0, target.isFinite else {
      throw .unusable("target: found \(target), expected a positive number")
    }
  }
}
