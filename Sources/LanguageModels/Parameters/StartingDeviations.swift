/// The standard deviations with which a model's matrices start.
///
/// GPT-2's: 0.02 everywhere, and less by √(2·layers) for the two matrices of a layer whose results
/// are added to the residual stream, so that the stream's variance does not grow with depth. Under
/// maximal update hidden matrices shrink with √m as well.
public struct StartingDeviations: Hashable, Sendable {
  /// Embeddings and positions.
  public let embedding: Double
  /// Matrices inside the model.
  public let hidden: Double
  /// Matrices whose results are added to the stream.
  public let residual: Double
  /// The matrix to logits, where it is not the embedding.
  public let readout: Double

  /// The deviations of a model.
  public init(_ model: ModelConfiguration) {
    let base = 0.02
    let additions = 2 * model.depth.order(of: model.layers.count).count
    let root = model.parametrization.multiplier(width: model.width).squareRoot()
    embedding = base
    hidden = base / root
    residual = base / root / Double(max(additions, 1)).squareRoot()
    readout = base
  }
}
