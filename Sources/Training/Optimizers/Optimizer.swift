public import LanguageModels
public import Tensors

/// Changes the parameters of a model by their gradients, one step at a time.
///
/// A step allocates nothing and gives the same bits for any number of threads. Parameters that the
/// loss does not depend on stay as they are, and so do those that their set calls frozen, with their
/// moments; AdamW corrects the bias of moments by the number of steps in which they were not frozen.
public final class Optimizer<Element: TensorElement> {
  /// The rule and its settings.
  public let settings: OptimizerSettings
  /// The number of steps taken; restored with the state.
  public var stepCount = 0
  /// The number of steps that each parameter was frozen for, by name, where there were any; restored
  /// with the state.
  public var missedSteps: [String: Int] {
    get {
      var result: [String: Int] = [:]
      for (name, steps) in zip(names, missed) where steps > 0 { result[name] = steps }
      return result
    }
    set { missed = names.map { newValue[$0] ?? 0 } }
  }
  /// The moments, by parameter and kind: `layers.0.mlp.up.weight.firstMoment`.
  public let state: [OptimizerState<Element>]

  private let pool: ThreadPool
  private let work: ParameterChunks<Element>
  private let frozen: FrozenParameters<Element>
  private let names: [String]
  private var missed: [Int]
  private let rules: [UpdateRule]
  /// The moments of each parameter, where its rule has them.
  private let first: [UnsafeMutablePointer<Element>?]
  private let second: [UnsafeMutablePointer<Element>?]
  /// What Muon takes care of; the rest of its parameters take AdamW.
  private let matrices: MuonMatrices<Element>?
  private let memory = Arena()

  /// Prepares the state of an optimiser; all moments start at zero. The set of parameters must not
  /// grow afterwards.
  ///
  /// - Throws: ``TrainingError`` for settings outside their ranges.
  public init(
    _ settings: OptimizerSettings, for parameters: ParameterSet<Element>, pool: ThreadPool,
    rule: (Parameter<Element>) -> UpdateRule
  ) throws(TrainingError) {
    try settings.validate()
    self.settings = settings
    self.pool = pool
    work = ParameterChunks(parameters)
    frozen = FrozenParameters(parameters)
    names = parameters.parameters.map(\.name)
    missed = Array(repeating: 0, count: names.count)
    var rules: [UpdateRule] = []
    var state: [OptimizerState<Element>] = []
    var first: [UnsafeMutablePointer<Element>?] = []
    var second: [UnsafeMutablePointer<Element>?] = []
    let memory = memory
    func moment(_ parameter: Parameter<Element>, _ kind: String) -> UnsafeMutablePointer<Element> {
      let values = memory.allocate(parameter.tensor.count, of: Element.self)
      state.append(
        OptimizerState(
          name: "\(parameter.name).\(kind)", shape: parameter.tensor.shape,
          values: UnsafeMutableBufferPointer(start: values, count: parameter.tensor.count)))
      return values
    }
    for parameter in parameters.parameters {
      rules.append(rule(parameter))
      switch settings {
      case .adamW:
        first.append(moment(parameter, "firstMoment"))
        second.append(moment(parameter, "secondMoment"))
      case .sgd(let sgd):
        first.append(sgd.momentum > 0 ? moment(parameter, "momentum") : nil)
        second.append(nil)
      case .lion:
        first.append(moment(parameter, "momentum"))
        second.append(nil)
      case .muon:
        if MuonMatrices.takes(parameter) {
          first.append(moment(parameter, "momentum"))
          second.append(nil)
        } else {
          first.append(moment(parameter, "firstMoment"))
          second.append(moment(parameter, "secondMoment"))
        }
      }
    }
    self.rules = rules
    self.state = state
    self.first = first
    self.second = second
    if case .muon(let muon) = settings {
      matrices = MuonMatrices(
        muon, parameters: parameters.parameters, rules: rules, momenta: first, pool: pool,
        memory: memory)
    } else {
      matrices = nil
    }
  }

  /// Takes a step along the gradients that the last backward passes left.
  public func step(schedule: Double = 1, gradientScale: Double = 1) {
    stepCount += 1
    frozen.update()
    for index in missed.indices where frozen[index] { missed[index] += 1 }
    switch settings {
    case .adamW(let adamW): update(adamW, schedule, gradientScale)
    case .sgd(let sgd): update(sgd, schedule, gradientScale)
    case .lion(let lion): update(lion, schedule, gradientScale)
    case .muon(let muon):
      update(muon.rest, schedule, gradientScale)
      matrices?.step(schedule: schedule, gradientScale: gradientScale, frozen: frozen)
    }
  }

  /// Calls a function with each piece of the parameters that have a gradient and are not frozen.
  private func forEachChunk(
    _ body: (
      _ chunk: ParameterChunks<Element>.Chunk, _ values: UnsafeMutablePointer<Element>,
      _ gradient: UnsafeMutablePointer<Element>, _ rule: UpdateRule
    ) -> Void
  ) {
    let (work, rules, frozen) = (work, rules, frozen)
    pool.forEach(work.chunks.count) { index in
      let chunk = work.chunks[index]
      let tensor = work.tensors[chunk.parameter]
      guard !frozen[chunk.parameter], let gradient = tensor.gradient else { return }
      body(chunk, tensor.values + chunk.start, gradient + chunk.start, rules[chunk.parameter])
    }
  }

  /// AdamW for all parameters with two moments.
  private func update(_ settings: AdamWSettings, _ schedule: Double, _ scale: Double) {
    let (first, second, step, missed) = (first, second, stepCount, missed)
    let kernel = Element.optimizerKernels.adamw
    forEachChunk { chunk, values, gradient, rule in
      guard let m = first[chunk.parameter], let v = second[chunk.parameter] else { return }
      kernel(
        chunk.count, values, gradient, m + chunk.start,
        v + chunk.start, settings.learningRate * schedule * rule.learningRateScale,
        settings.beta1, settings.beta2, settings.epsilon,
        settings.weightDecay * rule.weightDecayScale, step - missed[chunk.parameter], scale)
    }
  }

  private func update(_ settings: SGDSettings, _ schedule: Double, _ scale: Double) {
    let momenta = first
    let kernel = Element.optimizerKernels.sgd
    forEachChunk { chunk, values, gradient, rule in
      kernel(
        chunk.count, values, gradient,
        momenta[chunk.parameter].map { $0 + chunk.start },
        settings.learningRate * schedule * rule.learningRateScale, settings.momentum,
        settings.isNesterov ? 1 : 0, settings.weightDecay * rule.weightDecayScale, 0, scale)
    }
  }

  private func update(_ settings: LionSettings, _ schedule: Double, _ scale: Double) {
    let momenta = first
    let kernel = Element.optimizerKernels.lion
    forEachChunk { chunk, values, gradient, rule in
      guard let m = momenta[chunk.parameter] else { return }
      kernel(
        chunk.count, values, gradient, m + chunk.start,
        settings.learningRate * schedule * rule.learningRateScale, settings.beta1,
        settings.beta2, settings.weightDecay * rule.weightDecayScale, scale)
    }
  }
}

/// One moment of one parameter, as checkpoints keep it.
public struct OptimizerState<Element: TensorElement> {
  /// The parameter's name and the kind of moment.
  public let name: String
  /// The parameter's shape.
  public let shape: [Int]
  /// The numbers, row-major.
  public let values: UnsafeMutableBufferPointer<Element>
}
