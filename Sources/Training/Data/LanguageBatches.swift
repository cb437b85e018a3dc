public import Corpora

/// Windows of a synthetic language as training batches; no window comes twice.
public final class LanguageBatches: BatchSource {
  private var stream: WindowStream
  private var window: [Int32]

  /// A source at the first window.
  public init(_ language: any SyntheticLanguage, recipe: TrainingRecipe) {
    stream = WindowStream(
      language, seed: recipe.seed, windowLength: recipe.sequenceLength + 1)
    window = Array(repeating: 0, count: recipe.sequenceLength + 1)
  }

  /// The index of the next window.
  public var position: Int {
    get { stream.nextWindow }
    set { stream.nextWindow = newValue }
  }

  /// Writes the next windows.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    precondition(length + 1 == window.count, "windows have \(window.count - 1) targets")
    for row in 0..<sequences {
      window.withUnsafeMutableBufferPointer { stream.write(into: $0) }
      for index in 0..<length {
        tokens[row * length + index] = window[index]
        targets[row * length + index] = window[index + 1]
      }
    }
  }
}

/// Windows of a synthetic language, the same at every validation.
public struct LanguageValidation: ValidationBatches {
  /// The number of micro-batches.
  public let count: Int
  private let language: any SyntheticLanguage
  private let seed: UInt64
  /// The number of windows in all, and of a micro-batch.
  private let windows: Int
  private let sequences: Int
  private let length: Int

  /// Held-out windows, of another seed than the training batches'; as many as the recipe's batches
  /// hold, unless told.
  public init(
    _ language: any SyntheticLanguage, recipe: TrainingRecipe, windows: Int? = nil
  ) {
    self.language = language
    seed = ~recipe.seed
    sequences = recipe.microBatchSize
    self.windows = windows ?? recipe.validation.batches * sequences
    count = (self.windows + sequences - 1) / sequences
    length = recipe.sequenceLength
  }

  /// Writes one micro-batch; rows without a window, at the end of the last one, predict nothing.
  /// `targets` has room for the token after each input, −1 where there is no window.
  public func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>
  ) {
    let rows = min(sequences, windows - batch * sequences)
    inputs[(rows * length)...].update(repeating: 0)
    targets[(rows * length)...].update(repeating: -1)
    for row in 0..<rows {
      let window = language.window(batch * sequences + row, of: seed, tokens: length + 1)
      for index in 0..<length {
        inputs[row * length + index] = window[index]
        targets[row * length + index] = window[index + 1]
      }
    }
  }
}
