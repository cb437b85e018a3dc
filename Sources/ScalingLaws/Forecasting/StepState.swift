internal import Quantities
internal import RealModule
internal import Statistics

struct StepState {
  let value: Double
  let reach: [Reach]
  /// How wide the step is at some values of its input, in ascending order of the input.
  ///
  /// Empty until the spread of the input is known; the first step has one node.
  private(set) var nodes: [Node] = []

  /// The widths of a step at one value of its input.
  struct Node {
    var input: Double
    /// Standard deviation of the law's own error beyond that of the refits, as a residual.
    var lawDeviation: Double
    /// Standard deviation of a single run, as a residual.
    var runDeviation: Double
  }

  private let fit: any FittedLaw
  private let kernel: LawKernel
  private let arranged: [Double]
  private let slot: Int?

  init(
    _ step: FitChain.Step, columns: [String: Double], input: Double?
  ) throws(FitError) {
    fit = step.fit
    kernel = fit.law.makeKernel()
    var place = Self.columns(columns, readBy: step.fit.law)
    if let link = step.link, let input { place[link] = input }
    arranged = try Fit.arrange(place, for: fit.law, flops: fit.flopsPerToken)
    let link = step.link
    slot = input == nil ? nil : fit.law.card.columns.firstIndex { $0.name == link }
    value = kernel.predictOne(fit.estimate, arranged, [])
    var complete = Dictionary(
      zip(fit.law.card.columns.map(\.name), arranged), uniquingKeysWith: { first, _ in first })
    if complete["C"] == nil, let n = complete["N"], let d = complete["D"] {
      complete["C"] = fit.flopsPerToken.perToken(n) * d
    }
    reach = Reach.all(complete, ranges: fit.ranges)
    if input == nil { nodes = [try node(step, columns: columns, input: nil)] }
  }

  /// The columns of the question that concern a law: those that it reads, and N, D and C where it
  /// reads one of them. A law of the loss alone refuses another size.
  private static func columns(
    _ all: [String: Double], readBy law: any Law
  ) -> [String: Double] {
    var names = Set(law.card.columns.map(\.name))
    let scales: Set<String> = ["N", "D", "C"]
    if !names.isDisjoint(with: scales) { names.formUnion(scales) }
    return all.filter { names.contains($0.key) }
  }

  /// Measures the widths of the step over the stretch that its input covers.
  mutating func prepare(
    _ step: FitChain.Step, columns: [String: Double], inputs: [Double]
  ) throws(FitError) {
    let sorted = inputs.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else {
      throw .unusable("law \(fit.law.name): the step before predicts nothing")
    }
    var measured: [Node] = []
    for share in [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] {
      let input = quantile(sorted: sorted, share)
      if let last = measured.last, input <= last.input { continue }
      measured.append(try node(step, columns: columns, input: input))
    }
    nodes = measured
  }

  private func node(
    _ step: FitChain.Step, columns: [String: Double], input: Double?
  ) throws(FitError) -> Node {
    var place = Self.columns(columns, readBy: step.fit.law)
    if let link = step.link, let input { place[link] = input }
    let forecast: Forecast
    if let mixture = step.mixture {
      forecast = try mixture.forecast(at: place)
    } else {
      forecast = try fit.forecast(at: place)
    }
    var values = arranged
    if let slot, let input { values[slot] = input }
    let centre = kernel.predictOne(fit.estimate, values, [])
    let refits = fit.estimated(centre, over: fit.draws.map { kernel.predictOne($0, values, []) })
    let normal = Normal.standard.quantile(1 - fit.tail)
    func deviation(_ interval: Estimated) -> Double {
      guard interval.low.isFinite, interval.high.isFinite else { return 0 }
      let ends = [interval.low, interval.high].map {
        fit.objective.residual(prediction: centre, outcome: $0)
      }
      let width = abs(ends[0] - ends[1]) / (2 * normal)
      return width.isFinite ? width : 0
    }
    func beyond(_ wide: Double, _ narrow: Double) -> Double {
      max(wide * wide - narrow * narrow, 0).squareRoot()
    }
    let (own, law, run) = (deviation(refits), deviation(forecast.law), deviation(forecast.run))
    return Node(
      input: input ?? 0, lawDeviation: beyond(law, own), runDeviation: beyond(run, max(law, own)))
  }

  /// One outcome from what the step before gave; nil for the first step, and for its estimate. The
  /// refit is nil for the estimate; noise is standard normal, for the law's own error and for the
  /// single run.
  func outcome(input: Double?, refit: Int?, noise: (law: Double, run: Double)) -> Double {
    var values = arranged
    if let slot, let input { values[slot] = input }
    let point = refit.map { fit.draws[$0] } ?? fit.estimate
    let prediction = kernel.predictOne(point, values, [])
    let width = widths(at: input ?? 0)
    let residual = noise.law * width.lawDeviation + noise.run * width.runDeviation
    return residual == 0
      ? prediction : fit.objective.outcome(prediction: prediction, residual: residual)
  }

  private func widths(at input: Double) -> Node {
    guard let first = nodes.first, let last = nodes.last else {
      return Node(input: input, lawDeviation: 0, runDeviation: 0)
    }
    if input <= first.input || nodes.count == 1 { return first }
    guard let next = nodes.firstIndex(where: { $0.input >= input }), next > 0 else { return last }
    let (a, b) = (nodes[next - 1], nodes[next])
    let share = (input - a.input) / (b.input - a.input)
    return Node(
      input: input, lawDeviation: a.lawDeviation + share * (b.lawDeviation - a.lawDeviation),
      runDeviation: a.runDeviation + share * (b.runDeviation - a.runDeviation))
  }
}
