public import Cards
public import LanguageModels
internal import Quantities
public import Tensors

/// Attention as a mixture of heads: some always on, the rest chosen for each token [23].
public struct MixtureOfHeads: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "mixture-of-heads", title: "Mixture of heads",
    summary: """
      Heads are weighted for each token: shared heads by a softmax over them, the others by a router \
      that keeps the best few, and a third softmax weighs the two groups.
      """,
    claim: "Half to nine tenths of the heads give the quality of all of them, or more.",
    citations: [
      Citation(
        "Jin et al.",
        "MoH: Multi-Head Attention as Mixture-of-Head Attention", 2024, id: "23")
    ], family: .experts,
    options: [
      .number(
        "shared", 0.5, in: 0...1, "the share of heads that are always on, rounded to whole heads"),
      .number(
        "active", 0.75, in: 0.01...1,
        "the share of heads that a token uses, shared ones included, rounded to whole heads"),
      .number("balance", 0.01, in: 0...10, "the coefficient of the loss that keeps loads even"),
    ],
    null: NullSetting(
      options: ["active": 1, "balance": 0],
      parameters: ["router.weight": 0, "shared.weight": 0, "groups.weight": 0], tolerance: 1e-12))

  private let shared: Double
  private let active: Double
  private let balance: Double

  /// The treatment.
  ///
  /// - Throws: ``TreatmentError`` for more shared heads than active ones.
  public init(_ options: OptionValues) throws(TreatmentError) {
    shared = options.number("shared")
    active = options.number("active")
    balance = options.number("balance")
    guard shared <= active else {
      throw TreatmentError(
        Self.card.name, option: "active",
        "found \(active), less than the share \(shared) of heads that are always on")
    }
  }

  /// Shared heads, routed heads, and how many of the latter a token gets.
  private func counts(
    _ attention: AttentionConfiguration
  ) throws(TreatmentError) -> HeadRouterCounts {
    let heads = Double(attention.headCount)
    let always = Int(saturating: (shared * heads).rounded())
    let counts = HeadRouterCounts(
      shared: always, routed: attention.headCount - always,
      chosen: Int(saturating: (active * heads).rounded()) - always)
    guard counts.routed > 0, counts.chosen > 0 else {
      throw TreatmentError(
        Self.card.name, option: "active",
        "of \(attention.headCount) heads \(counts.shared) are shared and \(counts.chosen) of "
          + "\(counts.routed) chosen; expected at least one to choose")
    }
    return counts
  }

  /// Gives every attention layer its routers.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, with too few heads, or whose heads
  ///   another treatment combines.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    for (name, attention) in try model.attentionLayers(for: Self.card) {
      guard attention.combiner == nil else {
        throw TreatmentError(
          Self.card.name, "another treatment already combines the heads")
      }
      attention.combiner = HeadRouter(
        name, counts: try counts(attention.configuration), balance: balance,
        model: model.configuration, in: model.parameters)
    }
  }

  /// Three small matrices a layer; every head is computed, so nothing is saved here.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (_, attention, runs) in model.attentionRuns {
      guard let counts = try? counts(attention) else { continue }
      let outputs = counts.routed + (counts.shared > 0 ? counts.shared + 2 : 0)
      costs.add(parameters: model.width * outputs)
      costs.add(operationsPerToken: 2 * Double(runs * model.width * outputs))
    }
  }
}
