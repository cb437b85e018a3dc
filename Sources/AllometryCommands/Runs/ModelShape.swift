internal import Foundation
internal import LanguageModels

/// Depth and width of a preset.
struct ModelShape {
  var preset: ModelPreset
  var vocabulary: Int
  var context: Int

  /// The model of a depth and width.
  func configuration(layers: Int, width: Int, heads: Int) -> ModelConfiguration {
    switch preset {
    case .gpt2:
      .gpt2(width: width, layers: layers, heads: heads, vocabulary: vocabulary, context: context)
    case .llama:
      .llama(width: width, layers: layers, heads: heads, vocabulary: vocabulary, context: context)
    }
  }

  /// The number of heads of a width: heads of the usual width, or one where they do not fit.
  static func heads(width: Int) throws -> Int {
    let usual = TrainingDefaults.headWidth
    let head = width >= TrainingDefaults.wide ? usual.wide : usual.narrow
    return width % head == 0 ? max(width / head, 1) : 1
  }

  /// A model whose number of parameters is near a wanted one.
  ///
  /// Widths are multiples of 32, or of 8 below 64, and within a factor of two of 32 a layer. Being
  /// off that rule counts three tenths of being off the wanted number, both as ratios.
  static func nearest(
    to wanted: Int, multipleOf heads: Int,
    _ build: (_ layers: Int, _ width: Int) throws -> ModelConfiguration
  ) throws -> ModelConfiguration {
    var best: (score: Double, model: ModelConfiguration)?
    var failure: (any Error)?
    for layers in 1...64 {
      let widths = Array(stride(from: 8, to: 64, by: 8)) + Array(stride(from: 64, to: 4097, by: 32))
      for width in widths where width % heads == 0 {
        let ratio = abs(log(Double(width) / Double(TrainingDefaults.widthPerLayer * layers)))
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
    if let best { return best.model }
    throw failure ?? CommandFailure(.usage, "--parameters: no model has \(wanted) parameters")
  }
}
