public import Cards

/// What a treatment is, for people and for the tests that every treatment passes.
public struct TreatmentCard: Card {
  /// The name in study files and on the command line: `gated-attention`.
  public var name: String
  /// The title in a few words.
  public var title: String
  /// What the method does, in a sentence or two.
  public var summary: String
  /// What its paper claims, in a sentence, so that a study can be held against it.
  public var claim: String
  /// Where it comes from, the paper itself first; empty for a control.
  public var citations: [Citation]
  /// What it changes.
  public var family: Family
  /// Rises when the method computes something else than before: stored runs of other versions do
  /// not count as the same.
  public var version: Int
  /// The options with their defaults, in the order in which they are listed.
  public var options: [CardOption]
  /// The setting at which the method is its baseline; nil with the reason in ``whyNoNull``.
  public var null: NullSetting?
  /// Why there is no null setting.
  public var whyNoNull: String?
  /// Whether earlier outputs may depend on later tokens while training.
  public var causality: Causality
  /// Whether a trained model decodes token by token with a cache.
  public var decodes: Bool
  /// Whether what a step does depends on the length of the run, so that runs of different lengths
  /// cannot share a trunk.
  public var dependsOnRunLength: Bool

  /// What a treatment changes.
  public enum Family: String, Sendable, CaseIterable {
    /// How information moves between tokens.
    case attention
    /// A recurrence in place of attention, or beside it.
    case recurrence
    /// Routed parts.
    case experts
    /// Which layers run, in which order, how often.
    case depth
    /// The form of weight matrices.
    case weights
    /// The learning rate, regularisation and stability.
    case optimization
    /// Which text is trained on.
    case data
  }

  /// Whether outputs see later tokens.
  public enum Causality: Sendable, Hashable {
    /// Never.
    case causal
    /// While training, for the reason given; the loss on held-out text and decoding use a rule of
    /// their own that does not.
    case trainingSeesFuture(String)
  }

  /// A card; what is left out has the usual value.
  public init(
    name: String, title: String, summary: String, claim: String, citations: [Citation],
    family: Family, version: Int = 1, options: [CardOption] = [], null: NullSetting? = nil,
    whyNoNull: String? = nil, causality: Causality = .causal, decodes: Bool = true,
    dependsOnRunLength: Bool = false
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.claim = claim
    self.citations = citations
    self.family = family
    self.version = version
    self.options = options
    self.null = null
    self.whyNoNull = whyNoNull
    self.causality = causality
    self.decodes = decodes
    self.dependsOnRunLength = dependsOnRunLength
  }

  /// The sources in full.
  public var citation: String {
    citations.isEmpty ? "A control, not a paper" : citations.text
  }
  /// The number of the paper in the list of sources; 0 for a control.
  public var reference: Int { citations.lazy.compactMap(\.id).compactMap { Int($0) }.first ?? 0 }
}

/// The setting at which a method computes what its baseline does.
public struct NullSetting: Sendable {
  /// Options by name; the others have their defaults.
  public var options: [String: OptionValue]
  /// What the method's own parameters must be set to, by the end of their names
  /// (`gate.weight`: 0), before the two are compared.
  public var parameters: [String: Double]
  /// The largest difference of a logit from the baseline's, in double precision; zero asks for the
  /// same bits.
  public var tolerance: Double

  /// A setting; what is left out has the default, and the same bits are asked for.
  public init(
    options: [String: OptionValue] = [:], parameters: [String: Double] = [:],
    tolerance: Double = 0
  ) {
    self.options = options
    self.parameters = parameters
    self.tolerance = tolerance
  }
}
