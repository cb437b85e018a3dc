public import Training

/// Domains in their natural mixture, each sequence weighted by what its domain should have been
/// sampled for [188].
public final class ScalarizedDomains: BatchSource {
  /// The weight of a sequence by its domain.
  public let weights: [Double]

  private let domains: DomainBatches

  /// A source at the beginning.
  public init(_ domains: DomainBatches, weights: [Double]) {
    precondition(weights.count == domains.domains.count, "a weight for each domain")
    self.domains = domains
    self.weights = weights
  }

  /// How far the domains have come.
  public var position: DomainBatches.Position {
    get { domains.position }
    set { domains.position = newValue }
  }

  /// Whether a position belongs to these domains.
  ///
  /// - Throws: an error that says why not.
  public func check(_ position: DomainBatches.Position) throws { try domains.check(position) }

  /// Writes the next windows.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    domains.fill(tokens: tokens, targets: targets, sequences: sequences, length: length)
  }

  /// Sequences count by their domain.
  public var weighsTargets: Bool { true }

  /// Writes the weights of the next sequences, all targets of one alike.
  public func writeWeights(
    _ weights: UnsafeMutableBufferPointer<Float>, sequences: Int, length: Int
  ) {
    let first = domains.position.sequences
    for row in 0..<sequences {
      let weight = Float(self.weights[domains.domain(of: first + row)])
      UnsafeMutableBufferPointer(rebasing: weights[row * length..<(row + 1) * length])
        .update(repeating: weight)
    }
  }
}
