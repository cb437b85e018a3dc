import LanguageModels
import Statistics
import Tensors
import Testing
import Training

/// loss = mean over tokens of w · x(token): the gradient of a token is its row of a table.
private final class PlantedGradients: Objective {
  typealias Element = Double
  let parameters = ParameterSet<Double>(seed: 0)
  let rows: [[Double]]
  private let weight: Tensor<Double>

  init(rows: [[Double]]) {
    self.rows = rows
    weight = parameters.declare(
      "w", [rows[0].count, 1], role: .vector, startingAs: .constant(0))
  }

  func record(
    on tape: Tape<Double>, batch: Int, length: Int, zLoss: Double, probe: ActivationProbe<Double>?
  ) throws -> RecordedLoss<Double> {
    let table = tape.input([rows.count, rows[0].count])
    for (index, value) in rows.joined().enumerated() { table.values[index] = value }
    let tokens = tape.indices([batch * length])
    let loss = tape.mean(tape.linear(tape.embedding(table, tokens), weight: weight))
    return RecordedLoss(
      tokens: tokens, targets: tape.indices([batch * length]), loss: loss, crossEntropy: loss)
  }
}

private final class UniformTokens: BatchSource {
  var position = 0
  let count: Int
  init(count: Int) { self.count = count }

  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    var random = SplittableRandom(seed: 11).split(position)
    for index in tokens.indices {
      tokens[index] = Int32(random.nextIndex(below: count))
      targets[index] = 0
    }
    position += 1
  }
}

@Suite struct NoiseScaleTests {
  @Test func aStepWithoutRoundingIsExact() throws {
    // Two micro-batches of 2 tokens with gradients 1 and 3: |g_small|² = 5 on average, |g_big|² = 4,
    // tr Σ = (5 − 4)/(1/2 − 1/4) = 4, |G|² = 4 − 4/4 = 3.
    var scale = GradientNoiseScale(decay: 0)
    scale.add(small: [(1, 2), (9, 2)], big: 4)
    #expect(scale.gradientVariance == 4)
    #expect(scale.squaredGradientNorm == 3)
    #expect(scale.tokens == 4.0 / 3)
    scale.add(small: [(4, 2)], big: 4)
    #expect(scale.count == 1)
  }

  /// Rows of a table drawn uniformly have known mean and covariance, which are |G|² and tr Σ.
  @Test func plantedNoiseIsFound() throws {
    var random = SplittableRandom(seed: 3)
    let (rows, columns) = (50, 8)
    let table = (0..<rows).map { _ in (0..<columns).map { _ in 0.3 + random.nextNormal() } }
    let means = (0..<columns).map { c in
      table.reduce(0) { $0 + $1[c] } / Double(rows)
    }
    let norm = means.reduce(0) { $0 + $1 * $1 }
    let variance =
      table.reduce(0) { sum, row in
        sum + zip(row, means).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      } / Double(rows)

    var recipe = TrainingRecipe(
      batchSize: 8, sequenceLength: 4, budget: .steps(3000),
      optimizer: .sgd(SGDSettings(learningRate: 1e-9)), schedule: Schedule(.constant))
    recipe.accumulation = 4
    recipe.diagnosticsEvery = 1
    recipe.validation.every = 0
    let trainer = try Trainer(
      PlantedGradients(rows: table), recipe: recipe, source: UniformTokens(count: rows),
      pool: .inline)
    var sums: [String: Double] = [:]
    var last: [String: Double] = [:]
    _ = try trainer.run { event in
      guard case .diagnostics(let step, let measurements) = event else { return }
      for measurement in measurements where measurement.place.isEmpty {
        last[measurement.measure] = measurement.value
        if step % 10 == 0 { sums[measurement.measure, default: 0] += measurement.value / 300 }
      }
    }
    // The averages of 300 overlapping windows; their standard errors, from the spread of the windows
    // divided by the √ of the independent ones among them, are about 1 % and 2 %.
    #expect(abs((sums["gradient_variance"] ?? 0) / variance - 1) < 0.03)
    #expect(abs((sums["squared_gradient_norm"] ?? 0) / norm - 1) < 0.08)
    #expect((last["critical_batch_tokens"] ?? 0) > 0)
  }
}
