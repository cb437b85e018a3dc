import Foundation
import Reports
import Testing

@Suite struct TicksTests {
  @Test(arguments: [
    (0.0...1.0, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0...10, 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    (-7...13, 4, [-5, 0, 5, 10]), (2.31...2.39, 4, [2.32, 2.34, 2.36, 2.38]),
    (0...1e6, 2, [0, 500_000, 1_000_000]),
  ])
  func niceValues(domain: ClosedRange<Double>, target: Int, expected: [Double]) {
    let values = Ticks.niceValues(domain, target: target)
    #expect(values.count == expected.count, "\(values)")
    for (value, wanted) in zip(values, expected) { #expect(abs(value - wanted) < 1e-12) }
  }

  private func labels(
    _ axis: Axis, _ domain: ClosedRange<Double>, _ length: Double, horizontal: Bool = true
  ) -> [String] {
    Ticks.ticks(axis, domain: domain, length: length, isHorizontal: horizontal, fontSize: 13)
      .compactMap(\.label)
  }

  @Test func decadesOfCompute() {
    let axis = Axis(label: "", scale: .log10, format: .power)
    #expect(labels(axis, 1e18...1e22, 600) == ["10¹⁸", "10¹⁹", "10²⁰", "10²¹", "10²²"])
    #expect(labels(axis, 1e-3...1e3, 600) == ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²", "10³"])
    // Many decades in little room: every k-th one, never overlapping.
    let few = labels(axis, 1e0...1e40, 200)
    #expect(few.count >= 2 && few.count < 9, "\(few)")
  }

  @Test func oneTwoFive() {
    let scale = Axis(label: "", scale: .log10, format: .scale)
    #expect(labels(scale, 1e7...1e9, 600) == ["10M", "20M", "50M", "100M", "200M", "500M", "1B"])
    let power = Axis(label: "", scale: .log10, format: .power)
    #expect(labels(power, 1e20...1e21, 600) == ["10²⁰", "2×10²⁰", "5×10²⁰", "10²¹"])
  }

  @Test func powersOfTwo() {
    let axis = Axis(label: "", scale: .log2, format: .count)
    #expect(labels(axis, 1...64, 600) == ["1", "2", "4", "8", "16", "32", "64"])
    #expect(labels(axis, 0.9...5000, 140) == ["1", "16", "256", "4096"])
    #expect(labels(axis, 3000...70_000, 600) == ["4096", "8192", "16.4k", "32.8k", "65.5k"])
    // Every power is marked, whether there is room for its name or not.
    let ticks = Ticks.ticks(
      axis, domain: 1...4096, length: 140, isHorizontal: true, fontSize: 13)
    #expect(ticks.map(\.value) == (0...12).map { Double(1 << $0) })
  }

  @Test func lessThanADecade() {
    let axis = Axis(label: "", scale: .log10)
    #expect(labels(axis, 2.05...4.2, 300, horizontal: false) == ["2.5", "3.0", "3.5", "4.0"])
    // A narrow window of a log axis still has two labels that differ.
    let narrow = labels(axis, 2.301...2.309, 300)
    #expect(narrow.count >= 2 && Set(narrow).count == narrow.count, "\(narrow)")
  }

  @Test func minorTicksOfADecade() {
    let axis = Axis(label: "", scale: .log10, format: .power)
    let ticks = Ticks.ticks(
      axis, domain: 1...1e4, length: 600, isHorizontal: true, fontSize: 13)
    #expect(ticks.count == 4 * 9 + 1)
    #expect(ticks.count { $0.label != nil } == 5)
    #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
  }

  @Test func plainLabelsShareDecimals() {
    let axis = Axis(label: "")
    #expect(labels(axis, 0...1, 500) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(Axis(label: "", format: .percent), 0...0.2, 200) == ["0%", "10%", "20%"])
  }

  /// Whatever the domain and the room, labels keep apart, differ, and are never all missing.
  @Test(arguments: 0..<300)
  func labelsNeverTouch(seed: Int) {
    func draw(_ k: Int) -> Double {
      let value = sin(Double(seed * 31 + k) * 12.9898) * 43_758.5453
      return value - value.rounded(.down)
    }
    let isLog = seed % 2 == 0
    let format: [Axis.Format] = [.plain, .scale, .power]
    let axis = Axis(label: "", scale: isLog ? .log10 : .linear, format: format[seed % 3])
    let low = isLog ? pow(10, 30 * draw(1) - 6) : 2e3 * (draw(1) - 0.5)
    let high = isLog ? low * pow(10, 0.01 + 20 * pow(draw(2), 3)) : low + pow(10, 8 * draw(2) - 3)
    let length = 80 + 700 * draw(3)
    let ticks = Ticks.ticks(
      axis, domain: low...high, length: length, isHorizontal: true, fontSize: 12)
    func position(_ value: Double) -> Double {
      isLog ? log(value / low) / log(high / low) * length : (value - low) / (high - low) * length
    }
    let boxes = ticks.compactMap { tick -> (Double, Double)? in
      tick.label.map {
        let half = TextMeasure.width($0, fontSize: 12) / 2
        return (position(tick.value) - half, position(tick.value) + half)
      }
    }
    #expect(!boxes.isEmpty, "seed \(seed): \(low)...\(high)")
    for (a, b) in zip(boxes, boxes.dropFirst()) {
      #expect(a.1 < b.0, "seed \(seed): \(ticks)")
    }
    let texts = ticks.compactMap(\.label)
    #expect(Set(texts).count == texts.count, "seed \(seed): \(texts)")
    #expect(ticks.allSatisfy { position($0.value) > -0.5 && position($0.value) < length + 0.5 })
  }
}
