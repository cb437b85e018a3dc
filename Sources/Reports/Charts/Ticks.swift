import Foundation
internal import Quantities

/// A mark on an axis.
public struct Tick: Sendable, Equatable {
  /// Where it is, in the units of the axis.
  public var value: Double
  /// What is written beside it; nil for a minor tick.
  public var label: String?
}

/// Where the marks of an axis go and what is written beside them.
///
/// Labels are thinned until no two of them touch, judged by ``TextMeasure``.
public enum Ticks {
  /// About `target` multiples of 1, 2 or 5 times a power of ten that lie in the domain.
  public static func niceValues(_ domain: ClosedRange<Double>, target: Int) -> [Double] {
    let span = domain.upperBound - domain.lowerBound
    guard span > 0, span.isFinite else { return [domain.lowerBound] }
    let step = niceStep(span / Double(max(1, target)))
    // The tolerance keeps an end that is a multiple up to rounding.
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1_000 else { return [] }
    return (0...Int(saturating: last - first)).map { index in
      let multiple = first + Double(index)
      // Dividing by the inverse of a small step gives 0.3, multiplying gives 0.30000000000000004.
      return step < 1 ? multiple / (1 / step).rounded() : multiple * step
    }
  }

  /// The ticks of an axis that is `length` pixels long, with labels of `fontSize` pixels that stand
  /// side by side (width counts) or above each other.
  public static func ticks(
    _ axis: Axis, domain: ClosedRange<Double>, length: Double, isHorizontal: Bool,
    fontSize: Double
  ) -> [Tick] {
    let scale = PlotScale(axis: axis, domain: domain, length: length)
    func fits(_ ticks: [Tick]) -> Bool {
      labelsFit(ticks, scale: scale, isHorizontal: isHorizontal, fontSize: fontSize)
    }
    switch axis.scale {
    case .category(let names):
      let all = names.enumerated().map { Tick(value: Double($0.offset), label: $0.element) }
      // A name that does not fit is dropped rather than drawn over its neighbour.
      return thinned(all, fits: fits)
    case .linear:
      let target = Int(saturating: length / (isHorizontal ? 70 : 45))
      for count in stride(from: max(2, target), through: 1, by: -1) {
        let values = niceValues(domain, target: count)
        let ticks = labelled(values, axis.format)
        if !ticks.isEmpty, fits(ticks) { return ticks }
      }
      return thinned(labelled(niceValues(domain, target: 2), axis.format), fits: fits)
    case .log10:
      let target = Int(saturating: length / (isHorizontal ? 70 : 45))
      return logarithmic(axis, domain: domain, length: length, target: target, fits: fits)
    case .log2:
      return powersOfTwo(axis, domain: domain, fits: fits)
    }
  }

  // MARK: Logarithmic axes

  private static func logarithmic(
    _ axis: Axis, domain: ClosedRange<Double>, length: Double, target: Int,
    fits: ([Tick]) -> Bool
  ) -> [Tick] {
    let low = log10(domain.lowerBound)
    let high = log10(domain.upperBound)
    let decades = high - low
    // Values a rounding error outside still count as inside.
    let slack = 1e-9 * max(1, decades)
    func inside(_ value: Double) -> Bool {
      let place = log10(value)
      return place >= low - slack && place <= high + slack
    }
    let exponents = Int(saturating: low.rounded(.down))...Int(saturating: high.rounded(.up))
    func multiples(_ digits: [Double]) -> [Double] {
      exponents.flatMap { exponent in digits.map { $0 * pow(10, Double(exponent)) } }
        .filter(inside)
    }

    var choices: [[Double]] = []
    if decades < 1 {
      for count in stride(from: max(2, target), through: 2, by: -1) {
        choices.append(niceValues(domain, target: count).filter { $0 > 0 })
      }
    } else if decades <= 3 {
      choices += [multiples([1, 2, 5]), multiples([1, 3])]
    }
    for step in [1, 2, 3, 5, 10, 20, 50] {
      choices.append(
        exponents.filter { $0 % step == 0 }.map { pow(10, Double($0)) }.filter(inside))
    }
    var labels = choices.first { $0.count >= 2 && fits(labelled($0, axis.format)) } ?? []
    if labels.isEmpty {
      // Room for one label only.
      let rest = [multiples([1, 2, 5]), niceValues(domain, target: 2).filter { $0 > 0 }]
      let values = rest.first { !$0.isEmpty } ?? []
      labels = thinned(labelled(values, axis.format), fits: fits).compactMap { tick in
        tick.label.map { _ in tick.value }
      }
    }
    let marked = labelled(labels, axis.format)

    // Minor ticks where there is room for them: nine a decade, else one a decade.
    let perDecade = length / max(decades, 1e-9)
    let minor: [Double] =
      decades < 1 && labels.count >= 2
      ? niceValues(domain, target: 5 * labels.count)
      : multiples(perDecade >= 36 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [1])
    let unlabelled = minor.filter { value in
      value > 0 && !labels.contains { abs($0 / value - 1) < 1e-9 }
    }
    return (marked + unlabelled.map { Tick(value: $0, label: nil) }).sorted { $0.value < $1.value }
  }

  /// Powers of two, every one of them marked, as many labelled as fit.
  private static func powersOfTwo(
    _ axis: Axis, domain: ClosedRange<Double>, fits: ([Tick]) -> Bool
  ) -> [Tick] {
    // Values a rounding error outside still count as inside.
    let first = Int(saturating: (log2(domain.lowerBound) - 1e-9).rounded(.up))
    let last = Int(saturating: (log2(domain.upperBound) + 1e-9).rounded(.down))
    guard first <= last, last - first < 2_100 else { return [] }
    let values = (first...last).map { pow(2, Double($0)) }
    let names = labels(values, axis.format)
    for step in 1...max(1, values.count) {
      // Counted from 2⁰, so that 1 has a label where it is on the axis.
      let ticks = zip(first...last, zip(values, names)).map { exponent, tick in
        Tick(value: tick.0, label: exponent.isMultiple(of: step) ? tick.1 : nil)
      }
      if fits(ticks) { return ticks }
    }
    return values.map { Tick(value: $0, label: nil) }
  }

  // MARK: Labels

  static func labelled(_ values: [Double], _ format: Axis.Format) -> [Tick] {
    zip(values, labels(values, format)).map { Tick(value: $0, label: $1) }
  }

  /// Labels that tell neighbours apart: as few digits as possible, equal decimals.
  static func labels(_ values: [Double], _ format: Axis.Format) -> [String] {
    switch format {
    case .custom(let write): return values.map(write)
    case .plain: return distinct(values) { plainLabels(values, digits: $0) }
    case .scale: return distinct(values) { d in values.map { NumberFormat.scale($0, digits: d) } }
    case .power: return distinct(values) { d in values.map { power($0, digits: d) } }
    case .count:
      return distinct(values) { digits in
        values.map {
          $0 < 9_999.5 ? NumberFormat.significant($0, 4) : NumberFormat.scale($0, digits: digits)
        }
      }
    case .percent:
      return plainLabels(values.map { $0 * 100 }, digits: 12).map { $0 + "%" }
    }
  }

  /// A power of ten with superscripts: 10²¹, 2×10²⁰, 1.5×10⁻³; 0 is "0".
  static func power(_ value: Double, digits: Int) -> String {
    if let special = NumberFormat.special(value) { return special }
    if value == 0 { return "0" }
    let (mantissa, exponent) = NumberFormat.scientificParts(value, digits)
    let factor = NumberFormat.droppingTrailingZeros(mantissa)
    let base = "10" + superscript(exponent)
    return factor == "1" ? base : factor == "-1" ? "-" + base : factor + "×" + base
  }

  static func superscript(_ number: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return String(
      String(number).map { $0 == "-" ? "⁻" : digits[$0.wholeNumberValue ?? 0] })
  }

  private static func plainLabels(_ values: [Double], digits: Int) -> [String] {
    let largest = values.map(abs).max() ?? 0
    guard largest > 0 else { return values.map { _ in "0" } }
    if largest >= 1e6 || largest < 1e-4 { return values.map { NumberFormat.flops($0, digits: 4) } }
    let smallest = values.map(abs).filter { $0 > 0 }.min() ?? largest
    if largest / smallest >= 1e3 { return values.map { NumberFormat.significant($0, 4) } }
    // The fewest decimals that reproduce every value, judged by the distance of neighbours.
    let step = zip(values, values.dropFirst()).map { abs($1 - $0) }.filter { $0 > 0 }.min()
    let tolerance = 1e-3 * min(step ?? smallest, smallest)
    for decimals in 0...12 {
      let texts = values.map { NumberFormat.fixed($0, decimals) }
      let isExact = zip(texts, values).allSatisfy { text, value in
        abs((Double(text) ?? .nan) - value) <= tolerance
      }
      if isExact { return texts }
    }
    return values.map { NumberFormat.significant($0, 6) }
  }

  private static func distinct(_ values: [Double], _ write: (Int) -> [String]) -> [String] {
    for digits in 3...12 {
      let texts = write(digits)
      if Set(texts).count == texts.count { return texts }
    }
    return write(15)
  }

  // MARK: Fitting

  static func labelsFit(
    _ ticks: [Tick], scale: PlotScale, isHorizontal: Bool, fontSize: Double
  ) -> Bool {
    var end = -Double.infinity
    let boxes = ticks.compactMap { tick -> (Double, Double)? in
      guard let label = tick.label else { return nil }
      let extent =
        isHorizontal ? TextMeasure.width(label, fontSize: fontSize) + 10 : fontSize * 1.3
      let centre = scale.position(tick.value)
      return (centre - extent / 2, centre + extent / 2)
    }
    for (low, high) in boxes.sorted(by: { $0.0 < $1.0 }) {
      if low < end { return false }
      end = high
    }
    return true
  }

  /// Every second, third… label kept until they fit.
  private static func thinned(_ ticks: [Tick], fits: ([Tick]) -> Bool) -> [Tick] {
    guard ticks.count > 1 else { return ticks }
    for step in 1..<ticks.count {
      let kept = ticks.enumerated().map { index, tick in
        Tick(value: tick.value, label: index % step == 0 ? tick.label : nil)
      }
      if fits(kept) { return kept }
    }
    return ticks.enumerated().map { Tick(value: $1.value, label: $0 == 0 ? $1.label : nil) }
  }

  private static func niceStep(_ rough: Double) -> Double {
    let power = pow(10, Double(NumberFormat.floorLog10(rough)))
    let fraction = rough / power
    // The nearest by ratio: the limits are the square roots of 2, 10 and 50.
    return (fraction < 1.414 ? 1 : fraction < 3.162 ? 2 : fraction < 7.071 ? 5 : 10) * power
  }
}
