import Foundation
import Optimization
import Statistics
import Testing

/// A linear regression under a Huber loss: convex, so its minimum can be checked by conditions.
struct HuberRegression: RobustProblem {
  var design: [[Double]]
  var target: [Double]
  var delta: Double
  var scale = 1.0
  var unknowns: Int { design[0].count }

  mutating func linearize(at point: [Double], into model: inout LocalModel) {
    model = LocalModel(order: unknowns)
    model.value = 0
    for (row, y) in zip(design, target) {
      let r = zip(row, point).reduce(0) { $0 + $1.0 * $1.1 } - y
      let clipped = min(abs(r), delta)
      model.value += scale * clipped * (abs(r) - clipped / 2)
      for i in 0..<unknowns {
        model.gradient[i] += scale * (r > 0 ? clipped : -clipped) * row[i]
        for j in 0..<unknowns {
          model.majorizer[i, j] += scale * delta / max(abs(r), delta) * row[i] * row[j]
          if abs(r) <= delta { model.curvature[i, j] += scale * row[i] * row[j] }
        }
      }
    }
  }
}

@Suite struct MinimizationTests {
  private func problem(seed: UInt64, delta: Double) -> HuberRegression {
    var generator = SplittableRandom(seed: seed)
    let design = (0..<60).map { _ in [1, generator.nextNormal(), generator.nextNormal()] }
    let target = design.map { $0[0] - 2 * $0[1] + 0.5 * $0[2] + 0.3 * generator.nextNormal() }
    return HuberRegression(design: design, target: target, delta: delta)
  }

  private let free = [Double](repeating: .infinity, count: 3)

  @Test(arguments: [1e-4, 1e-2, 0.3, 1e6], [UInt64(1), 2, 3])
  func aConvexHuberProblemEndsWithZeroGradient(_ delta: Double, _ seed: UInt64) {
    var problem = problem(seed: seed, delta: delta)
    let minimum = SemismoothNewton(relativeTolerance: 1e-14, evaluationLimit: 500).minimize(
      &problem, from: [50, 50, 50], lower: free.map { -$0 }, upper: free)
    var model = LocalModel(order: 3)
    problem.linearize(at: minimum.point, into: &model)
    // The gradient is a sum of 60 terms of size delta at most.
    for slope in model.gradient { #expect(abs(slope) < 1e-6 * 60 * min(delta, 10)) }
  }

  @Test func scalingTheObjectiveChangesNothing() {
    var plain = problem(seed: 4, delta: 1e-3)
    var scaled = plain
    scaled.scale = 0x1p-20
    let newton = SemismoothNewton()
    let a = newton.minimize(&plain, from: [9, 9, 9], lower: free.map { -$0 }, upper: free)
    let b = newton.minimize(&scaled, from: [9, 9, 9], lower: free.map { -$0 }, upper: free)
    for (x, y) in zip(a.point, b.point) { #expect(abs(x - y) <= 1e-6 * abs(x)) }
  }

  @Test func aBoundHoldsAndTheRestIsOptimal() {
    var problem = problem(seed: 5, delta: 1e6)
    let minimum = SemismoothNewton().minimize(
      &problem, from: [0, 0, 0], lower: [-.infinity, -1, -.infinity],
      upper: [.infinity, .infinity, .infinity])
    #expect(minimum.point[1] == -1)
    var model = LocalModel(order: 3)
    problem.linearize(at: minimum.point, into: &model)
    #expect(model.gradient[1] > 0)
    #expect(abs(model.gradient[0]) < 1e-6 && abs(model.gradient[2]) < 1e-6)
  }

  @Test func aStartOutsideTheDomainSaysSo() {
    struct Nowhere: RobustProblem {
      var unknowns: Int { 1 }
      mutating func linearize(at point: [Double], into model: inout LocalModel) {
        model.value = .infinity
      }
    }
    var problem = Nowhere()
    let minimum = SemismoothNewton().minimize(&problem, from: [0], lower: [-1], upper: [1])
    #expect(minimum.status == .outsideDomain)
  }

  @Test func goldenSectionFindsTheLowestOfTwoValleys() {
    let result = minimize(over: -3...3) { x in (x * x - 1) * (x * x - 1) + 0.1 * x }
    // The lower valley is the left one; d/dx = 0 there at x ≈ −1.01227313 (numpy.roots([4, 0, -4, 0.1])).
    #expect(abs(result.argument + 1.012_273_13) < 1e-6)
    let edge = minimize(over: 2...5) { $0 }
    #expect(edge.argument == 2)
  }

  @Test func rootsAreFoundToFullPrecision() throws {
    let two = try #require(root(in: 0...2) { $0 * $0 - 2 })
    #expect(abs(two - 2.0.squareRoot()) < 1e-12)
    #expect(root(in: 0...1) { $0 + 1 } == nil)
    let steep = try #require(root(in: -50...50) { Foundation.exp($0) - 5 })
    #expect(abs(steep - Foundation.log(5)) < 1e-10)
  }

  @Test(arguments: [1, 2, 3, 7]) func parallelResultsDoNotDependOnThreads(_ threads: Int) {
    let values = parallelMap(count: 1000, threads: threads) { index -> Double in
      var generator = SplittableRandom(seed: 9).split(index)
      return generator.nextNormal()
    }
    let expected = (0..<1000).map { index -> Double in
      var generator = SplittableRandom(seed: 9).split(index)
      return generator.nextNormal()
    }
    #expect(values == expected)
  }
}
