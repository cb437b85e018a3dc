import LanguageModels
import Tensors

/// The decoders with about 0.14, 0.87 and 4.9 million parameters, as the peers have them.
enum DecoderSize: String, CaseIterable {
  case small = "2x64"
  case medium = "4x128"
  case large = "6x256"

  /// The number of different tokens.
  static let vocabulary = 512
  /// Tokens of a training sequence.
  static let length = 128
  /// Training sequences of a step.
  static let batch = 16

  private var shape: (layers: Int, width: Int, heads: Int) {
    switch self {
    case .small: (2, 64, 2)
    case .medium: (4, 128, 4)
    case .large: (6, 256, 4)
    }
  }

  /// GPT-2's shape without biases in its matrices, for sequences of at most `context` tokens.
  func configuration(context: Int = length) -> ModelConfiguration {
    var model = ModelConfiguration.gpt2(
      width: shape.width, layers: shape.layers, heads: shape.heads, vocabulary: Self.vocabulary,
      context: context)
    let layer = LayerConfiguration(
      tokenMixer: .attention(
        AttentionConfiguration(
          headCount: shape.heads, headWidth: shape.width / shape.heads, hasBias: false)),
      channelMixer: .feedForward(
        FeedForwardConfiguration(width: 4 * shape.width, activation: .geluTanh, hasBias: false)))
    model.layers = Array(repeating: layer, count: shape.layers)
    return model
  }
}

extension DecoderSize {
  /// The number of trained numbers of the model that is trained.
  func parameterCount() throws -> Double {
    Double(try LanguageModel<Float>(configuration(), seed: 1).parameters.count)
  }

  /// Bytes of the weights that every decoded token needs: all but the rows of positions.
  func decodedBytes() throws -> Int {
    let model = try LanguageModel<Float>(configuration(), seed: 1)
    return 4 * (model.parameters.count - (model.positions?.count ?? 0))
  }
}
