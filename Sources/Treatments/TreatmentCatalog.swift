public import Cards
internal import Quantities

/// All treatments that there are.
public enum TreatmentCatalog {
  /// One line for each treatment of the room, by the names of their cards; a test compares the two.
  public static let all: [any Treatment.Type] = [
    AttentionTemperatureScaling.self,
    Based.self,
    ChainOfExperts.self,
    DomainSampling.self,
    GatedAttention.self,
    LayerwiseGrowth.self,
    LightningAttention.self,
    MaximalUpdate.self,
    RoutedExperts.self,
    MixtureOfHeads.self,
    MixtureOfRecursions.self,
    NeighborhoodAttention.self,
    NullControl.self,
    ParallelScaling.self,
    PointwiseSiluAttention.self,
    QueryKeyNorm.self,
    Recursion.self,
    RepeatedData.self,
    SelectiveAttention.self,
    SharedAttentionMaps.self,
    ShortcutExperts.self,
    SigmaReparametrization.self,
    SinkFreeAttention.self,
    SlidingWindow.self,
    StackedGrowth.self,
    StridedShards.self,
    StructuredFeedForwards.self,
    TitansMemory.self,
    TransNormer.self,
    WiderModel.self,
    ZLoss.self,
    ZeroExperts.self,
  ]

  /// The cards, in the order of the catalogue.
  public static var cards: [TreatmentCard] { all.map { $0.card } }

  /// The treatment of a name; options that are not given have their defaults.
  ///
  /// - Throws: ``TreatmentError`` naming the nearest treatment or option where there is none.
  public static func choice(
    named name: String, _ options: [String: OptionValue] = [:]
  ) throws(TreatmentError) -> TreatmentChoice {
    guard let type = all.first(where: { $0.card.name == name }) else {
      let names = cards.map(\.name)
      let hint = NearestName.hint(for: name, among: names).map { "; \($0)" } ?? ""
      throw TreatmentError(name, "there is no such treatment\(hint)")
    }
    let values: OptionValues
    do throws(OptionError) {
      values = try OptionValues(options, for: type.card)
    } catch {
      throw TreatmentError(error)
    }
    return TreatmentChoice(treatment: try type.init(values), options: values)
  }
}
