import SamplingLaws
import Statistics
import Testing

struct CostFrontierTests {
  @Test func theFrontierIsWhatNoOtherPointBeats() {
    var random = SplittableRandom(seed: 1)
    for _ in 0..<50 {
      let costs = (0..<30).map { _ in Double(random.nextIndex(below: 20)) }
      let accuracies = (0..<30).map { _ in Double(random.nextIndex(below: 20)) / 20 }
      let frontier = CostFrontier(costs: costs, accuracies: accuracies)
      for index in costs.indices {
        let isBeaten = costs.indices.contains {
          costs[$0] <= costs[index] && accuracies[$0] >= accuracies[index]
            && (costs[$0] < costs[index] || accuracies[$0] > accuracies[index])
        }
        let isListed = frontier.nonDominated.contains {
          costs[$0] == costs[index] && accuracies[$0] == accuracies[index]
        }
        #expect(isListed == !isBeaten)
      }
      // No mixture of two points lies above the hull, and every point of the hull is needed.
      let hull = frontier.hull
      #expect(hull.first == frontier.nonDominated.first)
      #expect(hull.last == frontier.nonDominated.last)
      for index in frontier.nonDominated where !hull.contains(index) {
        let isUnder = zip(hull, hull.dropFirst()).contains { a, b in
          let share = (costs[index] - costs[a]) / (costs[b] - costs[a])
          return share >= 0 && share <= 1
            && accuracies[index] <= accuracies[a] + share * (accuracies[b] - accuracies[a]) + 1e-12
        }
        #expect(isUnder)
      }
      let slopes = zip(hull, hull.dropFirst()).map { a, b in
        (accuracies[b] - accuracies[a]) / (costs[b] - costs[a])
      }
      for (a, b) in zip(slopes, slopes.dropFirst()) { #expect(a > b) }
    }
  }

  /// Equal accuracy at equal FLOPs, reached by the small model with four times the length.
  @Test func memoryTrafficFlipsTheChoiceToTheLargerModel() throws {
    let small = try #require(InferenceArchitecture.named("Qwen3-0.6B"))
    let large = try #require(InferenceArchitecture.named("Qwen3-4B"))
    func points(_ intensity: Double) throws -> [CostedPoint] {
      var result: [CostedPoint] = []
      for (index, length) in [1000.0, 2000, 4000].enumerated() {
        let accuracy = 0.3 + 0.2 * Double(index)
        let target = try InferenceCost(large, .init(promptTokens: 0, outputTokens: length))
        // The length of the small model's answer with just fewer FLOPs.
        var low = 0.0
        var high = 1e6
        for _ in 0..<80 {
          let middle = (low + high) / 2
          let cost = try InferenceCost(small, .init(promptTokens: 0, outputTokens: middle))
          if cost.operations < 0.999 * target.operations { low = middle } else { high = middle }
        }
        for (model, tokens) in [(small, low), (large, length)] {
          let cost = try InferenceCost(
            model, .init(promptTokens: 0, outputTokens: tokens), intensity: intensity)
          result.append(
            CostedPoint(
              model: model.name, setting: "\(Int(length))", operations: cost.operations,
              equivalentOperations: cost.equivalentOperations, accuracy: accuracy))
        }
      }
      return result
    }
    let without = try ModelChoice(points(0))
    #expect(without.equivalentsFrontier.allSatisfy { $0.model == small.name })
    #expect(without.largestOverspend == 1)
    let with = try ModelChoice(points(562.5))
    #expect(with.operationsFrontier.allSatisfy { $0.model == small.name })
    #expect(with.equivalentsFrontier.allSatisfy { $0.model == large.name })
    #expect(with.largestOverspend > 2)
    #expect(!with.warnings.isEmpty)
    let budget = try #require(with.budgets.last)
    #expect(budget.byOperations?.model == small.name)
    #expect(budget.byEquivalents?.model == large.name)
    #expect(with.budgets.first?.byEquivalents == nil)
  }

  @Test func noPointIsAnError() {
    #expect(throws: PlanningError.self) { try ModelChoice([]) }
  }
}
