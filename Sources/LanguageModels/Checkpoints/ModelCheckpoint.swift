internal import Files
internal import Foundation
public import Tensors

/// A model on disk: a folder with `model.safetensors` and the description of its shape.
///
/// A model that `transformers` knows (GPT-2, LLaMA, BERT) is written in its layout, with a
/// `config.json`; any other keeps our names, with an `allometry.json`.
public enum ModelCheckpoint {
  private static let ownDescription = "allometry.json"
  private static let weights = "model.safetensors"

  /// Reads a model.
  ///
  /// - Throws: ``CheckpointError`` naming the file and what is wrong with it.
  public static func load<Element: TensorElement>(
    _ path: String, as type: Element.Type = Element.self
  ) throws(CheckpointError) -> LanguageModel<Element> {
    let own = (path as NSString).appendingPathComponent(ownDescription)
    if FileManager.default.fileExists(atPath: own) {
      let file = try SafetensorsFolder(path: path)
      let configuration = try description(own)
      try check(configuration, against: file)
      let model: LanguageModel<Element> = try build(configuration, ownDescription)
      for parameter in model.parameters.parameters + model.parameters.buffers {
        let stored = try file.file(of: parameter.name)
        let shape = try stored.entry(parameter.name).shape
        guard shape == parameter.tensor.shape else {
          throw CheckpointError(
            .badData, file: stored.name, part: "tensor \(parameter.name)",
            "found shape \(shape), expected \(parameter.tensor.shape)")
        }
        try stored.read(parameter.name, into: parameter.tensor.buffer)
      }
      try refuseInfinite(model, file.name)
      return model
    }
    let config = try HuggingFaceConfig(path: path)
    let file = try SafetensorsFolder(path: path)
    let mapping = TensorMapping(config)
    try mapping.check(file)
    let model: LanguageModel<Element> = try build(config.modelConfiguration(), "config.json")
    try mapping.load(from: file) { name in
      model.parameters[name].map {
        ParameterMemory(shape: $0.tensor.shape, values: $0.tensor.buffer)
      }
    }
    try refuseInfinite(model, file.name)
    return model
  }

  /// A description that asks for more numbers than the files hold is refused before memory is taken.
  private static func check(
    _ configuration: ModelConfiguration, against file: SafetensorsFolder
  ) throws(CheckpointError) {
    do throws(ConfigurationError) { try configuration.validate() } catch {
      throw CheckpointError(.badData, file: ownDescription, error.description)
    }
    let stored = file.names.reduce(0) { $0 + (file.entry($1)?.count ?? 0) }
    let wanted = ModelCosts(configuration).parameterCount
    guard wanted <= stored else {
      throw CheckpointError(
        .badData, file: ownDescription,
        "describes a model of \(wanted) parameters, but \(file.name) holds \(stored) numbers")
    }
  }

  /// Weights that are not finite make every loss and every text meaningless.
  private static func refuseInfinite<Element: TensorElement>(
    _ model: LanguageModel<Element>, _ file: String
  ) throws(CheckpointError) {
    for parameter in model.parameters.parameters {
      let count = parameter.tensor.buffer.count { !$0.isFinite }
      guard count == 0 else {
        throw CheckpointError(
          .badData, file: file, part: "parameter \(parameter.name)",
          "\(count) of its \(parameter.tensor.buffer.count) numbers are not finite: the run that "
            + "wrote it diverged, or the file is damaged")
      }
    }
  }

  /// Writes a model into a folder, made if it does not exist; each file appears whole or not at
  /// all.
  ///
  /// - Throws: ``CheckpointError`` if the folder cannot be written or the disk is full.
  public static func save<Element: TensorElement>(
    _ model: LanguageModel<Element>, to path: String
  ) throws(CheckpointError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CheckpointError(.inputOutput, file: path, "the folder cannot be made")
    }
    func file(_ name: String) -> String { (path as NSString).appendingPathComponent(name) }
    let type: SafetensorsType = Element.self == Double.self ? .float64 : .float32
    if model.parameters.buffers.isEmpty,
      let config = try? HuggingFaceConfig(model.configuration)
    {
      try TensorMapping(config).writer(storing: type) { name -> ParameterMemory<Element>? in
        model.parameters[name].map {
          ParameterMemory(shape: $0.tensor.shape, values: $0.tensor.buffer)
        }
      }.write(to: file(weights))
      try config.write(to: file("config.json"))
      try remove(file(ownDescription))
      return
    }
    var writer = SafetensorsWriter()
    for parameter in model.parameters.parameters + model.parameters.buffers {
      writer.add(parameter.name, shape: parameter.tensor.shape, as: type) { buffer in
        _ = buffer.initialize(fromContentsOf: parameter.tensor.buffer)
      }
    }
    try writer.write(to: file(weights))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let text = try? encoder.encode(model.configuration) else {
      throw CheckpointError(.inputOutput, file: ownDescription, "the model cannot be described")
    }
    do {
      try AtomicFile.write(text, to: file(ownDescription))
    } catch {
      throw CheckpointError(error)
    }
    try remove(file("config.json"))
  }

  /// A folder has one description: that of the weights in it.
  private static func remove(_ path: String) throws(CheckpointError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw CheckpointError(.inputOutput, file: path, "cannot be removed")
    }
  }

  private static func build<Element: TensorElement>(
    _ configuration: ModelConfiguration, _ file: String
  ) throws(CheckpointError) -> LanguageModel<Element> {
    do throws(ConfigurationError) {
      return try LanguageModel(configuration, seed: 0)
    } catch {
      throw CheckpointError(.badData, file: file, error.description)
    }
  }

  private static func description(_ path: String) throws(CheckpointError) -> ModelConfiguration {
    guard let data = RegularFile.contents(atPath: path) else {
      throw CheckpointError(.missingFile, file: path, "cannot be read")
    }
    try CheckpointError.refusePointer(data, file: ownDescription)
    do {
      return try JSONDecoder().decode(ModelConfiguration.self, from: data)
    } catch {
      throw CheckpointError(.badData, file: ownDescription, "expected the description of a model")
    }
  }
}
