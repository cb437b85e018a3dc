import LanguageModels
import Tensors

/// One step of training, recorded once for each stage and replayed: micro-batches, clipping,
/// optimiser.
final class TrainingStep<Element: TensorElement> {
  /// What a step computed before the parameters changed.
  struct Result {
    var loss: Double
    var crossEntropy: Double
    var gradientNorm: Double
    var targets: Int
    /// What was not finite; the parameters have then not changed.
    var divergence: TrainingOutcome.Divergence?
    var measurements: [Diagnostic] = []
  }

  let optimizer: Optimizer<Element>
  var noiseScale = GradientNoiseScale()

  private struct Recording {
    var stage: Int
    var tape: Tape<Element>
    var loss: RecordedLoss<Element>
  }

  private let objective: any Objective<Element>
  private let recipe: TrainingRecipe
  private let parameters: ParameterSet<Element>
  private let pool: ThreadPool
  private var recording: Recording?
  private let probe: ActivationProbe<Element>?
  private let work: ParameterChunks<Element>
  private let frozen: FrozenParameters<Element>
  private let diagnostics: StepDiagnostics<Element>?
  private let tokens: UnsafeMutableBufferPointer<Int32>
  private let targets: UnsafeMutableBufferPointer<Int32>
  private var squares: [Double]
  private var counts: [Int]
  /// How much the targets of a step count, where the source says so, and each micro-batch's sum.
  private var weights: [Float] = []
  private var sums: [Double]

  init(
    _ objective: any Objective<Element>, recipe: TrainingRecipe, pool: ThreadPool
  ) throws {
    self.objective = objective
    self.recipe = recipe
    self.pool = pool
    parameters = objective.parameters
    probe = recipe.diagnosticsEvery > 0 ? ActivationProbe() : nil
    optimizer = try Optimizer(
      recipe.optimizer, for: parameters, pool: pool, rule: { objective.rule(for: $0) })
    work = ParameterChunks(parameters)
    frozen = FrozenParameters(parameters)
    diagnostics =
      recipe.diagnosticsEvery > 0
      ? StepDiagnostics(parameters, work: work, pool: pool) : nil
    tokens = .allocate(capacity: recipe.tokensPerStep)
    targets = .allocate(capacity: recipe.tokensPerStep)
    tokens.initialize(repeating: 0)
    targets.initialize(repeating: 0)
    squares = Array(repeating: 0, count: parameters.parameters.count)
    counts = Array(repeating: 0, count: recipe.accumulation)
    sums = Array(repeating: 0, count: recipe.accumulation)
  }

  deinit {
    tokens.deallocate()
    targets.deallocate()
  }

  /// The recording that a step needs, made if it is not the one that the last step took.
  private func prepare(_ moment: TrainingMoment) throws -> Recording {
    objective.begin(moment)
    let stage = objective.stage(at: moment)
    if let recording, recording.stage == stage { return recording }
    // The old one's memory is free before the new one takes its own.
    recording = nil
    let tape = Tape<Element>(pool: pool)
    // Recording runs the step once on tokens that are all zero. What the model remembers between
    // steps besides its parameters must not see that.
    let buffers = parameters.buffers.map(\.tensor.array)
    let loss = try objective.record(
      on: tape, batch: recipe.microBatchSize, length: recipe.sequenceLength, zLoss: recipe.zLoss,
      probe: probe)
    for (buffer, values) in zip(parameters.buffers, buffers) {
      _ = buffer.tensor.buffer.update(fromContentsOf: values)
    }
    let new = Recording(stage: stage, tape: tape, loss: loss)
    recording = new
    // What the recording created has not been told of the moment yet.
    objective.begin(moment)
    return new
  }

  func run(
    _ moment: TrainingMoment, _ source: any BatchSource, schedule: Double, measures: Bool
  ) throws -> Result {
    let recording = try prepare(moment)
    let (tape, recorded) = (recording.tape, recording.loss)
    frozen.update()
    try takeWeights(source, recorded)
    source.fill(
      tokens: tokens, targets: targets, sequences: recipe.batchSize,
      length: recipe.sequenceLength)
    let size = recipe.microBatchSize * recipe.sequenceLength
    var total = 0
    for part in counts.indices {
      counts[part] = 0
      sums[part] = 0
      for index in part * size..<(part + 1) * size where targets[index] >= 0 {
        counts[part] += 1
        sums[part] += weights.isEmpty ? 1 : Double(weights[index])
      }
      total += counts[part]
    }
    guard total > 0 else {
      throw TrainingError(.badData, "data", "a batch has no token to predict")
    }

    let diagnostics = measures ? diagnostics : nil
    probe?.isActive = measures
    diagnostics?.begin()
    parameters.clearGradients()
    var result = Result(loss: 0, crossEntropy: 0, gradientNorm: 0, targets: total)
    for part in counts.indices where sums[part] > 0 {
      if !weights.isEmpty, let places = recorded.targetWeights {
        for index in 0..<size { places.values[index] = Element(weights[part * size + index]) }
      }
      _ = recorded.tokens.buffer.update(fromContentsOf: tokens[part * size..<(part + 1) * size])
      _ = recorded.targets.buffer.update(fromContentsOf: targets[part * size..<(part + 1) * size])
      tape.replay()
      // The recorded mean is over the sum of weights, the step's over the number of targets.
      let share = sums[part] / Double(total)
      result.loss += share * Double(recorded.loss.values.pointee)
      result.crossEntropy += share * Double(recorded.crossEntropy.values.pointee)
      guard result.loss.isFinite else { break }
      tape.backward(from: recorded.loss, seed: Element(share))
      if recipe.accumulation > 1 {
        diagnostics?.addMicroBatch(share: share, tokens: counts[part], frozen: frozen)
      }
    }
    guard result.loss.isFinite else {
      _ = probe?.take()
      result.divergence = .loss
      return result
    }
    let square = work.gradientSquares(on: pool, into: &squares, frozen: frozen)
    result.gradientNorm = square.squareRoot()
    guard result.gradientNorm.isFinite else {
      _ = probe?.take()
      result.divergence = .gradient
      return result
    }
    if let diagnostics {
      if recipe.accumulation > 1 { noiseScale.add(small: diagnostics.microBatches, big: square) }
      result.measurements = measurements(diagnostics, of: recorded)
      diagnostics.rememberParameters()
    }
    // PyTorch's clip_grad_norm_ adds the 1e-6 too.
    let clip = recipe.clipNorm.map { min(1, $0 / (result.gradientNorm + 1e-6)) } ?? 1
    optimizer.step(schedule: schedule, gradientScale: clip)
    if let diagnostics { result.measurements += diagnostics.updateRatios() }
    return result
  }

  /// Asks the source how much the targets of the step count.
  private func takeWeights(
    _ source: any BatchSource, _ recorded: RecordedLoss<Element>
  ) throws(TrainingError) {
    guard source.weighsTargets else {
      // Ones again, in case a source has stopped weighing.
      if !weights.isEmpty { recorded.targetWeights?.buffer.update(repeating: 1) }
      weights = []
      return
    }
    guard recorded.targetWeights != nil else {
      throw TrainingError(
        .badSetting, "data", "targets have weights, which what is trained does not know")
    }
    if weights.isEmpty { weights = Array(repeating: 1, count: recipe.tokensPerStep) }
    weights.withUnsafeMutableBufferPointer {
      source.writeWeights($0, sequences: recipe.batchSize, length: recipe.sequenceLength)
    }
  }

  /// What can be measured before the parameters change.
  private func measurements(
    _ diagnostics: StepDiagnostics<Element>, of recorded: RecordedLoss<Element>
  ) -> [Diagnostic] {
    var result = probe?.take() ?? []
    for (place, summary) in recorded.attention {
      for (head, attention) in summary().enumerated() {
        let place = "\(place).head.\(head)"
        result.append(
          Diagnostic(measure: "attention_entropy", place: place, value: attention.entropy))
        result.append(
          Diagnostic(measure: "sink_mass", place: place, value: attention.firstKeyWeight))
        result.append(
          Diagnostic(
            measure: "highest_attention_score", place: place, value: attention.highestScore))
      }
    }
    for measure in recorded.diagnostics { result += measure() }
    result += diagnostics.gradientNorms(squares)
    if let variance = noiseScale.gradientVariance, let norm = noiseScale.squaredGradientNorm {
      result.append(Diagnostic(measure: "gradient_variance", value: variance))
      result.append(Diagnostic(measure: "squared_gradient_norm", value: norm))
    }
    if let tokens = noiseScale.tokens {
      result.append(Diagnostic(measure: "critical_batch_tokens", value: tokens))
    }
    return result
  }
}
