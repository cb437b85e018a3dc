public import LanguageModels
public import Tensors

/// What a trainer trains: parameters, and how their loss on a batch of tokens is computed.
///
/// ``LanguageModelObjective`` is the one for language models; others train adapters, probes or
/// anything else that reads tokens.
public protocol Objective<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// What is trained.
  var parameters: ParameterSet<Element> { get }

  /// Refuses a recipe that makes no sense for what is trained.
  ///
  /// - Throws: ``TrainingError`` naming the setting.
  func check(_ recipe: TrainingRecipe) throws(TrainingError)

  /// How the settings of an optimiser apply to a parameter.
  func rule(for parameter: Parameter<Element>) -> UpdateRule

  /// Called before every step, the first one after a resume included, and again when the step is
  /// recorded anew: what it sets must follow from the moment alone.
  func begin(_ moment: TrainingMoment)

  /// Which recording a step needs; the step is recorded anew when the number changes. Parameters,
  /// moments and the place in the data stay as they are.
  func stage(at moment: TrainingMoment) -> Int

  /// Records the loss of a batch. `zLoss` is the coefficient of the square of the logarithm of
  /// softmax's denominator [145]; the probe looks at activations.
  func record(
    on tape: Tape<Element>, batch: Int, length: Int, zLoss: Double,
    probe: ActivationProbe<Element>?
  ) throws -> RecordedLoss<Element>

  /// Writes the parameters as files of a checkpoint. The folder exists.
  func write(to folder: String) throws

  /// Restores the parameters from the files of a checkpoint, which are known to be undamaged.
  func read(from folder: String) throws
}

/// The loss of a batch on a tape: fill the tokens, replay the tape and read the loss.
public struct RecordedLoss<Element: TensorElement> {
  /// The tokens, sequence by sequence.
  public var tokens: IndexTensor
  /// The token to predict at each place; negative ones do not count.
  public var targets: IndexTensor
  /// How much each target counts in the mean, of which the losses here are; ones unless something
  /// else is put there. Nil where the objective knows no weights.
  public var targetWeights: Tensor<Element>?
  /// What is differentiated: one number.
  public var loss: Tensor<Element>
  /// The mean cross-entropy in nats per token, without what is added to it: one number.
  public var crossEntropy: Tensor<Element>
  /// How heads spread their attention in the last run, by layer.
  public var attention: [(place: String, summary: () -> [AttentionSummary])] = []
  /// What else can be measured of the last run, such as how evenly routers chose.
  public var diagnostics: [() -> [Diagnostic]] = []

  /// A loss without weights and diagnostics.
  public init(
    tokens: IndexTensor, targets: IndexTensor, loss: Tensor<Element>,
    crossEntropy: Tensor<Element>
  ) {
    self.tokens = tokens
    self.targets = targets
    self.loss = loss
    self.crossEntropy = crossEntropy
  }
}

extension Objective {
  /// Any recipe will do.
  public func check(_ recipe: TrainingRecipe) throws(TrainingError) {}

  /// The learning rate as it is, and weight decay for matrices alone.
  public func rule(for parameter: Parameter<Element>) -> UpdateRule {
    UpdateRule(weightDecayScale: parameter.role.decays ? 1 : 0)
  }

  /// Nothing depends on the moment.
  public func begin(_ moment: TrainingMoment) {}

  /// One recording serves all steps.
  public func stage(at moment: TrainingMoment) -> Int { 0 }

  /// Writes `model.safetensors` under our own names, buffers included.
  public func write(to folder: String) throws { try writeParameters(to: folder) }

  /// Reads what ``write(to:)`` wrote.
  public func read(from folder: String) throws { try readParameters(from: folder) }

  /// All parameters and buffers under our own names.
  func writeParameters(to folder: String) throws {
    try ParameterFile.write(
      parameters.parameters + parameters.buffers, to: "\(folder)/\(ParameterFile.name)")
  }

  /// Reads what ``writeParameters(to:)`` wrote.
  func readParameters(from folder: String) throws {
    try ParameterFile.read(
      parameters.parameters + parameters.buffers, from: "\(folder)/\(ParameterFile.name)")
  }
}

/// Parameters under our own names in a safetensors file, in the precision that they have.
enum ParameterFile {
  static var name: String { "model.safetensors" }

  static func write<Element: TensorElement>(
    _ parameters: [Parameter<Element>], to path: String
  ) throws {
    var writer = SafetensorsWriter()
    for parameter in parameters {
      let values = parameter.tensor.buffer
      writer.add(parameter.name, shape: parameter.tensor.shape, as: storage(Element.self)) {
        _ = $0.initialize(from: values)
      }
    }
    try writer.write(to: path)
  }

  static func read<Element: TensorElement>(
    _ parameters: [Parameter<Element>], from path: String
  ) throws {
    let file = try SafetensorsFile(path: path)
    try check(file, parameters.map { ($0.name, $0.tensor.shape) })
    for parameter in parameters { try file.read(parameter.name, into: parameter.tensor.buffer) }
  }

  /// Makes sure that a file has exactly the tensors that are asked for, before any is read.
  static func check(_ file: SafetensorsFile, _ tensors: [(name: String, shape: [Int])]) throws {
    for tensor in tensors {
      let entry = try file.entry(tensor.name)
      guard entry.shape == tensor.shape else {
        throw TrainingError(
          .badData, file.name,
          "tensor \(tensor.name) has shape \(entry.shape), expected \(tensor.shape)")
      }
    }
    let extra = Set(file.names).subtracting(tensors.map(\.name)).sorted()
    if let first = extra.first {
      throw TrainingError(.badData, file.name, "no parameter is called \(first)")
    }
  }

  /// The type that keeps every bit.
  static func storage<Element: TensorElement>(_ type: Element.Type) -> SafetensorsType {
    MemoryLayout<Element>.size == 8 ? .float64 : .float32
  }
}
