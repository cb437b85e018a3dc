public import Corpora

/// Shuffled windows of a token stream as training batches.
public final class TextBatches: BatchSource {
  private var sampler: BatchSampler

  /// A source at the beginning of the first pass.
  ///
  /// - Throws: `TextCorpusError` if the stream is too short for one window.
  public init(_ stream: TokenStream, recipe: TrainingRecipe) throws {
    sampler = try BatchSampler(
      stream: stream, contextLength: recipe.sequenceLength, batchSize: recipe.batchSize,
      seed: recipe.seed)
  }

  /// The number of passes over the stream so far.
  public var epochs: Double { sampler.epochs }

  /// How far the sampler has come.
  public var position: BatchPosition {
    get { sampler.position }
    set {
      // A position that does not fit was refused by `check(_:)`.
      if let moved = try? moved(to: newValue) { sampler = moved }
    }
  }

  /// Whether a position lies inside the stream.
  public func check(_ position: BatchPosition) throws { _ = try moved(to: position) }

  /// Writes the next windows.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    precondition(
      sequences == sampler.batchSize && length == sampler.contextLength,
      "\(sequences) × \(length) tokens from a sampler of "
        + "\(sampler.batchSize) × \(sampler.contextLength)")
    sampler.next(inputs: tokens, targets: targets)
  }

  private func moved(to position: BatchPosition) throws -> BatchSampler {
    try BatchSampler(
      stream: sampler.stream, contextLength: sampler.contextLength, batchSize: sampler.batchSize,
      seed: sampler.seed, position: position)
  }
}

extension EvaluationBatches: ValidationBatches {}
