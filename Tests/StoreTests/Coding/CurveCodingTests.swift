import Store
import Testing
import Verdicts

/// Curves come back bit for bit, and bytes that are not a curve are refused.
struct CurveCodingTests {
  /// Everything that a value can be.
  static let values: [[Double]] = [
    [],
    [3.5],
    [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude],
    [0.1, 0.1, 0.1, 0.2],
    [Double(Float(0.1)), Double(Float.leastNonzeroMagnitude), -0.0, .infinity],
    (0..<300).map { Double(Float(4 / (1 + Double($0)))) },
    (0..<301).map { 4 / (1 + Double($0)) },
    [Double(bitPattern: 0x7FF8_0000_0000_1234), Double(bitPattern: 0xFFF0_0000_0000_0001)],
  ]

  /// Ascending steps, and what no caller should pass but must not lose.
  private static func steps(_ count: Int, kind: Int) -> [Int] {
    switch kind {
    case 0: Array(0..<count)
    case 1: (0..<count).map { $0 * $0 * 1000 + 7 }
    default: (0..<count).map { $0 % 2 == 0 ? Int.max - $0 : Int.min + $0 }
    }
  }

  @Test(arguments: values.indices, 0..<3)
  func `every bit comes back`(index: Int, kind: Int) throws {
    let values = Self.values[index]
    let curve = StepCurve(
      name: "loss", steps: Self.steps(values.count, kind: kind), values: values)
    let copy = try CurveCoding.decode(CurveCoding.encode(curve), name: "loss")
    #expect(copy.steps == curve.steps)
    #expect(copy.values.map(\.bitPattern) == curve.values.map(\.bitPattern))
    #expect(copy.name == "loss")
  }

  /// Written by hand after the format's description: FNV-1a by its published test vector's rule.
  @Test func `the format of version 1 stays`() throws {
    let curve = StepCurve(name: "c", steps: [1, 2, 3, 10], values: [1, 1, 2, 2])
    let bytes = CurveCoding.encode(curve)
    // 1.0 is 3F800000, 2.0 is 40000000: differences of 3F800000, 0, 00800000 and 0, doubled.
    let body: [UInt8] = [
      1, 4, 4, 2, 2, 3, 14, 1, 0x04, 0x04, 0, 0, 0, 0x7F, 0, 0, 0, 0x01,
    ]
    #expect(Array(bytes.dropLast(8)) == body)
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in body {
      hash = (hash ^ UInt64(byte)).multipliedReportingOverflow(by: 1_099_511_628_211).partialValue
    }
    #expect(Array(bytes.suffix(8)) == (0..<8).map { UInt8((hash >> (8 * UInt64($0))) & 0xFF) })
  }

  @Test func `any changed byte is noticed`() throws {
    let bytes = CurveCoding.encode(Fixture.curves(3)[0])
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x11
      #expect(throws: CurveCodingError.self) { try CurveCoding.decode(changed, name: "loss") }
      #expect(throws: CurveCodingError.self) {
        try CurveCoding.decode(Array(bytes[..<index]), name: "loss")
      }
    }
  }

  @Test func `a newer version is named`() {
    let error = #expect(throws: CurveCodingError.self) {
      try CurveCoding.decode([2, 4, 0], name: "loss")
    }
    #expect(error?.description.contains("version 2") == true)
  }

  @Test(arguments: [true, false])
  func `a long curve is small and quick`(isSingle: Bool) throws {
    let count = 100_000
    var random = SeededGenerator(state: 7)
    let values = (0..<count).map { step in
      let loss =
        2 + 8 / Double(step + 10).squareRoot() + Double.random(in: -0.1...0.1, using: &random)
      return isSingle ? Double(Float(loss)) : loss
    }
    let curve = StepCurve(name: "loss", steps: Array(1...count), values: values)
    let clock = ContinuousClock()
    var bytes: [UInt8] = []
    let packing = clock.measure { bytes = CurveCoding.encode(curve) }
    var copy: StepCurve?
    let unpacking = try clock.measure { copy = try CurveCoding.decode(bytes, name: "loss") }
    #expect(copy == curve)
    print("curve of \(count) steps: \(bytes.count) bytes, packed \(packing), unpacked \(unpacking)")
    #expect(bytes.count < (isSingle ? 350_000 : 710_000))
    #expect(packing < .milliseconds(200) && unpacking < .milliseconds(200))
  }
}

/// A generator with a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
