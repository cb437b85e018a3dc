import Cards
import Foundation
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct SelectiveAttentionTests {
  /// One head of width two in one layer without positions, and its transform of queries.
  private func layer(
    _ options: [String: OptionValue], coefficient: Double? = nil
  ) throws -> any ProjectionTransform<Double> {
    let baseline = ModelConfiguration.llama(
      width: 2, layers: 1, heads: 1, vocabulary: 4, context: 600)
    let arm = Arm(
      name: "selective",
      choices: [try TreatmentCatalog.choice(named: "selective-attention", options)])
    let model = try arm.model(baseline, seed: 1, of: Double.self)
    if let coefficient {
      let parameter = try #require(model.parameters["layers.0.attention.temperature.position"])
      parameter.tensor.values[0] = coefficient
    }
    let attention = try #require(model.blocks[0].tokenMixer as? Attention<Double>)
    return try #require(attention.projectionTransforms.first)
  }

  private static let positionAlone: [String: OptionValue] = [
    "position": "unconstrained", "token": false, "values": false,
  ]

  /// The weight of a key that is better than all others by a fixed gap, for each query.
  private func weightOfBest(
    gap: Double, count: Int, _ transform: any ProjectionTransform<Double>
  ) -> [Double] {
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 1, length: count)
    let projected = tape.input([count, 6])
    for row in 0..<count { projected.values[row * 6] = 1 }
    projected.values[2] = gap * 2.0.squareRoot()
    projected.values[4] = 1
    let input = tape.input([count, 2])
    let scaled = transform.record(projected, input: input, in: pass)
    let settings = AttentionSettings<Double>(batch: 1, headCount: 1, headWidth: 2)
    let output = tape.attention(scaled, settings).output
    return (0..<count).map { output.values[$0 * 2] }
  }

  @Test(arguments: [0, 0.1, 1 / 3.0])
  func theOddsOfTheBestKeyFollowTheClosedForm(coefficient: Double) throws {
    let (gap, count) = (3.0, 512)
    let weights = weightOfBest(
      gap: gap, count: count, try layer(Self.positionAlone, coefficient: coefficient))
    for length in [2, 32, 512] {
      let odds = weights[length - 1] / (1 - weights[length - 1])
      let expected =
        exp(gap * (1 + coefficient * log(Double(length)))) / Double(length - 1)
      #expect(abs(odds - expected) <= 1e-9 * expected)
    }
    // At c = 1/gap the weight no longer falls with the number of distractors.
    let kept = weights[511] / weights[31]
    #expect(coefficient == 1 / 3.0 ? abs(kept - 1) < 0.01 : kept < 0.65)
  }

  @Test func theConstrainedCoefficientStartsAtItsValue() throws {
    let options: [String: OptionValue] = ["token": false, "values": false]
    let weights = weightOfBest(gap: 2, count: 100, try layer(options))
    let sharpness = 1 + exp(-exp(2.0)) * log(100.0)
    let expected = exp(2 * sharpness) / (exp(2 * sharpness) + 99)
    #expect(abs(weights[99] - expected) <= 1e-12)
  }

  /// Scaling queries is scaling scores, gradients included.
  @Test func aFactorOfTheQueryIsAFactorOfItsScores() {
    func run(_ scalesQueries: Bool) -> [[Double]] {
      let tape = Tape<Double>(pool: .inline)
      let projected = tape.input([5, 12], requiresGradient: true)
      let factors = tape.input([5, 2], requiresGradient: true)
      for index in 0..<60 { projected.values[index] = sin(Double(index * 3)) }
      for index in 0..<10 { factors.values[index] = 0.5 + 0.1 * Double(index) }
      var settings = AttentionSettings<Double>(batch: 1, headCount: 2, headWidth: 2)
      var operand = projected
      if scalesQueries {
        operand = tape.concatenateColumns([
          tape.scaleHeads(tape.columns(projected, 0..<4), by: factors),
          tape.columns(projected, 4..<12),
        ])
      } else {
        settings.temperature = factors
      }
      let output = tape.attention(operand, settings).output
      tape.backward(from: tape.squareSum(output))
      return [output.array, projected.gradientArray, factors.gradientArray]
    }
    for (one, other) in zip(run(true), run(false)) {
      for (x, y) in zip(one, other) { #expect(abs(x - y) <= 1e-12) }
    }
  }

  /// Values and queries follow 1 + tanh(gelu(·) w), by the formula written out.
  @Test func theContentsFactorFollowsTheFormula() throws {
    let baseline = ModelConfiguration.llama(
      width: 2, layers: 1, heads: 1, vocabulary: 4, context: 8)
    let arm = Arm(
      name: "selective",
      choices: [
        try TreatmentCatalog.choice(named: "selective-attention", ["position": "none"])
      ])
    let model = try arm.model(baseline, seed: 1, of: Double.self)
    for (name, values) in [("queries", [0.3, -2]), ("values", [1.5, 0.25])] {
      let parameter = try #require(model.parameters["layers.0.attention.temperature.\(name)"])
      for (index, value) in values.enumerated() { parameter.tensor.values[index] = value }
    }
    let attention = try #require(model.blocks[0].tokenMixer as? Attention<Double>)
    let tape = Tape<Double>(pool: .inline)
    let pass = ForwardPass(tape: tape, batch: 1, length: 1)
    let projected = tape.input([1, 6])
    for (index, value) in [0.5, -1, 2, 3, 0.25, 1].enumerated() { projected.values[index] = value }
    let found = attention.projectionTransforms[0].record(
      projected, input: tape.input([1, 2]), in: pass
    ).array
    func gelu(_ x: Double) -> Double { x / 2 * (1 + erf(x / 2.0.squareRoot())) }
    let query = 1 + tanh(0.3 * gelu(0.5) - 2 * gelu(-1))
    let value = 1 + tanh(1.5 * gelu(0.25) + 0.25 * gelu(1))
    let expected = [0.5 * query, -query, 2, 3, 0.25 * value, value]
    for (one, other) in zip(found, expected) { #expect(abs(one - other) <= 1e-12) }
  }

  @Test func theWholeCostsLessThanHalfAPercent() throws {
    let baseline = ModelConfiguration.llama(
      width: 768, layers: 12, heads: 12, vocabulary: 32_000, context: 1_024)
    let arm = Arm(
      name: "selective", choices: [try TreatmentCatalog.choice(named: "selective-attention")])
    let plain = try Arm(name: "baseline").costs(baseline, length: 1_024)
    let treated = try arm.costs(baseline, length: 1_024)
    let share =
      Double(treated.parameters - plain.parameters) / Double(plain.nonEmbeddingParameters)
    #expect(share > 0 && share < 0.005)
  }
}
