public import Corpora
internal import Statistics

/// Windows of several domains, each sequence from a domain drawn by its share.
///
/// A sequence's domain depends on the seed and on how many sequences came before, and its window on
/// how many of them were of its domain, so that the source resumes from those numbers. A small
/// domain that is drawn often begins anew, in another order, while a large one is still in its first
/// pass.
public final class DomainBatches: BatchSource {
  /// How far the source has come.
  public struct Position: Codable, Hashable, Sendable {
    /// The number of sequences so far.
    public var sequences: Int
    /// How far each domain has come.
    public var domains: [BatchPosition]
  }

  /// The domains in their order.
  public let domains: [Dataset.Domain]

  private let shares: @Sendable (Double) -> [Double]
  private let recipe: TrainingRecipe
  private let total: Double
  private var samplers: [BatchSampler]
  private var sequences = 0

  /// A source at the beginning, in the natural mixture.
  ///
  /// - Throws: `TextCorpusError` if a domain is too short for one window.
  public convenience init(_ domains: [Dataset.Domain], recipe: TrainingRecipe) throws {
    let natural = domains.map(\.share)
    try self.init(domains, recipe: recipe) { _ in natural }
  }

  /// A source at the beginning, in a mixture of its own. `shares` gives the weight of each domain
  /// when a fraction of the run's sequences, from 0 to 1, was drawn; they need not sum to one.
  ///
  /// - Throws: `TextCorpusError` if a domain is too short for one window.
  public init(
    _ domains: [Dataset.Domain], recipe: TrainingRecipe,
    shares: @escaping @Sendable (_ fraction: Double) -> [Double]
  ) throws {
    self.domains = domains
    self.recipe = recipe
    self.shares = shares
    total = Double(recipe.steps) * Double(recipe.batchSize)
    samplers = try domains.indices.map { try Self.sampler($0, domains, recipe, BatchPosition()) }
  }

  private static func sampler(
    _ index: Int, _ domains: [Dataset.Domain], _ recipe: TrainingRecipe, _ position: BatchPosition
  ) throws -> BatchSampler {
    // Equal texts in equal orders would come in pairs.
    let seed = recipe.seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    return try BatchSampler(
      stream: domains[index].training, contextLength: recipe.sequenceLength, batchSize: 1,
      seed: seed, position: position)
  }

  /// The domain of a sequence. Places in the run count from 0. Returns the place of the domain in
  /// ``domains``.
  public func domain(of sequence: Int) -> Int {
    let weights = shares(min(Double(sequence) / max(total, 1), 1))
    precondition(weights.count == domains.count, "a weight for each domain")
    var random = SplittableRandom(seed: recipe.seed).split(sequence)
    var place = random.nextUniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      place -= weight
      if place < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  /// The number of passes over each domain so far.
  public var epochs: [Double] { samplers.map(\.epochs) }

  /// How far the source has come.
  public var position: Position {
    get { Position(sequences: sequences, domains: samplers.map(\.position)) }
    set {
      // A position that does not fit was refused by `check(_:)`.
      guard let moved = try? moved(to: newValue) else { return }
      samplers = moved
      sequences = newValue.sequences
    }
  }

  /// Whether a position belongs to these domains.
  ///
  /// - Throws: an error that says why not.
  public func check(_ position: Position) throws { _ = try moved(to: position) }

  private func moved(to position: Position) throws -> [BatchSampler] {
    guard position.sequences >= 0, position.domains.count == domains.count else {
      throw TrainingError(
        .badData, "state.json",
        "the position is of \(position.domains.count) domains, expected \(domains.count)")
    }
    return try domains.indices.map {
      try Self.sampler($0, domains, recipe, position.domains[$0])
    }
  }

  /// Writes the next windows.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    precondition(length == recipe.sequenceLength, "windows have \(recipe.sequenceLength) tokens")
    for row in 0..<sequences {
      let range = row * length..<(row + 1) * length
      samplers[domain(of: self.sequences)].next(
        inputs: UnsafeMutableBufferPointer(rebasing: tokens[range]),
        targets: UnsafeMutableBufferPointer(rebasing: targets[range]))
      self.sequences += 1
    }
  }
}
