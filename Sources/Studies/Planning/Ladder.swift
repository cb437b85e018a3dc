internal import Foundation
public import LanguageModels

/// Turns the ladder of a study file into models.
public struct Ladder: Sendable {
  /// What all rungs share.
  public let section: StudyFile.ModelSection
  /// The number of different tokens.
  public let vocabulary: Int
  /// The length of sequences.
  public let context: Int

  /// The width of a head where the file gives none: narrow, so that small models have several.
  public static let usualHeadWidth = 16

  /// A ladder for a vocabulary and sequences of so many tokens.
  public init(_ section: StudyFile.ModelSection, vocabulary: Int, context: Int) {
    self.section = section
    self.vocabulary = vocabulary
    self.context = context
  }

  /// The baseline's model of a depth and width; throws ``StudyError`` for a width that heads do not
  /// divide, `ConfigurationError` where parts do not fit together.
  public func model(layers: Int, width: Int) throws -> ModelConfiguration {
    // One width of head for the whole ladder, so that sizes differ in nothing else.
    let headWidth = section.headWidth ?? Self.usualHeadWidth
    guard width % headWidth == 0 else {
      throw StudyError(
        .badStudy,
        "ladder: a width of \(width) is not a multiple of the width of a head, \(headWidth); "
          + "model.head-width sets another")
    }
    let heads = width / headWidth
    let shape = ModelShape(preset: section.preset, vocabulary: vocabulary, context: context)
    var model = shape.configuration(layers: layers, width: width, heads: heads)
    model.tiesEmbeddings = section.tiesEmbeddings
    if section.normalizesQueriesAndKeys {
      for index in model.layers.indices {
        guard case .attention(var attention) = model.layers[index].tokenMixer else { continue }
        attention.normalizesQueriesAndKeys = true
        model.layers[index].tokenMixer = .attention(attention)
      }
    }
    try model.validate()
    return model
  }

  /// The baseline's models of a list of sizes (depths and widths, or numbers of parameters),
  /// smallest first; throws an error naming a size that cannot be built.
  public func models(_ sizes: StudyFile.LadderSection.Sizes) throws -> [ModelConfiguration] {
    switch sizes {
    case .shapes(let shapes):
      return try shapes.map { try model(layers: $0.layers, width: $0.width) }
        .sorted { ModelCosts($0).parameterCount < ModelCosts($1).parameterCount }
    case .parameters(let numbers):
      return try numbers.map { try nearest(to: $0) }
    case .count:
      return []
    }
  }

  /// The model whose number of parameters, embeddings included, is nearest.
  public func nearest(to parameters: Int) throws -> ModelConfiguration {
    let multiple = section.headWidth ?? Self.usualHeadWidth
    let found = try ModelShape.nearest(to: parameters, multipleOf: multiple) { layers, width in
      try model(layers: layers, width: width)
    }
    guard let found else {
      throw StudyError(.badStudy, "no model has about \(parameters) parameters")
    }
    return found
  }

  /// The shapes that a ladder sized by time is made of, smallest first, from some tens of thousands
  /// of parameters up: depth and width grow together. Widths are multiples of the head's, with a
  /// layer for each 32 of width, rounded either way.
  public func candidates() -> [ModelConfiguration] {
    let unit = section.headWidth ?? Self.usualHeadWidth
    return stride(from: unit, through: 1024, by: unit).flatMap { width in
      Set([max(width / 32, 1), (width + 31) / 32]).sorted().compactMap { layers in
        try? model(layers: layers, width: width)
      }
    }
  }

  /// So many of the candidates, which ascend, up to one of them, evenly spaced in the logarithm of
  /// their parameters; nil if there are too few different ones.
  public static func spread(
    _ count: Int, upTo top: Int, of candidates: [ModelConfiguration]
  ) -> [ModelConfiguration]? {
    guard top < candidates.count, top + 1 >= count else { return nil }
    guard count > 1 else { return [candidates[top]] }
    let sizes = candidates.map { log(Double(ModelCosts($0).nonEmbeddingParameterCount)) }
    var chosen = [0]
    for step in 1..<count {
      let wanted = sizes[0] + (sizes[top] - sizes[0]) * Double(step) / Double(count - 1)
      let low = chosen[step - 1] + 1
      let high = top - (count - 1 - step)
      guard low <= high else { return nil }
      let nearest = (low...high).min { abs(sizes[$0] - wanted) < abs(sizes[$1] - wanted) }
      chosen.append(nearest ?? low)
    }
    return chosen.map { candidates[$0] }
  }
}
