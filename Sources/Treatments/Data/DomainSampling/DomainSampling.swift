public import Cards
internal import Foundation
internal import LanguageModels
public import Training

/// Domains of very different sizes, balanced by how often they are sampled or by how much they count
/// [188].
///
/// With natural shares pᵢ and qᵢ ∝ pᵢ^(1/τ): temperature sampling draws domain i with probability
/// qᵢ; scalarization draws it with pᵢ and weights its loss by qᵢ/pᵢ, which has the same mean
/// gradient; Cooldown samples at a high τ first and in the natural mixture at the end.
public struct DomainSampling: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "domain-sampling", title: "Balanced domains",
    summary: """
      Small domains are sampled more often than they occur, or their loss is weighted, or they are \
      sampled more often at first and as they occur at the end.
      """,
    claim: """
      Sampling at a temperature learns small domains faster than weighting them, whose gradients \
      vary more; lowering the temperature during training keeps the speed without overfitting \
      them.
      """,
    citations: [
      Citation(
        "Li et al.",
        "Upsample or Upweight? Balanced Training on Heavily Imbalanced Datasets", 2024, id: "188")
    ], family: .data, version: 2,
    options: [
      .choice(
        "rule", "cooldown", of: ["temperature", "scalarization", "cooldown"],
        "whether domains are sampled at a temperature, weighted, or sampled at a falling one"),
      .number(
        "temperature", 5, in: 1...1_000_000,
        "τ: 1 for the natural mixture; the larger, the nearer to equal shares"),
      .number(
        "switch", 0.5, in: 0...1, "the share of the run after which Cooldown's temperature is 1"),
      .flag(
        "linear", false,
        "whether Cooldown's temperature falls in a straight line up to the switch, not at once"),
    ],
    null: NullSetting(options: ["rule": "temperature", "temperature": 1]),
    dependsOnRunLength: true)

  private let rule: String
  private let temperature: Double
  private let end: Double
  private let isLinear: Bool

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    rule = options.word("rule")
    temperature = options.number("temperature")
    end = options.number("switch")
    isLinear = options.flag("linear")
  }

  /// Only Cooldown follows the length of the run.
  public var dependsOnRunLength: Bool { rule == "cooldown" }

  /// The domains in the mixture of the rule.
  ///
  /// - Throws: ``TreatmentError`` for data without domains.
  public func source(of data: Dataset, recipe: TrainingRecipe) throws -> (any BatchSource)? {
    guard case .domains(let domains) = data.content else {
      throw TreatmentError(
        Self.card.name, "the data have no domains; name several under domains in the study")
    }
    let natural = domains.map(\.share)
    switch rule {
    case "scalarization":
      let sampled = Self.shares(natural, temperature: temperature)
      let sum = natural.reduce(0, +)
      return ScalarizedDomains(
        try DomainBatches(domains, recipe: recipe),
        weights: zip(sampled, natural).map { $0.1 > 0 ? $0.0 / ($0.1 / sum) : 0 })
    case "temperature":
      let sampled = Self.shares(natural, temperature: temperature)
      // The natural mixture to the bit, not to rounding.
      return try DomainBatches(domains, recipe: recipe) { [temperature] _ in
        temperature == 1 ? natural : sampled
      }
    default:
      return try DomainBatches(domains, recipe: recipe) { [self] fraction in
        let temperature = cooled(at: fraction)
        return temperature == 1 ? natural : Self.shares(natural, temperature: temperature)
      }
    }
  }

  /// qᵢ = pᵢ^(1/τ) / Σⱼ pⱼ^(1/τ), of p or numbers in proportion to it and a temperature τ of at least
  /// 1.
  public static func shares(_ natural: [Double], temperature: Double) -> [Double] {
    let powers = natural.map { $0 > 0 ? pow($0, 1 / temperature) : 0 }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// Cooldown's temperature when a fraction of the run, from 0 to 1, is over.
  public func cooled(at fraction: Double) -> Double {
    guard fraction < end else { return 1 }
    return isLinear ? temperature + (1 - temperature) * fraction / end : temperature
  }
}
