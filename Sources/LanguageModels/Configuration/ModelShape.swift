internal import Foundation

/// The architectures that go by a name and two sizes.
public enum ModelPreset: String, CaseIterable, Codable, Hashable, Sendable {
  /// ``ModelConfiguration/gpt2(width:layers:heads:vocabulary:context:)``.
  case gpt2
  /// ``ModelConfiguration/llama(width:layers:heads:keyValueHeads:vocabulary:context:)``.
  case llama
}

/// A preset for a vocabulary and context, of which depth and width are still to be chosen.
public struct ModelShape: Hashable, Sendable {
  /// The width of the residual stream a layer, where one of them follows from the other.
  public static let widthPerLayer = 32

  /// The architecture.
  public var preset: ModelPreset
  /// The number of different tokens.
  public var vocabulary: Int
  /// The longest sequence.
  public var context: Int

  /// A preset for a vocabulary and context.
  public init(preset: ModelPreset, vocabulary: Int, context: Int) {
    self.preset = preset
    self.vocabulary = vocabulary
    self.context = context
  }

  /// The model of a depth and width; `width` is a multiple of `heads`.
  public func configuration(layers: Int, width: Int, heads: Int) -> ModelConfiguration {
    switch preset {
    case .gpt2:
      .gpt2(width: width, layers: layers, heads: heads, vocabulary: vocabulary, context: context)
    case .llama:
      .llama(width: width, layers: layers, heads: heads, vocabulary: vocabulary, context: context)
    }
  }

  /// The number of heads of a width: heads of 32 in models narrower than 512, of 64 in others, or
  /// one where they do not fit.
  public static func heads(width: Int) -> Int {
    let head = width >= 512 ? 64 : 32
    return width % head == 0 ? max(width / head, 1) : 1
  }

  /// A model whose number of parameters is near a wanted one.
  ///
  /// Widths are multiples of 32, or of 8 below 64, and within a factor of two of 32 a layer. Being
  /// off that rule counts three tenths of being off the wanted number, both as ratios.
  ///
  /// Widths are multiples of `heads`. Returns the nearest model; nil if none could be built.
  ///
  /// - Throws: what `build` throws, if it always does.
  public static func nearest(
    to wanted: Int, multipleOf heads: Int = 1,
    _ build: (_ layers: Int, _ width: Int) throws -> ModelConfiguration
  ) throws -> ModelConfiguration? {
    var best: (score: Double, model: ModelConfiguration)?
    var failure: (any Error)?
    // A layer of width w has about 12 w² parameters: beyond the fine grid, a coarse one around the
    // depth that follows from the number wanted.
    let depth = cbrt(Double(wanted) / Double(12 * widthPerLayer * widthPerLayer))
    let isLarge = wanted > 6_000_000_000
    let middle = Int(min(max(depth, 1), 1024))
    let depths =
      isLarge
      ? Array(stride(from: max(middle / 2, 1), through: 2 * middle, by: max(middle / 16, 1)))
      : Array(1...64)
    for layers in depths {
      let widths =
        isLarge
        ? Array(
          stride(
            from: widthPerLayer * layers / 2 / 128 * 128 + 128,
            through: 2 * widthPerLayer * layers, by: max(widthPerLayer * layers / 16 / 128, 1) * 128
          ))
        : Array(stride(from: 8, to: 64, by: 8)) + Array(stride(from: 64, to: 4097, by: 32))
      for width in widths where width % heads == 0 {
        let ratio = abs(log(Double(width) / Double(widthPerLayer * layers)))
        guard ratio < 0.7 || layers == 1 else { continue }
        do {
          let model = try build(layers, width)
          let count = ModelCosts(model).parameterCount
          let miss = abs(log(Double(count) / Double(wanted)))
          let score = miss + 0.3 * ratio
          if best.map({ score < $0.score }) ?? true { best = (score, model) }
        } catch { failure = failure ?? error }
      }
    }
    if best == nil, let failure { throw failure }
    return best?.model
  }
}
