public import LanguageModels
public import Training
public import Treatments

/// What a study file says: which arms are trained on what, over which ladder, how, and what is
/// asked of the results.
public struct StudyFile: Sendable {
  /// The name of the study.
  public var name: String
  /// What the study asks, in the author's words.
  public var question: String?
  /// What all arms are trained on.
  public var corpus: DatasetDescription
  /// What all rungs share.
  public var model: ModelSection
  /// The sizes, lengths and seeds.
  public var ladder: LadderSection
  /// How runs are trained.
  public var recipe: RecipeSection
  /// What the treatments are compared with.
  public var baseline: Arm
  /// The treated arms; none only where ``sampling`` is asked for.
  public var arms: [Arm]
  /// How often trained models are sampled; nil where only their losses are compared.
  public var sampling: SamplingSection?
  /// The laws fitted to each arm; `auto` for those that fit the shape of the ladder.
  public var laws: [String]
  /// The scale of the question.
  public var target: Target?
  /// The time that the study may take, in seconds.
  public var budget: Double?
  /// The folder that relative paths are relative to: the file's own.
  public var folder: String

  /// What all rungs share.
  public struct ModelSection: Hashable, Sendable {
    /// The architecture.
    public var preset: ModelPreset
    /// The length of sequences; nil for what the data ask for, or 256.
    public var context: Int?
    /// The width of a head; nil for ``Ladder/usualHeadWidth``.
    public var headWidth: Int?
    /// Whether the embedding is also the matrix to logits.
    public var tiesEmbeddings: Bool
    /// Whether queries and keys are normalised.
    public var normalizesQueriesAndKeys: Bool
  }

  /// The sizes, lengths and seeds.
  public struct LadderSection: Hashable, Sendable {
    /// The sizes of the baseline.
    public var sizes: Sizes
    /// Training tokens for each parameter of the baseline, embeddings included, at the longest
    /// length; nil where tokens are given.
    public var tokensPerParameter: Double?
    /// Training tokens of every rung at the longest length; nil where they follow the size.
    public var tokens: Int?
    /// The lengths trained from one trunk, as shares of the longest, ascending; the last is one.
    public var lengths: [Double]
    /// The seeds, each of which names starting values and the order of data.
    public var seeds: [UInt64]
    /// What arms have in common at a rung.
    public var match: Match

    /// How sizes are given.
    public enum Sizes: Hashable, Sendable {
      /// Layers and widths.
      case shapes([Shape])
      /// Numbers of parameters, embeddings included; the nearest models are taken.
      case parameters([Int])
      /// So many sizes from the smallest to what the budget of time allows.
      case count(Int)
    }

    /// A depth and a width.
    public struct Shape: Hashable, Sendable {
      /// The number of layers.
      public var layers: Int
      /// The width of the residual stream.
      public var width: Int

      /// A shape.
      public init(layers: Int, width: Int) {
        self.layers = layers
        self.width = width
      }
    }

    /// What arms have in common at a rung.
    public enum Match: String, Hashable, Sendable, CaseIterable {
      /// The number of training tokens.
      case tokens
      /// The arithmetic of training: an arm that costs more a token sees fewer.
      case compute
    }
  }

  /// How runs are trained.
  public struct RecipeSection: Hashable, Sendable {
    /// Sequences of a step.
    public var batch: Int
    /// The optimiser.
    public var optimizer: OptimizerName
    /// Peak learning rates: one, or several to choose from for each arm.
    public var learningRates: [Double]
    /// Where rates are chosen, if there are several.
    public var sweep: Sweep
    /// How the rate changes.
    public var schedule: ScheduleName
    /// The share of the shortest length in which the rate rises.
    public var warmup: Double
    /// The share of a run in which the rate falls, for `wsd` and `cooldown`.
    public var decay: Double
    /// The decay of matrices.
    public var weightDecay: Double?
    /// The largest norm of the gradient; zero for any.
    public var clip: Double
    /// The weight of z-loss.
    public var zLoss: Double
    /// The number of held-out tokens that runs are judged by, at most.
    public var evaluationTokens: Int

    /// Where learning rates are chosen.
    public enum Sweep: Hashable, Sendable {
      /// For each arm at every rung.
      case everyRung
      /// For each arm at one rung, counted from zero, and used at all.
      case rung(Int)
    }
  }

  /// The scale of the question.
  public enum Target: Hashable, Sendable {
    /// Training arithmetic in FLOPs.
    case compute(Double)
    /// Parameters.
    case parameters(Double)
  }
}
