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
  /// The number of batches; all are full.
  public let count: Int
  private let available: Int

  /// Chooses the windows.
  ///
  /// - Parameters:
  ///   - stream: where they come from.
  ///   - contextLength: T, at least 1.
  ///   - batchSize: windows in a batch, at least 1.
  ///   - maximumWindows: the number of windows not to exceed; nil takes all. It is rounded down to
  ///     whole batches.
  /// - Throws: ``TextCorpusError`` if there is not one full batch.
  public init(
    stream: TokenStream, contextLength: Int, batchSize: Int, maximumWindows: Int? = nil
  ) throws(TextCorpusError) {
    precondition(contextLength > 0 && batchSize > 0, "a batch has at least one window of one input")
    guard stream.count > contextLength else {
      throw BatchSampler.tooShort(stream, contextLength: contextLength)
    }
    available = (stream.count - 1) / contextLength
    count = min(available, maximumWindows ?? available) / batchSize
    guard count > 0 else {
      throw TextCorpusError(
        source: stream.name,
        problem: "\(min(available, maximumWindows ?? available)) windows of \(contextLength) "
          + "inputs do not fill one batch of \(batchSize); give more text or a smaller batch")
    }
    self.stream = stream
    self.contextLength = contextLength
    self.batchSize = batchSize
  }

  /// The number of targets in all batches.
  public var targetCount: Int { count * batchSize * contextLength }

  /// The first tokens of the windows of one batch.
  public func starts(of batch: Int) -> [Int] {
    (0..<batchSize).map { start(of: batch * batchSize + $0) }
  }

  /// Writes one batch as rows of T inputs and, shifted by one token, T targets.
  ///
  /// - Parameters:
  ///   - batch: which, from 0.
  ///   - inputs: room for `batchSize × contextLength` tokens, row after row.
  ///   - targets: as much room; target t of a row is the token after input t.
  public func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(batch >= 0 && batch < count, "there are only as many batches as counted")
    precondition(
      inputs.count == batchSize * contextLength && targets.count == inputs.count,
      "the buffers must hold batchSize × contextLength tokens")
    for row in 0..<batchSize {
      let start = start(of: batch * batchSize + row)
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
    window * available / (count * batchSize) * contextLength
  }
}
