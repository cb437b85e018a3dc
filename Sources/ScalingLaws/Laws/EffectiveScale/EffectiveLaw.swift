public import Cards
public import Optimization

/// A loss surface over model size and data, given by their logarithms.
///
/// Methods that act like a change of size (more precision, experts, streams) or of data
/// (repetition, mixture share) plug an ``EffectiveScale`` into such a surface.
public protocol ScaleSurface: Sendable {
  /// The formula with `N` and `D` standing for the effective quantities.
  var formula: String { get }
  /// The surface's own parameters.
  var parameters: [LawParameter] { get }
  /// Whether the surface reads `D` besides `N`.
  var readsTokens: Bool { get }
  /// The loss at the given logarithms; `logD` is zero where the surface does not read `D`.
  func loss<let K: Int>(_ p: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>) -> Dual<K>
}

/// What replaces N by an effective N and D by an effective D.
public protocol EffectiveScale: Sendable {
  /// The parameters that the replacement adds.
  var parameters: [LawParameter] { get }
  /// The columns that it reads besides those of the surface.
  var columns: [ColumnRequirement] { get }
  /// Whether a plan that does not say how many tokens are unique takes all as new ones.
  var takesTokensAsNew: Bool { get }
  /// The settings that choose a variant of the replacement.
  var settings: [CardOption] { get }
  /// The replacement with these settings.
  func configured(_ values: OptionValues) -> Self
  /// The logarithms of effective size and data. `logD` is zero where the surface does not read it;
  /// the columns of the replacement start at `first`.
  func effective<let K: Int>(
    _ p: Span<Dual<K>>, surface: Span<Dual<K>>, logN: Dual<K>, logD: Dual<K>, _ x: Observation,
    first: Int
  ) -> (logN: Dual<K>, logD: Dual<K>)
}

extension EffectiveScale {
  /// No claim about tokens unless the replacement makes one.
  public var takesTokensAsNew: Bool { false }
  /// No settings unless the replacement says otherwise.
  public var settings: [CardOption] { [] }
  /// The same: there are no settings.
  public func configured(_ values: OptionValues) -> Self { self }
}

/// A law made of a surface and of what replaces its size and data.
public struct EffectiveLaw<Surface: ScaleSurface, Scale: EffectiveScale>: Law {
  /// The loss surface.
  public var surface: Surface
  /// What replaces size and data.
  public var scale: Scale
  /// What the law is and where it comes from; its columns are those of surface and replacement.
  public var card: LawCard

  /// Creates a law from its parts; the card's `columns` are filled in here.
  public init(surface: Surface, scale: Scale, card: LawCard) {
    self.surface = surface
    self.scale = scale
    self.card = card
    self.card.columns =
      [.parameters] + (surface.readsTokens ? [.tokens] : []) + scale.columns
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// The parameters of the surface, then those of the replacement.
  public var parameters: [LawParameter] { surface.parameters + scale.parameters }

  /// The settings of the replacement.
  public var settings: [CardOption] { scale.settings }

  /// What the replacement says.
  public var takesTokensAsNew: Bool { scale.takesTokensAsNew }

  /// The law with these settings of the replacement.
  public func configured(_ values: OptionValues) -> EffectiveLaw {
    EffectiveLaw(surface: surface, scale: scale.configured(values), card: card)
  }

  /// The surface at the effective size and data.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let split = surface.parameters.count
    let own = p.extracting(0..<split)
    let effective = scale.effective(
      p.extracting(split..<p.count), surface: own, logN: Dual<K>(constant: x.log(0)),
      logD: Dual<K>(constant: surface.readsTokens ? x.log(1) : Lanes.zero), x,
      first: surface.readsTokens ? 2 : 1)
    return surface.loss(own, logN: effective.logN, logD: effective.logD)
  }
}
