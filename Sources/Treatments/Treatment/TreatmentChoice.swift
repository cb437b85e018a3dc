public import Cards

/// A treatment with the options that made it.
public struct TreatmentChoice: Sendable {
  /// The treatment.
  public let treatment: any Treatment
  /// A value for every option.
  public let options: OptionValues

  /// The treatment's card.
  public var card: TreatmentCard { type(of: treatment).card }
}
