internal import Quantities
internal import Verdicts

/// What all sections of a study's report share: names, colours, orders.
struct StudyPage {
  let study: StudyResults
  /// The baseline and the treated arms, in the order in which they are shown.
  let armNames: [String]
  /// Whether trunks were trained to several lengths, so that a rung has several rows.
  let hasBranches: Bool

  init(_ study: StudyResults) {
    self.study = study
    armNames = [study.verdict.baseline] + study.verdict.arms.map(\.arm)
    hasBranches =
      study.rows.contains { $0.branch > 0 }
      || study.verdict.arms.contains { $0.rungs.contains { $0.branch > 0 } }
  }

  var baseline: String { study.verdict.baseline }
  var arms: [ArmVerdict] { study.verdict.arms }
  var rows: [StudyRow] { study.rows }
  var sampling: [SamplingVerdict] { study.verdict.sampling ?? [] }
  /// Laws of all arms, the baseline's first.
  var laws: [ArmLaw] { study.verdict.baselineLaws + arms.flatMap(\.laws) }

  /// The question in the author's words, or made from the arms.
  var question: String {
    if let question = study.statement?.question { return question }
    let names = Wording.list(arms.map(\.arm))
    guard !names.isEmpty else {
      return sampling.isEmpty
        ? "" : "Is it better to sample a small model more often, or to train a larger one?"
    }
    return
      "\(arms.count == 1 ? "Does" : "Do") \(names) still help at scale, compared with \(baseline)?"
  }

  /// The verdicts in sentences.
  var summary: [String] {
    let sampled = sampling.flatMap(\.sentences)
    guard let only = arms.first else {
      return sampled.isEmpty ? ["No treated arm has been compared yet."] : sampled
    }
    guard arms.count > 1 else { return only.sentences + sampled }
    return sampled
      + arms.map { arm in
        let text = arm.sentences.joined(separator: " ")
        // Sentences that already name the arm need no heading.
        return text.hasPrefix(arm.arm) ? text : "\(arm.arm): \(text)"
      }
  }

  var footer: String {
    let made = study.command.isEmpty ? "Made by Allometry." : "Made by: \(study.command)."
    return "\(made) Needs no network; every figure brings its numbers."
  }

  /// The baseline is drawn in the colour of text, treatments in colours.
  func color(_ arm: String) -> ChartColor {
    guard let index = arms.firstIndex(where: { $0.arm == arm }) else { return .ink }
    return .series(index)
  }

  /// Runs that are compared, with a loss.
  func finished(_ arm: String) -> [StudyRow] {
    rows.filter { $0.arm == arm && $0.purpose == .comparison && $0.finishedLoss != nil }
  }

  /// Runs that are compared and ended without a loss.
  func lost(_ arm: String) -> [StudyRow] {
    rows.filter { $0.arm == arm && $0.purpose == .comparison && $0.isLost }
  }

  /// The longest length that any run has.
  var lastBranch: Int { rows.map(\.branch).max() ?? 0 }

  /// The name of a rung in a table.
  func label(_ rung: RungVerdict) -> String {
    hasBranches ? "\(rung.size), length \(rung.branch + 1)" : rung.size
  }

  /// "90 %".
  var levelText: String {
    NumberFormat.significant(study.verdict.settings.level * 100, 3) + "\u{A0}%"
  }

  /// An arm of a verdict without its rows that have no run of either side.
  func rungs(_ arm: ArmVerdict) -> [RungVerdict] {
    arm.rungs.filter { side in
      [side.baseline, side.treatment].contains { $0.runs + $0.diverged + $0.failed > 0 }
    }
  }

  /// Phrases of all arms about what was not measured, each once.
  var unmeasured: [String] {
    var seen: Set<String> = []
    return arms.flatMap(\.unmeasured).filter { seen.insert($0).inserted }
  }

  /// An axis around scales that lie close together, which alone would have odd ticks; nil for others.
  func closeDomain(_ scales: [Double]) -> ClosedRange<Double>? {
    let usable = scales.filter { $0 > 0 && $0.isFinite }
    guard let low = usable.min(), let high = usable.max(), high / low < 3 else { return nil }
    return low / 3...high * 3
  }

  func axis(_ arm: ArmVerdict, _ scale: AxisVerdict.Axis) -> AxisVerdict? {
    arm.axes.first { $0.axis == scale }
  }
}

extension StudyRow {
  /// Whether it ended without a loss.
  var isLost: Bool { outcome.map { $0.status != .finished } ?? false }
  /// Parameters that a token passes through.
  var activeSize: Double { Double(costs.activeParameters) }
}

extension AxisVerdict {
  var smallestRun: Double { dataRange.first ?? .nan }
  var largestRun: Double { dataRange.last ?? .nan }

  /// The multiplier along the scale, straight between the places that the verdict names: the band of a
  /// regression bends outwards, so that its chords never make it narrower than it is.
  var trend: [LawCurve.Point] {
    (fitted + [forecastOfLine].compactMap(\.self)).filter { $0.multiplier.value != nil }
      .map { LawCurve.Point(scale: $0.scale, estimate: $0.multiplier) }
      .sorted { $0.scale < $1.scale }
  }
}

extension IntervalEstimate {
  /// The estimate as numbers, with NaN for what is unknown.
  var numbers: (value: Double, low: Double, high: Double) {
    (value ?? .nan, low ?? .nan, high ?? .nan)
  }

  /// Whether either end is known.
  var hasInterval: Bool { low != nil || high != nil }
}

/// How the report of a study writes its numbers.
enum StudyWording {
  /// A loss: four decimals, for differences of a thousandth matter.
  static func loss(_ value: Double?) -> String {
    value.map { NumberFormat.fixed($0, 4) } ?? Wording.missing
  }

  /// A number with its interval; digits follow from the interval.
  static func estimated(_ x: IntervalEstimate, unit: String = "") -> String {
    let (value, low, high) = x.numbers
    guard value.isFinite else { return Wording.missing }
    guard x.hasInterval else { return NumberFormat.significant(value, 3) + unit }
    let text = NumberFormat.withInterval(value, low, high)
    guard !unit.isEmpty, let space = text.firstIndex(of: " ") else { return text }
    return text[..<space] + unit + text[space...]
  }

  /// A multiplier with its interval: "1.31x [1.20, 1.43]".
  static func multiplier(_ x: IntervalEstimate) -> String {
    let (value, low, high) = x.numbers
    guard value.isFinite else { return Wording.missing }
    guard x.hasInterval else { return NumberFormat.significant(value, 3) + "x" }
    // A wide interval would leave a multiplier no decimals at all.
    let isWide = !(high / max(low, 1e-300) < 3)
    guard isWide else { return estimated(x, unit: "x") }
    func text(_ number: Double) -> String {
      number.isFinite ? NumberFormat.significant(number, 2) : "?"
    }
    return "\(NumberFormat.significant(value, 3))x [\(text(low)), \(text(high))]"
  }

  /// A multiplier in few cells: "1.31x [1.20, 1.43]".
  static func shortMultiplier(_ x: IntervalEstimate) -> String {
    guard let value = x.value else { return Wording.missing }
    func text(_ number: Double?) -> String {
      guard let number else { return "?" }
      return number >= 100 || number < 0.01
        ? NumberFormat.significant(number, 2) : NumberFormat.fixed(number, 2)
    }
    let ends = x.hasInterval ? " [\(text(x.low)), \(text(x.high))]" : ""
    return text(value) + "x" + ends
  }

  /// A percentage with its interval: "-1.23% [-1.41, -1.05]".
  static func percent(_ x: IntervalEstimate) -> String { estimated(x, unit: "\u{A0}%") }

  /// A p-value, or a bound where it is small.
  static func chance(_ p: Double?) -> String {
    guard let p else { return "p unknown" }
    return p < 0.001 ? "p < 0.001" : "p = \(NumberFormat.significant(p, 2))"
  }

  /// A probability; one that rounds to 0 or 1 is not claimed to be it.
  static func probability(_ value: Double?) -> String {
    guard let value else { return Wording.missing }
    if value > 0.99 { return "over 99\u{A0}%" }
    if value < 0.01 { return "under 1\u{A0}%" }
    return NumberFormat.fixed(value * 100, 0) + "\u{A0}%"
  }

  /// A scale with its unit: "1e18 FLOPs", "12M active parameters".
  static func scale(_ value: Double, _ scale: AxisVerdict.Axis) -> String {
    switch scale {
    case .trainingCompute: "\(NumberFormat.flops(value, digits: 2)) FLOPs"
    case .activeParameters: "\(NumberFormat.scale(value, digits: 2)) active parameters"
    }
  }

  /// Two numbers as a ratio: "1.04×"; a dash where there is none.
  static func ratio(_ value: Double, to reference: Double) -> String {
    guard value > 0, reference > 0, (value / reference).isFinite else { return Wording.missing }
    return NumberFormat.significant(value / reference, 3) + "x"
  }

  /// Bytes with a binary unit.
  static func bytes(_ value: Double) -> String {
    guard value > 0 else { return Wording.missing }
    for (limit, unit) in [(1024.0 * 1024 * 1024, "GiB"), (1024 * 1024, "MiB"), (1024, "KiB")]
    where value >= limit {
      return "\(NumberFormat.significant(value / limit, 3)) \(unit)"
    }
    return "\(NumberFormat.significant(value, 3)) B"
  }

  /// Learning rates as people write them.
  static func rates(_ rates: [Double]) -> String {
    rates.isEmpty
      ? Wording.missing : rates.map { NumberFormat.significant($0, 3) }.joined(separator: ", ")
  }

  /// Where two arms cross, in a few words.
  static func crossing(_ x: AxisVerdict.Crossing?, _ scale: AxisVerdict.Axis) -> String {
    guard let x else { return Wording.missing }
    guard let value = x.scale.value, x.place != .none else { return "none in reach" }
    let side = x.treatmentLeadsBelow ? "better below it" : "better above it"
    let place: String
    switch x.place {
    case .below: place = "below the smallest run"
    case .inside: place = "within the data"
    case .beyond, .none: place = "beyond the largest run"
    }
    return "at \(self.scale(value, scale)), \(place); \(side)"
  }
}
