public import Corpora
internal import Quantities
internal import Statistics
public import Training

/// Windows of which a share comes from a small subset, over and over, and the rest once [135].
///
/// Which places of the run are repetitions is drawn without replacement, so that there are exactly
/// as many as planned at the run's end; every pass over the subset has an order of its own. The other
/// places take windows in the baseline's order.
public final class RepeatedBatches: BatchSource {
  /// Where windows come from; each is named by an index.
  public enum Windows: Sendable {
    /// Drawn by index, without end.
    case language(any SyntheticLanguage)
    /// The windows of the first pass of a shuffled stream.
    case stream(TokenStream)
  }

  /// How far the source has come.
  public struct Position: Codable, Hashable, Sendable {
    /// The number of sequences so far.
    public var sequences: Int
    /// How many of them were of the subset.
    public var repeated: Int
  }

  /// The numbers of sequences of a run.
  public struct Plan: Hashable, Sendable {
    /// All of them, S.
    public let total: Int
    /// Those of the subset, with all repetitions: f·S.
    public let repeated: Int
    /// Different sequences in the subset: f·S / repeats.
    public let subset: Int
    /// Those that come once.
    public var unique: Int { total - repeated }

    /// The sizes for a share f of the run's sequences that come from the subset, each of its sequences
    /// so often.
    public init(share: Double, repeats: Double, recipe: TrainingRecipe) {
      total = recipe.steps * recipe.batchSize
      repeated = min(Int(saturating: (share * Double(total)).rounded()), total)
      subset = repeated == 0 ? 0 : max(Int(saturating: (Double(repeated) / repeats).rounded()), 1)
    }
  }

  /// The numbers of sequences.
  public let plan: Plan
  /// How far the source has come.
  public var position = Position(sequences: 0, repeated: 0)

  private let windows: Windows
  private let recipe: TrainingRecipe
  private let places: IndexPermutation
  /// The windows that there are; nil for any number.
  private let available: Int?

  /// A source at the beginning.
  ///
  /// - Throws: ``TreatmentError`` if a stream has too few windows for them to come once.
  public init(
    _ windows: Windows, plan: Plan, recipe: TrainingRecipe
  ) throws(TreatmentError) {
    precondition(plan.repeated > 0, "a plan without repetitions is the baseline")
    self.windows = windows
    self.plan = plan
    self.recipe = recipe
    var random = SplittableRandom(seed: recipe.seed).split(0x7265_7065)
    places = IndexPermutation(count: plan.total, seed: random.next())
    switch windows {
    case .language: available = nil
    case .stream(let stream):
      let count = max(stream.count - 1, 0) / recipe.sequenceLength
      guard plan.unique + plan.subset <= count else {
        throw TreatmentError(
          "repeated-data",
          "the run needs \(plan.unique + plan.subset) different sequences of "
            + "\(recipe.sequenceLength) tokens, but \(stream.name) has \(count)")
      }
      available = count
    }
  }

  /// Whether a position belongs to a source like this.
  ///
  /// - Throws: ``TreatmentError`` if it does not.
  public func check(_ position: Position) throws {
    guard position.repeated >= 0, position.repeated <= position.sequences else {
      throw TreatmentError(
        "repeated-data",
        "the saved position has \(position.repeated) repetitions among \(position.sequences)")
    }
  }

  /// The index of the next window; the subset's follow those that come once.
  private func takeWindow() -> Int {
    let isRepeated = places[position.sequences % plan.total] < plan.repeated
    defer {
      position.sequences += 1
      if isRepeated { position.repeated += 1 }
    }
    guard isRepeated else { return position.sequences - position.repeated }
    let pass = position.repeated / plan.subset
    var random = SplittableRandom(seed: recipe.seed).split(0x7061_7373).split(pass)
    let order = IndexPermutation(count: plan.subset, seed: random.next())
    return plan.unique + order[position.repeated % plan.subset]
  }

  /// Writes the next windows.
  public func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    precondition(length == recipe.sequenceLength, "windows have \(recipe.sequenceLength) tokens")
    for row in 0..<sequences {
      let range = row * length..<(row + 1) * length
      let inputs = UnsafeMutableBufferPointer(rebasing: tokens[range])
      let outputs = UnsafeMutableBufferPointer(rebasing: targets[range])
      let index = takeWindow()
      switch windows {
      case .language(let language):
        let window = language.window(index, of: recipe.seed, tokens: length + 1)
        _ = inputs.update(fromContentsOf: window.dropLast())
        _ = outputs.update(fromContentsOf: window.dropFirst())
      case .stream(let stream):
        // Beyond the planned run, windows that came once come again.
        let place = BatchPosition(epoch: 0, window: index % (available ?? 1))
        guard
          var sampler = try? BatchSampler(
            stream: stream, contextLength: length, batchSize: 1, seed: recipe.seed,
            position: place)
        else { preconditionFailure("a window that was counted is not there") }
        sampler.next(inputs: inputs, targets: outputs)
      }
    }
  }
}
