/// How far a sampler has come; with the sampler's seed and shape it determines every later batch.
public struct BatchPosition: Sendable, Hashable, Codable {
  /// The number of whole passes over the stream so far.
  public var epoch: Int
  /// The number of windows taken in this pass.
  public var window: Int

  /// A position.
  public init(epoch: Int = 0, window: Int = 0) {
    self.epoch = epoch
    self.window = window
  }
}

/// Shuffled windows of a stream as training batches.
///
/// A pass cuts the stream into windows of T + 1 tokens that overlap by one, so that every token is
/// a target once, and takes them in an order shuffled anew for each pass. The first pass cuts from
/// the first token, later ones from a random token among the first T, so that tokens meet other
/// contexts. At most T tokens before and T after the cut are left out of a pass.
///
/// The batches depend on the seed, the shape and the position alone. To resume, save ``position``
/// and give it back.
public struct BatchSampler: Sendable {
  /// Where the windows come from.
  public let stream: TokenStream
  /// T, the number of inputs in a window.
  public let contextLength: Int
  /// The number of windows in a batch.
  public let batchSize: Int
  /// Names the order.
  public let seed: UInt64
  /// How far the sampler has come.
  public private(set) var position: BatchPosition
  private var pass: Pass

  private struct Pass {
    var offset: Int
    var order: IndexPermutation
  }

  /// Makes a sampler at a position; throws ``TextCorpusError`` if the stream is too short for one
  /// window or the position belongs to another stream or shape.
  public init(
    stream: TokenStream, contextLength: Int, batchSize: Int, seed: UInt64,
    position: BatchPosition = BatchPosition()
  ) throws(TextCorpusError) {
    precondition(contextLength > 0 && batchSize > 0, "a batch has at least one window of one input")
    guard stream.count > contextLength else {
      throw Self.tooShort(stream, contextLength: contextLength)
    }
    self.stream = stream
    self.contextLength = contextLength
    self.batchSize = batchSize
    self.seed = seed
    self.position = position
    pass = Self.pass(max(position.epoch, 0), of: stream.count, contextLength, seed)
    guard position.epoch >= 0, (0..<pass.order.count).contains(position.window) else {
      throw TextCorpusError(
        source: stream.name,
        problem: "the saved position (epoch \(position.epoch), window \(position.window)) does "
          + "not fit \(pass.order.count) windows an epoch; the text or the context has changed")
    }
  }

  /// The number of windows in the present pass.
  public var windowsInEpoch: Int { pass.order.count }

  /// The number of windows taken since the start as passes over the stream, such as 2.25.
  public var epochs: Double {
    Double(position.epoch) + Double(position.window) / Double(pass.order.count)
  }

  /// Writes the next batch as `batchSize` rows of T inputs and, shifted by one token, as many
  /// targets.
  public mutating func next(
    inputs: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(
      inputs.count == batchSize * contextLength && targets.count == inputs.count,
      "the buffers must hold batchSize × contextLength tokens")
    for row in 0..<batchSize {
      let start = takeWindow()
      let range = (row * contextLength)..<((row + 1) * contextLength)
      stream.copy(from: start, into: UnsafeMutableBufferPointer(rebasing: inputs[range]))
      stream.copy(from: start + 1, into: UnsafeMutableBufferPointer(rebasing: targets[range]))
    }
  }

  /// The first tokens of the windows of the next batch.
  public mutating func nextStarts() -> [Int] { (0..<batchSize).map { _ in takeWindow() } }

  private mutating func takeWindow() -> Int {
    let start = pass.offset + pass.order[position.window] * contextLength
    position.window += 1
    if position.window == pass.order.count {
      position = BatchPosition(epoch: position.epoch + 1)
      pass = Self.pass(position.epoch, of: stream.count, contextLength, seed)
    }
    return start
  }

  private static func pass(
    _ epoch: Int, of count: Int, _ contextLength: Int, _ seed: UInt64
  ) -> Pass {
    let word = IndexPermutation.mix(seed ^ IndexPermutation.mix(UInt64(epoch)))
    // There must be room for one window after the offset.
    let choices = UInt64(min(contextLength, count - contextLength))
    let offset = epoch == 0 ? 0 : Int(word % choices)
    let windows = (count - 1 - offset) / contextLength
    return Pass(
      offset: offset, order: IndexPermutation(count: windows, seed: IndexPermutation.mix(word)))
  }

  static func tooShort(_ stream: TokenStream, contextLength: Int) -> TextCorpusError {
    TextCorpusError(
      source: stream.name,
      problem: "\(stream.count) tokens are too few for one window of \(contextLength) inputs and "
        + "their targets; give more text or a shorter context")
  }
}
