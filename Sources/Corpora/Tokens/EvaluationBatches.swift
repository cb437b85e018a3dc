public import LanguageModels

/// The same windows of a stream at every evaluation.
///
/// Windows overlap by one token, so that each target counts once. If fewer windows than there are
/// are asked for, they are spread evenly over the stream.
public struct EvaluationBatches: Sendable {
  /// Where the windows come from.
  public let stream: TokenStream
  /// T, the number of inputs in a window.
  public let contextLength: Int
  /// The number of windows in a batch.
  public let batchSize: Int
  /// The number of windows.
  public let windowCount: Int
  /// The number of batches; the last one may have fewer windows than the others.
  public let count: Int
  private let available: Int

  /// Chooses at least one window of T ≥ 1 inputs, not more than a maximum; nil takes all. Which are
  /// taken does not depend on the size of batches, at least 1. Throws ``TextCorpusError`` if the
  /// stream is too short for one window.
  public init(
    stream: TokenStream, contextLength: Int, batchSize: Int, maximumWindows: Int? = nil
  ) throws(TextCorpusError) {
    precondition(contextLength > 0 && batchSize > 0, "a batch has at least one window of one input")
    precondition(maximumWindows.map { $0 > 0 } ?? true, "at least one window is taken")
    guard stream.count > contextLength else {
      throw BatchSampler.tooShort(stream, contextLength: contextLength)
    }
    available = (stream.count - 1) / contextLength
    windowCount = min(available, maximumWindows ?? available)
    count = (windowCount + batchSize - 1) / batchSize
    self.stream = stream
    self.contextLength = contextLength
    self.batchSize = batchSize
  }

  /// The number of targets in all batches.
  public var targetCount: Int { windowCount * contextLength }

  /// The first tokens of the windows of one batch.
  public func starts(of batch: Int) -> [Int] {
    let first = batch * batchSize
    return (first..<min(first + batchSize, windowCount)).map(start)
  }

  /// Writes one batch, from 0, as `batchSize` rows of T inputs and, shifted by one token, as many
  /// targets; rows without a window, at the end of the last batch, predict nothing: their targets
  /// are −1.
  public func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(batch >= 0 && batch < count, "there are only as many batches as counted")
    precondition(
      inputs.count == batchSize * contextLength && targets.count == inputs.count,
      "the buffers must hold batchSize × contextLength tokens")
    let starts = starts(of: batch)
    inputs[(starts.count * contextLength)...].update(repeating: 0)
    targets[(starts.count * contextLength)...].update(repeating: -1)
    for (row, start) in starts.enumerated() {
      let range = (row * contextLength)..<((row + 1) * contextLength)
      stream.copy(from: start, into: UnsafeMutableBufferPointer(rebasing: inputs[range]))
      stream.copy(from: start + 1, into: UnsafeMutableBufferPointer(rebasing: targets[range]))
    }
  }

  /// The number of bytes of text that all targets stand for: what a total of nats is divided by
  /// for bits per byte.
  public func targetByteCount(tokenizer: any Tokenizer) -> Int {
    var bytes = 0
    for batch in 0..<count {
      for start in starts(of: batch) {
        for index in (start + 1)...(start + contextLength) {
          bytes += tokenizer.byteCount(of: stream[index])
        }
      }
    }
    return bytes
  }

  private func start(of window: Int) -> Int {
    window * available / windowCount * contextLength
  }
}
