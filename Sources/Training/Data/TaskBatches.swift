public import Corpora

/// Examples of a synthetic task, one a row; the loss counts on the answers alone.
public final class TaskBatches: BatchSource {
  private var stream: TaskStream

  /// A source at the first example.
  ///
  /// - Throws: ``TrainingError`` if an example may be longer than the recipe's sequences.
  public init(_ task: any SyntheticTask, recipe: TrainingRecipe) throws(TrainingError) {
    stream = try Self.stream(task, recipe, seed: recipe.seed)
  }

  /// The index of the next example.
  public var position: Int {
    get { stream.nextExample }
    set { stream.nextExample = newValue }
  }

  /// Writes the next examples, padded at the end with token 0 that predicts nothing. `targets` has
  /// room for the answers; −1 elsewhere.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    precondition(length == stream.contextLength, "rows have \(stream.contextLength) tokens")
    stream.next(inputs: tokens, targets: targets)
  }

  static func stream(
    _ task: any SyntheticTask, _ recipe: TrainingRecipe, seed: UInt64
  ) throws(TrainingError) -> TaskStream {
    guard task.longestExample <= recipe.sequenceLength + 1 else {
      throw TrainingError(
        .badSetting, "sequenceLength",
        "found \(recipe.sequenceLength), but examples have up to \(task.longestExample) tokens, of "
          + "which all but the last are inputs")
    }
    return TaskStream(task, seed: seed, contextLength: recipe.sequenceLength)
  }
}

/// Examples of a synthetic task, the same at every validation.
public struct TaskValidation: ValidationBatches {
  /// The number of micro-batches.
  public let count: Int
  private let stream: TaskStream
  /// The number of examples in all, and of a micro-batch.
  private let examples: Int
  private let sequences: Int

  /// Held-out examples, of another seed than the training batches'; as many as the recipe's batches
  /// hold, unless told.
  ///
  /// - Throws: ``TrainingError`` if an example may be longer than the recipe's sequences.
  public init(
    _ task: any SyntheticTask, recipe: TrainingRecipe, examples: Int? = nil
  ) throws(TrainingError) {
    sequences = recipe.microBatchSize
    self.examples = examples ?? recipe.validation.batches * sequences
    count = (self.examples + sequences - 1) / sequences
    stream = try TaskBatches.stream(task, recipe, seed: ~recipe.seed)
  }

  /// Writes one micro-batch; rows without an example, at the end of the last one, predict nothing.
  /// `targets` has room for the answers; −1 elsewhere.
  public func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>
  ) {
    var stream = stream
    stream.nextExample = batch * sequences
    stream.next(inputs: inputs, targets: targets)
    let rows = min(sequences, examples - batch * sequences)
    targets[(rows * stream.contextLength)...].update(repeating: -1)
  }
}
