import Foundation
import LanguageModels
import Statistics
import Tensors
import TestSupport
import Testing
import Training

/// Steps of PyTorch and optax in double precision; `Goldens/make_optimizers.py` says how they came.
private struct Goldens: Decodable {
  var rows: Int
  var columns: Int
  var steps: Int
  var cases: [String: [[Double]]]
  var singularValues: [String: [Double]]

  static func read() throws -> Goldens {
    let file = PackageRoot.url("Tests/TrainingTests/Goldens/optimizers.json")
    return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
  }

  static func start(_ index: Int) -> Double { Double((37 * index + 11) % 101) / 101 - 0.5 }

  static func gradient(_ step: Int, _ index: Int) -> Double {
    let slope: Int = 29 + 7 * (index % 5)
    let number: Int = 53 * index + slope * step
    return Double(number % 97) / 97 - 0.5
  }
}

/// Puts numbers where a backward pass would have put a gradient.
private func setGradient<Element: TensorElement>(
  of tensor: Tensor<Element>, _ value: (Int) -> Double
) {
  tensor.clearGradient()
  guard let destination = tensor.gradientDestination() else { return }
  for index in 0..<tensor.count { destination.pointer[index] = Element(value(index)) }
}

private func matrix<Element: TensorElement>(
  _ shape: [Int], as type: Element.Type, role: ParameterRole = .hidden(fanIn: 6),
  _ value: (Int) -> Double
) -> (ParameterSet<Element>, Tensor<Element>) {
  let set = ParameterSet<Element>(seed: 0)
  let tensor = set.declare("w", shape, role: role, startingAs: .constant(0))
  for index in 0..<tensor.count { tensor.values[index] = Element(value(index)) }
  return (set, tensor)
}

@Suite struct OptimizerTests {
  static let cases: [(String, OptimizerSettings)] = [
    ("adamW", .adamW(AdamWSettings(learningRate: 1e-2))),
    ("adamWLargeEpsilon", .adamW(AdamWSettings(learningRate: 1e-2, epsilon: 0.1))),
    ("sgd", .sgd(SGDSettings(learningRate: 0.1, weightDecay: 0.05))),
    ("sgdNesterov", .sgd(SGDSettings(learningRate: 0.1, isNesterov: true, weightDecay: 0.05))),
    ("sgdPlain", .sgd(SGDSettings(learningRate: 0.1, momentum: 0))),
    ("lion", .lion(LionSettings(learningRate: 3e-3, weightDecay: 0.5))),
    ("muon", .muon(MuonSettings())),
    ("muonMatchAdamW", .muon(MuonSettings(shapeScale: .matchAdamW))),
    ("muonPlainMomentum", .muon(MuonSettings(isNesterov: false))),
  ]

  @Test(arguments: cases)
  func stepsEqualThoseOfPyTorchAndOptax(_ name: String, _ settings: OptimizerSettings) throws {
    let goldens = try Goldens.read()
    let expected = try #require(goldens.cases[name])
    try check(settings, expected, goldens, as: Double.self, tolerance: 1e-12)
    try check(settings, expected, goldens, as: Float.self, tolerance: 2e-5)
  }

  private func check<Element: TensorElement>(
    _ settings: OptimizerSettings, _ expected: [[Double]], _ goldens: Goldens,
    as type: Element.Type, tolerance: Double
  ) throws {
    let (set, tensor) = matrix([goldens.rows, goldens.columns], as: type, Goldens.start)
    let optimizer = try Optimizer(settings, for: set, pool: .inline, rule: { _ in UpdateRule() })
    for step in 1...goldens.steps {
      setGradient(of: tensor) { Goldens.gradient(step, $0) }
      optimizer.step()
      #expect(largestDifference(tensor.array, expected[step - 1]) < tolerance, "step \(step)")
    }
  }

  @Test func gradientScaleAndScheduleAreFactors() throws {
    let rule = { (_: Parameter<Double>) in UpdateRule(learningRateScale: 0.5) }
    let (one, a) = matrix([6, 10], as: Double.self, Goldens.start)
    let (two, b) = matrix([6, 10], as: Double.self, Goldens.start)
    let first = try Optimizer(
      .sgd(SGDSettings(learningRate: 0.1)), for: one, pool: .inline, rule: rule)
    let second = try Optimizer(
      .sgd(SGDSettings(learningRate: 0.1 * 0.5 * 0.25)), for: two, pool: .inline,
      rule: { _ in UpdateRule() })
    setGradient(of: a) { Goldens.gradient(1, $0) }
    setGradient(of: b) { Goldens.gradient(1, $0) * 0.125 }
    first.step(schedule: 0.25, gradientScale: 0.125)
    second.step()
    for (x, y) in zip(a.array, b.array) { #expect(abs(x - y) < 1e-15) }
  }

  /// Coordinates under noise alone have the root mean square √(η/(2λ)) [70], checked there.
  @Test func noiseKeepsAdamWAtItsStationarySize() throws {
    let (set, tensor) = matrix([100, 100], as: Double.self) { _ in 0 }
    let settings = AdamWSettings(
      learningRate: 1e-2, beta1: 0, beta2: 0.999, epsilon: 0, weightDecay: 1)
    let optimizer = try Optimizer(
      .adamW(settings), for: set, pool: .inline, rule: { _ in UpdateRule() })
    var random = SplittableRandom(seed: 5)
    for _ in 0..<600 {
      setGradient(of: tensor) { _ in random.nextNormal() }
      optimizer.step()
    }
    let square = tensor.array.reduce(0) { $0 + $1 * $1 } / Double(tensor.count)
    #expect(abs(square.squareRoot() / (1e-2 / 2).squareRoot() - 1) < 0.03)
  }

  @Test(arguments: [("6x10", 6, 10), ("32x20", 32, 20)])
  func muonUpdatesAreNearlyOrthogonal(_ name: String, _ rows: Int, _ columns: Int) throws {
    let expected = try #require(try Goldens.read().singularValues[name])
    let (set, tensor) = matrix([rows, columns], as: Double.self) { _ in 0 }
    let settings = MuonSettings(
      learningRate: 1, momentum: 0, isNesterov: false, weightDecay: 0, shapeScale: .original)
    let optimizer = try Optimizer(
      .muon(settings), for: set, pool: .inline, rule: { _ in UpdateRule() })
    setGradient(of: tensor) { Double((31 * $0 * $0 + 17 * $0) % 1009) / 1009 - 0.5 }
    optimizer.step()
    let factor = max(1, Double(columns) / Double(rows)).squareRoot()
    let values = singularValues(tensor.array.map { -$0 / factor }, rows, columns)
    for (found, value) in zip(values, expected) {
      #expect(abs(found - value) < 1e-9)
      #expect(found > 0.6 && found < 1.25)
    }
  }

  @Test func muonTakesBlocksAndStacksByThemselves() throws {
    let settings = OptimizerSettings.muon(MuonSettings())
    let (whole, fused) = matrix([2, 6, 12], as: Double.self, Goldens.start)
    let optimizer = try Optimizer(
      settings, for: whole, pool: .inline,
      rule: { _ in UpdateRule(blocks: [0..<4, 4..<6, 6..<12]) })
    setGradient(of: fused) { Goldens.gradient(1, $0) }
    optimizer.step()
    for item in 0..<2 {
      for range in [0..<4, 4..<6, 6..<12] {
        func place(_ index: Int) -> Int {
          item * 72 + index / range.count * 12 + range.lowerBound + index % range.count
        }
        let (set, part) = matrix([6, range.count], as: Double.self) { Goldens.start(place($0)) }
        let single = try Optimizer(settings, for: set, pool: .inline, rule: { _ in UpdateRule() })
        setGradient(of: part) { Goldens.gradient(1, place($0)) }
        single.step()
        let found = (0..<part.count).map { fused.values[place($0)] }
        #expect(largestDifference(part.array, found) < 1e-14)
      }
    }
  }

  @Test func muonLeavesEmbeddingsAndVectorsToAdamW() throws {
    for role in [ParameterRole.embedding, .readout(fanIn: 6), .vector] {
      let (one, a) = matrix([6, 10], as: Double.self, role: role, Goldens.start)
      let (two, b) = matrix([6, 10], as: Double.self, role: role, Goldens.start)
      let first = try Optimizer(
        .muon(MuonSettings(rest: AdamWSettings(learningRate: 0.01))), for: one, pool: .inline,
        rule: { _ in UpdateRule() })
      let second = try Optimizer(
        .adamW(AdamWSettings(learningRate: 0.01)), for: two, pool: .inline,
        rule: { _ in UpdateRule() })
      setGradient(of: a) { Goldens.gradient(1, $0) }
      setGradient(of: b) { Goldens.gradient(1, $0) }
      first.step()
      second.step()
      #expect(a.array == b.array)
    }
  }

  @Test func parametersWithoutGradientStay() throws {
    let (set, tensor) = matrix([6, 10], as: Float.self, Goldens.start)
    let optimizer = try Optimizer(
      .adamW(AdamWSettings()), for: set, pool: .inline, rule: { _ in UpdateRule() })
    let before = tensor.array
    optimizer.step()
    #expect(tensor.array == before)
  }

  @Test func parametrizationScalesRatesAndDecay() {
    var model = ModelConfiguration.gpt2(
      width: 64, layers: 1, heads: 4, vocabulary: 13, context: 8)
    model.parametrization = .maximalUpdate(
      baseWidth: 16, baseHeadWidth: 16, scalesWeightDecay: true)
    let hidden = UpdateRule(.hidden(fanIn: 64), in: model)
    #expect(hidden.learningRateScale == 0.25)
    #expect(hidden.weightDecayScale == 2)
    #expect(UpdateRule(.embedding, in: model).weightDecayScale == 0)
  }

  /// By one-sided Jacobi rotations of columns.
  private func singularValues(_ values: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    var a = (0..<columns).map { c in (0..<rows).map { values[$0 * columns + c] } }
    if columns > rows { a = (0..<rows).map { r in Array(values[r * columns..<(r + 1) * columns]) } }
    for _ in 0..<60 {
      for i in a.indices {
        for j in a.indices where j > i {
          let p = zip(a[i], a[j]).reduce(0) { $0 + $1.0 * $1.1 }
          let (x, y) = (a[i].reduce(0) { $0 + $1 * $1 }, a[j].reduce(0) { $0 + $1 * $1 })
          guard abs(p) > 1e-15 * (x * y).squareRoot() else { continue }
          let z = (y - x) / (2 * p)
          let t = (z < 0 ? -1 : 1) / (abs(z) + (1 + z * z).squareRoot())
          let c = 1 / (1 + t * t).squareRoot()
          for k in a[i].indices {
            (a[i][k], a[j][k]) = (c * a[i][k] - c * t * a[j][k], c * t * a[i][k] + c * a[j][k])
          }
        }
      }
    }
    return a.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }.sorted(by: >)
  }
}
