/// Where training batches come from: endless, and resumable from a small position.
///
/// What a source writes depends on its settings and its position alone.
public protocol BatchSource<Position>: AnyObject {
  /// How far the source has come, as checkpoints keep it.
  associatedtype Position: Codable & Equatable

  /// How far the source has come; set it to resume.
  var position: Position { get set }

  /// Whether a position belongs to this source, with what is wrong if not.
  ///
  /// - Parameter position: from a checkpoint.
  /// - Throws: an error that says why the position does not fit the data.
  func check(_ position: Position) throws

  /// Writes the next sequences.
  ///
  /// - Parameters:
  ///   - tokens: room for `sequences` rows of `length` tokens.
  ///   - targets: as much room; the token to predict at each place, negative where none counts.
  ///   - sequences: the number of rows.
  ///   - length: the number of tokens of a row.
  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int)
}

extension BatchSource {
  /// Every position fits.
  ///
  /// - Parameter position: from a checkpoint.
  public func check(_ position: Position) throws {}
}

/// The same held-out micro-batches at every validation.
public protocol ValidationBatches {
  /// The number of micro-batches.
  var count: Int { get }

  /// Writes one micro-batch.
  ///
  /// - Parameters:
  ///   - batch: which, from 0.
  ///   - inputs: room for the recipe's `microBatchSize × sequenceLength` tokens.
  ///   - targets: as much room; negative targets do not count.
  func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>)
}
