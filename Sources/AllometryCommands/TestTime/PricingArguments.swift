internal import ArgumentParser
internal import SamplingLaws

struct PricingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model: a name such as qwen3-8b, or N=8.2e9,layers=36,heads=32,kv_heads=8,head_dim=128; MODEL: before it for one of several models.",
      valueName: "architecture"))
  var architecture: [String] = []

  @Option(help: ArgumentHelp("Tokens of the prompt, where the table has none."))
  var promptTokens: Double?

  @Option(
    help: ArgumentHelp(
      "FLOPs that a byte of memory traffic is worth; 0 counts arithmetic alone.",
      valueName: "FLOPs"))
  var intensity: Double = InferenceCost.defaultIntensity

  func apply(to settings: inout AnalysisSettings) throws {
    for text in architecture {
      let (model, named) = try Self.named(text)
      // Without a model it holds for every arm: the arms' own names are not known here.
      settings.architectures[model] = named
    }
    try OptionCheck.nonnegative(promptTokens, option: "--prompt-tokens")
    settings.promptTokens = promptTokens
    try OptionCheck.nonnegative(intensity, option: "--intensity")
    settings.intensity = intensity
  }

  func single() throws -> InferenceArchitecture {
    guard architecture.count == 1, let text = architecture.first else {
      throw CommandFailure(
        .usage,
        "--architecture: found \(architecture.count) models, expected one, such as qwen3-8b or N=8.2e9,layers=36,heads=32,kv_heads=8,head_dim=128"
      )
    }
    return try Self.named(text).architecture
  }

  /// `MODEL:architecture` or `architecture`.
  private static func named(
    _ text: String
  ) throws -> (model: String, architecture: InferenceArchitecture) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let model = parts.count == 2 ? parts[0] : AnalysisSettings.anyModel
    let body = parts.last ?? ""
    if let known = InferenceArchitecture.named(body) { return (model, known) }
    guard body.contains("=") else {
      throw OptionCheck.unknown(
        body, among: InferenceArchitecture.qwen3.map(\.name), option: "--architecture")
    }
    let numbers = try NameList.numbers(body, option: "--architecture")
    let known = ["N", "n_params", "params", "layers", "heads", "kv_heads", "head_dim"]
    for name in numbers.keys.sorted() where !known.contains(name) {
      throw OptionCheck.unknown(name, among: known, option: "--architecture")
    }
    guard
      let architecture = InferenceArchitecture(
        name: model == AnalysisSettings.anyModel ? "model" : model, constants: numbers)
    else {
      throw CommandFailure(
        .usage,
        "--architecture: found \"\(body)\", expected N, layers, heads, head_dim and, where they are fewer, kv_heads"
      )
    }
    return (model, architecture)
  }
}
