internal import ArgumentParser
internal import Foundation
internal import LanguageModels

struct ModelArguments: ParsableArguments {
  @Option(help: "The architecture: llama or gpt2.")
  var preset: String?

  @Option(
    help: ArgumentHelp(
      "Choose depth and width for this many parameters, embeddings included.", valueName: "count"))
  var parameters: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The number of layers.", valueName: "count"))
  var layers: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The width of the residual stream; default 32 a layer.", valueName: "count"))
  var width: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Query heads, a divisor of the width.", valueName: "count"))
  var heads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Key and value heads, a divisor of --heads.", valueName: "count"))
  var kvHeads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The length of sequences; with --model and --from up to their own.", valueName: "tokens"))
  var context: Int?

  @Flag(help: "Give the head a matrix of its own instead of the embedding's.")
  var untiedHead = false

  @Flag(help: "Normalise queries and keys.")
  var qkNorm = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Attend to this many of the last tokens alone.", valueName: "tokens"))
  var window: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Experts in each feed-forward.", valueName: "count"))
  var experts: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Experts that a token goes to; default 2.", valueName: "count"))
  var expertsPerToken: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Maximal-update parametrisation: rates hold at this width and carry over.",
      valueName: "width"))
  var mupBaseWidth: Int?

  @Option(
    help: ArgumentHelp(
      "A config.json of transformers, or an allometry.json, instead of sizes.", valueName: "file"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Go on from the weights of a run or a checkpoint folder.", valueName: "folder"))
  var from: String?

  private var shapeOptions: [String] {
    [
      ("--preset", preset != nil), ("--parameters", parameters != nil), ("--layers", layers != nil),
      ("--width", width != nil), ("--heads", heads != nil), ("--kv-heads", kvHeads != nil),
      ("--untied-head", untiedHead), ("--qk-norm", qkNorm), ("--window", window != nil),
      ("--experts", experts != nil), ("--experts-per-token", expertsPerToken != nil),
      ("--mup-base-width", mupBaseWidth != nil), ("--model", model != nil),
    ].filter(\.1).map(\.0)
  }

  func check() throws {
    for (value, option, most) in [
      (layers, "--layers", 1024), (width, "--width", 65_536), (heads, "--heads", 4096),
      (kvHeads, "--kv-heads", 4096), (context, "--context", 1 << 20),
      (window, "--window", 1 << 20), (experts, "--experts", 4096),
      (expertsPerToken, "--experts-per-token", 4096),
      (mupBaseWidth, "--mup-base-width", 65_536),
    ] {
      try OptionCheck.atLeast(1, value, option: option)
      if let value, value > most {
        throw CommandFailure(.usage, "\(option): found \(value), expected at most \(most)")
      }
    }
    if let preset { _ = try OptionCheck.choice(preset, ModelPreset.self, option: "--preset") }
    let others = shapeOptions.filter { $0 != "--model" && $0 != "--from" }
    if from != nil, let first = shapeOptions.first {
      throw CommandFailure(.usage, "\(first): the model of --from has its shape already")
    }
    if model != nil, let first = others.first {
      throw CommandFailure(.usage, "\(first): the model of --model has its shape already")
    }
    if parameters != nil, layers != nil || width != nil {
      throw CommandFailure(.usage, "--parameters chooses --layers and --width; found both")
    }
    if expertsPerToken != nil, experts == nil {
      throw CommandFailure(.usage, "--experts-per-token goes with --experts")
    }
    if let model { try OptionCheck.exists(model) }
    if let from { try OptionCheck.exists(from) }
  }

  /// The model that is asked for, with `context` as the longest sequence where no option gives it.
  func configuration(vocabulary: Int, context: Int) throws -> ModelConfiguration {
    if let model { return try Self.read(model) }
    let shape = ModelShape(
      preset: try preset.map { try OptionCheck.choice($0, option: "--preset") }
        ?? TrainingDefaults.preset,
      vocabulary: vocabulary, context: self.context ?? context)
    func build(_ layers: Int, _ width: Int) throws -> ModelConfiguration {
      let heads = heads ?? ModelShape.heads(width: width)
      guard width % heads == 0 else {
        throw CommandFailure(
          .usage, "--heads: found \(heads), expected a divisor of the width \(width)")
      }
      var result = shape.configuration(layers: layers, width: width, heads: heads)
      // At these sizes a second matrix to the vocabulary would be a large part of the model.
      result.tiesEmbeddings = !untiedHead
      try adorn(&result, heads: heads)
      return result
    }
    if parameters == nil, layers != nil || width != nil {
      let rule = ModelShape.widthPerLayer
      let layers = layers ?? width.map { max($0 / rule, 1) } ?? 1
      return try build(layers, width ?? layers * rule)
    }
    let wanted = try OptionCheck.count(
      parameters ?? TrainingDefaults.parameters, option: "--parameters")
    guard let model = try ModelShape.nearest(to: wanted, multipleOf: heads ?? 1, build) else {
      throw CommandFailure(.usage, "--parameters: no model has \(wanted) parameters")
    }
    return model
  }

  /// Adds what presets do not have.
  private func adorn(_ model: inout ModelConfiguration, heads: Int) throws {
    if let kvHeads, heads % kvHeads != 0 {
      throw CommandFailure(
        .usage, "--kv-heads: found \(kvHeads), expected a divisor of the number of heads, \(heads)")
    }
    if let experts, (expertsPerToken ?? min(2, experts)) > experts {
      throw CommandFailure(
        .usage, "--experts-per-token: found \(expertsPerToken ?? 0), expected up to \(experts)")
    }
    for index in model.layers.indices {
      if case .attention(var attention) = model.layers[index].tokenMixer {
        attention.normalizesQueriesAndKeys = qkNorm
        if let kvHeads { attention.keyValueHeadCount = kvHeads }
        if let window { attention.pattern = .window(width: window, sinks: 0) }
        model.layers[index].tokenMixer = .attention(attention)
      }
      if let experts, case .feedForward(var expert) = model.layers[index].channelMixer {
        expert.hasBias = false
        model.layers[index].channelMixer = .experts(
          ExpertsConfiguration(
            count: experts, chosen: expertsPerToken ?? min(2, experts), expert: expert))
      }
    }
    if let mupBaseWidth {
      model.parametrization = .maximalUpdate(
        baseWidth: mupBaseWidth, baseHeadWidth: model.width / heads, scalesWeightDecay: false)
    }
  }

  private static func read(_ path: String) throws -> ModelConfiguration {
    let data = try readFile(path)
    if let own = try? JSONDecoder().decode(ModelConfiguration.self, from: data) {
      try own.validate()
      return own
    }
    let model = try HuggingFaceConfig(path: path).modelConfiguration()
    do throws(ConfigurationError) { try model.validate() } catch {
      throw CommandFailure(.badData, "\(path): \(error)")
    }
    return model
  }
}
