internal import Quantities

/// What all sections of a study's report share: names, colours, orders.
struct StudyPage {
  typealias Reading = StudyReading

  let reading: StudyReading
  /// The baseline and the treated arms, in the order in which they are shown.
  let armNames: [String]
  /// Whether trunks were trained to several lengths, so that a rung has several rows.
  let hasBranches: Bool

  init(_ reading: StudyReading) {
    self.reading = reading
    armNames = [reading.baseline] + reading.arms.map(\.name)
    hasBranches =
      reading.runs.contains { $0.branch > 0 }
      || reading.arms.contains { $0.rungs.contains { $0.branch > 0 } }
  }

  /// The question in the author's words, or made from the arms.
  var question: String {
    guard reading.question.isEmpty else { return reading.question }
    let names = Wording.list(reading.arms.map(\.name))
    guard !names.isEmpty else {
      return reading.sampling.isEmpty
        ? "" : "Is it better to sample a small model more often, or to train a larger one?"
    }
    return
      "\(reading.arms.count == 1 ? "Does" : "Do") \(names) still help at scale, compared with \(reading.baseline)?"
  }

  /// The verdicts in sentences.
  var summary: [String] {
    let sampled = reading.sampling.flatMap(\.sentences)
    guard let only = reading.arms.first else {
      return sampled.isEmpty ? ["No treated arm has been compared yet."] : sampled
    }
    guard reading.arms.count > 1 else { return only.sentences + sampled }
    return sampled
      + reading.arms.map { arm in
        let text = arm.sentences.joined(separator: " ")
        // Sentences that already name the arm need no heading.
        return text.hasPrefix(arm.name) ? text : "\(arm.name): \(text)"
      }
  }

  var footer: String {
    let made = reading.command.isEmpty ? "Made by Allometry." : "Made by: \(reading.command)."
    return "\(made) Needs no network; every figure brings its numbers."
  }

  /// The baseline is drawn in the colour of text, treatments in colours.
  func color(_ arm: String) -> ChartColor {
    guard let index = reading.arms.firstIndex(where: { $0.name == arm }) else { return .ink }
    return .series(index)
  }

  /// Runs that are compared, with a loss.
  func finished(_ arm: String) -> [StudyReading.Run] {
    reading.runs.filter { $0.arm == arm && !$0.isSweep && $0.loss != nil }
  }

  /// Runs that are compared and ended without a loss.
  func lost(_ arm: String) -> [StudyReading.Run] {
    reading.runs.filter {
      $0.arm == arm && !$0.isSweep && ($0.state == .diverged || $0.state == .failed)
    }
  }

  /// The longest length that any run has.
  var lastBranch: Int { reading.runs.map(\.branch).max() ?? 0 }

  /// The name of a rung in a table.
  func label(_ rung: StudyReading.Rung) -> String {
    hasBranches ? "\(rung.size), length \(rung.branch + 1)" : rung.size
  }

  /// "90 %".
  var levelText: String { NumberFormat.significant(reading.level * 100, 3) + "\u{A0}%" }

  /// An arm of a verdict without its rows that have no run of either side.
  func rungs(_ arm: StudyReading.Arm) -> [StudyReading.Rung] {
    arm.rungs.filter { side in
      [side.baseline, side.treatment].contains { $0.runs + $0.diverged + $0.failed > 0 }
    }
  }

  /// Phrases of all arms about what was not measured, each once.
  var unmeasured: [String] {
    var seen: Set<String> = []
    return reading.arms.flatMap(\.unmeasured).filter { seen.insert($0).inserted }
  }

  /// An axis around scales that lie close together, which alone would have odd ticks; nil for others.
  func closeDomain(_ scales: [Double]) -> ClosedRange<Double>? {
    let usable = scales.filter { $0 > 0 && $0.isFinite }
    guard let low = usable.min(), let high = usable.max(), high / low < 3 else { return nil }
    return low / 3...high * 3
  }

  func axis(_ arm: StudyReading.Arm, _ scale: StudyReading.Scale) -> StudyReading.Axis? {
    arm.axes.first { $0.scale == scale }
  }
}

extension StudyReading.Estimate {
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
  static func estimated(_ x: StudyReading.Estimate, unit: String = "") -> String {
    let (value, low, high) = x.numbers
    guard value.isFinite else { return Wording.missing }
    guard x.hasInterval else { return NumberFormat.significant(value, 3) + unit }
    let text = NumberFormat.withInterval(value, low, high)
    guard !unit.isEmpty, let space = text.firstIndex(of: " ") else { return text }
    return text[..<space] + unit + text[space...]
  }

  /// A multiplier with its interval: "1.31× [1.20, 1.43]".
  static func multiplier(_ x: StudyReading.Estimate) -> String {
    let (value, low, high) = x.numbers
    guard value.isFinite else { return Wording.missing }
    guard x.hasInterval else { return NumberFormat.significant(value, 3) + "×" }
    // A wide interval would leave a multiplier no decimals at all.
    let isWide = !(high / max(low, 1e-300) < 3)
    guard isWide else { return estimated(x, unit: "×") }
    func text(_ number: Double) -> String {
      number.isFinite ? NumberFormat.significant(number, 2) : "?"
    }
    return "\(NumberFormat.significant(value, 3))× [\(text(low)), \(text(high))]"
  }

  /// A multiplier in few cells: "1.31x [1.20, 1.43]".
  static func shortMultiplier(_ x: StudyReading.Estimate) -> String {
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
  static func percent(_ x: StudyReading.Estimate) -> String { estimated(x, unit: "\u{A0}%") }

  /// A probability; one that rounds to 0 or 1 is not claimed to be it.
  static func probability(_ value: Double?) -> String {
    guard let value else { return Wording.missing }
    if value > 0.99 { return "over 99\u{A0}%" }
    if value < 0.01 { return "under 1\u{A0}%" }
    return NumberFormat.fixed(value * 100, 0) + "\u{A0}%"
  }

  /// A scale with its unit: "1e18 FLOPs", "12M active parameters".
  static func scale(_ value: Double, _ scale: StudyReading.Scale) -> String {
    switch scale {
    case .trainingCompute: "\(NumberFormat.flops(value, digits: 2)) FLOPs"
    case .activeParameters: "\(NumberFormat.scale(value, digits: 2)) active parameters"
    }
  }

  /// Two numbers as a ratio: "1.04×"; a dash where there is none.
  static func ratio(_ value: Double, to reference: Double) -> String {
    guard value > 0, reference > 0, (value / reference).isFinite else { return Wording.missing }
    return NumberFormat.significant(value / reference, 3) + "×"
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
  static func crossing(_ x: StudyReading.Crossing?, _ scale: StudyReading.Scale) -> String {
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
