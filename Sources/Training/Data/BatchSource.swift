/// Where training batches come from: endless, and resumable from a small position. What a source
/// writes depends on its settings and its position alone.
public protocol BatchSource<Position>: AnyObject {
  /// How far the source has come, as checkpoints keep it.
  associatedtype Position: Codable & Equatable

  /// How far the source has come; set it to resume.
  var position: Position { get set }

  /// Whether a position belongs to this source, with what is wrong if not.
  ///
  /// - Throws: an error that says why the position does not fit the data.
  func check(_ position: Position) throws

  /// Writes the next sequences. `tokens` has room for `sequences` rows of `length` tokens.
  /// `targets` takes the token to predict at each place, negative where none counts.
  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int)

  /// Whether targets count by weights of their own; it is asked once a step.
  var weighsTargets: Bool { get }

  /// Writes how much the targets of the next sequences count, before they are written themselves.
  ///
  /// The loss of a step is the sum of weighted losses over the number of targets: weights of one are
  /// the plain mean, and weights that are one on average keep it unbiased.
  ///
  /// `weights` has room for `sequences` rows of `length` weights.
  func writeWeights(
    _ weights: UnsafeMutableBufferPointer<Float>, sequences: Int, length: Int)
}

extension BatchSource {
  /// All targets count the same.
  public var weighsTargets: Bool { false }

  /// Ones.
  public func writeWeights(
    _ weights: UnsafeMutableBufferPointer<Float>, sequences: Int, length: Int
  ) {
    weights.update(repeating: 1)
  }

  /// Every position fits.
  public func check(_ position: Position) throws {}
}

/// The same held-out micro-batches at every validation.
public protocol ValidationBatches {
  /// The number of micro-batches.
  var count: Int { get }

  /// Writes one micro-batch. `inputs` has room for the recipe's `microBatchSize × sequenceLength`
  /// tokens. `targets` has as much room; negative targets do not count, such as those of rows
  /// beyond the last sequence.
  func write(
    batch: Int, inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>)

  /// How much each of a micro-batch's targets counts in the mean over all.
  func weight(of batch: Int) -> Double

  /// The part of the data that a micro-batch belongs to, if parts are told by themselves.
  func name(of batch: Int) -> String?
}

extension ValidationBatches {
  /// All targets count the same.
  public func weight(of batch: Int) -> Double { 1 }

  /// The data have no parts.
  public func name(of batch: Int) -> String? { nil }
}
