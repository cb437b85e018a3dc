extension StudyReading {
  /// One run of a study.
  public struct Run: Hashable, Sendable {
    /// How a run stands.
    public enum State: String, Hashable, Sendable, CaseIterable {
      /// It has a loss.
      case finished
      /// A number was not finite.
      case diverged
      /// Something else ended it.
      case failed
      /// It has not ended.
      case waiting
    }

    /// The arm.
    public var arm: String
    /// The place of the size in the ladder, from 0, smallest first.
    public var rung: Int
    /// The size as people read it: `4x128`.
    public var size: String
    /// The seed.
    public var seed: UInt64
    /// The place of the length among those trained from one trunk, from 0, shortest first.
    public var branch: Int
    /// Whether it only served to choose a learning rate.
    public var isSweep = false
    /// How it stands.
    public var state: State
    /// What happened, for runs that did not finish.
    public var message: String?
    /// The loss on held-out data at the end, in nats per token.
    public var loss: Double?
    /// Training tokens.
    public var tokens: Double = 0
    /// Training arithmetic, in FLOPs.
    public var operations: Double = 0
    /// Parameters that a token passes through.
    public var activeParameters: Double = 0
    /// The peak learning rate.
    public var learningRate: Double = 0
    /// Tokens a second of training, as measured; nil where it was not.
    public var tokensPerSecond: Double?

    /// A run.
    ///
    /// - Parameters:
    ///   - arm: the arm.
    ///   - rung: the place of the size in the ladder.
    ///   - size: the size as people read it.
    ///   - seed: the seed.
    ///   - branch: the place of the length among those of a trunk.
    ///   - state: how it stands.
    ///   - loss: the loss at the end, in nats per token.
    public init(
      arm: String, rung: Int, size: String, seed: UInt64, branch: Int = 0, state: State,
      loss: Double? = nil
    ) {
      self.arm = arm
      self.rung = rung
      self.size = size
      self.seed = seed
      self.branch = branch
      self.state = state
      self.loss = loss.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// The training loss of one run along its tokens.
  public struct TrainingCurve: Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The place of the size in the ladder.
    public var rung: Int
    /// The seed.
    public var seed: UInt64
    /// Tokens seen, ascending.
    public var tokens: [Double]
    /// A loss for each, in nats per token.
    public var losses: [Double]

    /// The training loss of one run.
    ///
    /// - Parameters:
    ///   - arm: the arm.
    ///   - rung: the place of the size in the ladder.
    ///   - seed: the seed.
    ///   - tokens: tokens seen, ascending.
    ///   - losses: a loss for each, in nats per token.
    public init(arm: String, rung: Int, seed: UInt64, tokens: [Double], losses: [Double]) {
      self.arm = arm
      self.rung = rung
      self.seed = seed
      self.tokens = tokens
      self.losses = losses
    }
  }

  /// One arm at one rung.
  public struct Side: Hashable, Sendable {
    /// Finished runs.
    public var runs = 0
    /// Their mean loss, in nats per token; nil without any.
    public var loss: Double?
    /// The standard deviation of the loss between seeds.
    public var spread: Double?
    /// Runs that diverged.
    public var diverged = 0
    /// Runs that failed.
    public var failed = 0
    /// Training FLOPs of a run.
    public var operations: Double = 0
    /// Training FLOPs of a token.
    public var operationsPerToken: Double = 0
    /// Training tokens.
    public var tokens: Double = 0
    /// Parameters, all of them.
    public var parameters: Double = 0
    /// Parameters that one token passes through.
    public var activeParameters: Double = 0
    /// Bytes that decoding keeps of one sequence.
    public var stateBytes: Double = 0
    /// The learning rates of the runs, ascending, each once.
    public var learningRates: [Double] = []
    /// What runs measured of themselves, by name: `attention_entropy`, `sink_mass`.
    public var diagnostics: [String: Double] = [:]
    /// Other results by name: `bits_per_byte`, `accuracy`.
    public var metrics: [String: Double] = [:]

    /// An arm without runs.
    public init() {}
  }

  /// Baseline and treatment at one rung.
  public struct Rung: Hashable, Sendable {
    /// The place in the ladder, from 0, smallest first.
    public var rung: Int
    /// The place of the length among those of a trunk.
    public var branch: Int
    /// The size as people read it.
    public var size: String
    /// The baseline.
    public var baseline = Side()
    /// The treated arm.
    public var treatment = Side()
    /// Pairs of runs by seed.
    public var pairs = 0
    /// Treatment less baseline, in nats per token.
    public var difference = Estimate.unknown
    /// The same in per cent of the baseline's loss.
    public var differencePercent = Estimate.unknown
    /// The same in per cent, corrected to equal training FLOPs.
    public var percentAtEqualCompute = Estimate.unknown
    /// Where the interval comes from, in a few words.
    public var noise = ""
    /// What is suspect at this rung, in a few words each.
    public var flags: [String] = []

    /// A rung without runs.
    ///
    /// - Parameters:
    ///   - rung: the place in the ladder.
    ///   - branch: the place of the length among those of a trunk.
    ///   - size: the size as people read it.
    public init(rung: Int, branch: Int = 0, size: String) {
      self.rung = rung
      self.branch = branch
      self.size = size
    }
  }

  /// One sweep of learning rates.
  public struct Sweep: Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The size as people read it.
    public var size: String
    /// The rates that were tried, ascending.
    public var rates: [Double]
    /// The mean loss at each; nil where no run finished.
    public var losses: [Double?]
    /// The rate with the lowest loss.
    public var best: Double?
    /// Whether the best is the smallest or largest that was tried.
    public var isAtEdge: Bool

    /// A sweep.
    ///
    /// - Parameters:
    ///   - arm: the arm.
    ///   - size: the size as people read it.
    ///   - rates: the rates that were tried, ascending.
    ///   - losses: the mean loss at each.
    ///   - best: the rate with the lowest loss.
    ///   - isAtEdge: whether the best is the smallest or largest that was tried.
    public init(
      arm: String, size: String, rates: [Double], losses: [Double?], best: Double?, isAtEdge: Bool
    ) {
      self.arm = arm
      self.size = size
      self.rates = rates
      self.losses = losses
      self.best = best
      self.isAtEdge = isAtEdge
    }
  }
}
