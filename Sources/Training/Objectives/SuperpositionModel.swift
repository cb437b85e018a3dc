internal import Foundation
internal import LanguageModels
internal import Statistics
public import Tensors

/// The toy model of features in superposition: n sparse features through m < n dimensions [142].
///
/// x_i = u_i·v_i with u_i ~ Bernoulli(p_i) and v_i uniform between 0 and 2, p_i ∝ i^(−α) with
/// Σ p_i the activity; h = xW and y = ReLU(hWᵀ + b) with W `[n, m]`. The loss is the mean over
/// examples of |y − x|². A decay decoupled from the gradient says how features share dimensions:
/// a positive one shrinks rows of W, so that only the most frequent features keep one (weak
/// superposition); a negative one pulls every row to unit length (strong superposition).
///
/// - Source: the published code of [142].
public struct SuperpositionModel: Sendable {
  /// The number of features, n.
  public var features: Int
  /// How fast frequencies fall with rank, α.
  public var skew: Double
  /// The expected number of active features of an example, Σ p_i.
  public var activity: Double
  /// The decay γ: rows shrink by ηγW where it is positive and move by ηγW(1/|W| − 1) where it is
  /// negative, η the learning rate.
  public var decay: Double
  /// Fresh examples a step.
  public var batch: Int
  /// The number of steps: 5 % warm-up, then a cosine to 5 % of the peak.
  public var steps: Int
  /// Where examples and starting values come from.
  public var seed: UInt64

  /// All settings.
  public init(
    features: Int = 1000, skew: Double = 1, activity: Double = 1, decay: Double = -1,
    batch: Int = 512, steps: Int = 4000, seed: UInt64 = 0
  ) {
    self.features = features
    self.skew = skew
    self.activity = activity
    self.decay = decay
    self.batch = batch
    self.steps = steps
    self.seed = seed
  }

  /// p_i, most frequent first; the first is above 1 where the activity asks for more than features
  /// can give.
  public var frequencies: [Double] {
    let weights = (1...features).map { exp(-skew * log(Double($0))) }
    let sum = weights.reduce(0, +)
    return weights.map { activity * $0 / sum }
  }

  /// The loss of a model that keeps the most frequent features whole and loses the rest:
  /// ⟨v²⟩ Σ p_i over the features beyond those kept.
  public func lossKeeping(_ kept: Int) -> Double {
    4.0 / 3 * frequencies.dropFirst(kept).reduce(0, +)
  }

  /// A trained model of one width.
  public struct Trained: Sendable {
    /// The dimensions, m.
    public var width: Int
    /// The mean of |y − x|² over fresh examples.
    public var loss: Double
    /// Its standard error.
    public var standardError: Double
    /// The rows of W, one a feature.
    public var rows: [[Double]]

    /// The share of features whose row is longer than a half, φ½.
    public var representedShare: Double {
      let long = rows.count { row in row.reduce(0) { $0 + $1 * $1 } > 0.25 }
      return Double(long) / Double(rows.count)
    }
  }

  /// Trains one width and measures it on fresh examples. The same bits for any number of threads.
  ///
  /// - Throws: ``TrainingError`` for settings out of range.
  public func trained(width: Int, pool: ThreadPool) throws(TrainingError) -> Trained {
    guard features >= 2, width >= 1, batch >= 1, steps >= 1 else {
      throw TrainingError(
        .badSetting, "toy model",
        "found \(features) features, width \(width), \(steps) steps of \(batch) examples; expected 2 features or more and 1 or more of the others"
      )
    }
    let frequencies = frequencies
    guard frequencies.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      throw TrainingError(
        .badSetting, "activity",
        "found \(activity), expected up to \(activity / frequencies[0]), where the most frequent feature is always active"
      )
    }
    var random = SplittableRandom(seed: seed).split(width)
    let parameters = ParameterSet<Float>(seed: random.next())
    let weight = parameters.declare(
      "weight", [features, width], role: .hidden(fanIn: width),
      startingAs: .normal(standardDeviation: 1 / Double(width).squareRoot()))
    let bias = parameters.declare(
      "bias", [features], role: .vector, startingAs: .normal(standardDeviation: 1))
    let rate = 0.02 * pow(8 / Double(width), 0.25)
    let optimizer = try Optimizer(
      .adamW(AdamWSettings(learningRate: rate, beta2: 0.999, weightDecay: 0)), for: parameters,
      pool: pool,
      rule: { parameter in
        UpdateRule(
          learningRateScale: parameter.role == .vector ? 2 / Double(width) / rate : 1,
          weightDecayScale: 0)
      })
    let tape = Tape<Float>(pool: pool)
    let input = tape.input([batch, features])
    let hidden = tape.linear(input, weight: weight)
    let output = tape.apply(
      .relu, to: tape.linear(hidden, weight: weight, isTransposed: true, bias: bias))
    let difference = tape.add(output, tape.scale(input, by: -1))
    let loss = tape.scale(tape.squareSum(difference), by: 1 / Double(batch))

    let schedule = Schedule(warmup: max(steps / 20, 1), .cosine(floor: 0.05))
    for step in 0..<steps {
      Self.fill(input, frequencies, &random)
      tape.replay()
      parameters.clearGradients()
      tape.backward(from: loss)
      let factor = schedule.factor(at: step, of: steps)
      shrink(weight, rate: rate * factor)
      optimizer.step(schedule: factor)
    }
    var losses: [Double] = []
    for _ in 0..<max(8192 / batch, 2) {
      Self.fill(input, frequencies, &random)
      tape.replay()
      losses.append(Double(loss.values[0]))
    }
    let mean = losses.reduce(0, +) / Double(losses.count)
    let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let count = Double(losses.count)
    return Trained(
      width: width, loss: mean, standardError: (squares / (count - 1) / count).squareRoot(),
      rows: (0..<features).map { row in
        (0..<width).map { Double(weight.values[row * width + $0]) }
      })
  }

  /// Draws the examples of a batch. The waiting time to the next example that has a feature is
  /// geometric, so that rare features cost no draws.
  private static func fill(
    _ input: Tensor<Float>, _ frequencies: [Double], _ random: inout SplittableRandom
  ) {
    input.buffer.update(repeating: 0)
    let (examples, features) = (input.rowCount, input.columnCount)
    for (feature, frequency) in frequencies.enumerated() where frequency > 0 {
      let rate = log1p(-frequency)
      var example = -1
      while true {
        let wait = rate == -.infinity ? 0 : log(1 - random.nextUniform()) / rate
        guard wait < Double(examples - example - 1) else { break }
        example += 1 + Int(wait)
        input.values[example * features + feature] = Float(2 * random.nextUniform())
      }
    }
  }

  /// Applies the decay to every row.
  private func shrink(_ weight: Tensor<Float>, rate: Double) {
    guard decay != 0 else { return }
    let width = weight.columnCount
    for row in 0..<weight.rowCount {
      let values = weight.values + row * width
      var factor = 1.0
      if decay < 0 {
        var square = 0.0
        for column in 0..<width { square += Double(values[column]) * Double(values[column]) }
        factor = 1 / max(square.squareRoot(), 1e-12) - 1
      }
      let scale = Float(1 - rate * decay * factor)
      for column in 0..<width { values[column] *= scale }
    }
  }
}
