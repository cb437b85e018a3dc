internal import Cards

/// Options of mixtures with zero-computation experts.
enum ZeroExpertOptions {
  /// The options that every such treatment has.
  static var all: [CardOption] {
    [
      .whole("experts", 8, in: 1...4_096, "feed-forward experts; the paper's model has 512"),
      .whole("zero-experts", 4, in: 0...4_096, "experts that return what they get; there 256"),
      .whole("chosen", 3, in: 1...256, "experts that a token goes to; there 12"),
      .number(
        "mean-experts", 2, in: 0.01...256,
        "feed-forward experts of a token on average, which biases are moved towards; there 8"),
      .number("weight-scale", 6, in: 0.01...100, "the factor of the chosen affinities"),
      .number(
        "bias-rate", 0.01, in: 0...10, "the step of the biases against one unit of load share"),
      .number(
        "rate-half-life", 1_000, in: 0...1e9,
        "steps after which the bias step is half as large, falling as one over the steps; 0 for a "
          + "constant one"),
    ]
  }

  /// Reads them.
  ///
  /// - Throws: ``TreatmentError`` for numbers of experts that do not go together.
  static func settings(
    _ options: OptionValues, of card: TreatmentCard
  ) throws(TreatmentError) -> ZeroExpertSettings {
    let settings = ZeroExpertSettings(
      experts: options.whole("experts"), zeroExperts: options.whole("zero-experts"),
      chosen: options.whole("chosen"), meanExperts: options.number("mean-experts"),
      weightScale: options.number("weight-scale"), biasRate: options.number("bias-rate"),
      rateHalfLife: options.number("rate-half-life"))
    guard settings.chosen <= settings.experts + settings.zeroExperts else {
      throw TreatmentError(
        card.name, option: "chosen",
        "found \(settings.chosen), expected no more than there are experts of both kinds, "
          + "\(settings.experts + settings.zeroExperts)")
    }
    let least = Double(max(settings.chosen - settings.zeroExperts, 0))
    let most = Double(min(settings.chosen, settings.experts))
    guard settings.meanExperts >= least, settings.meanExperts <= most else {
      throw TreatmentError(
        card.name, option: "mean-experts",
        "found \(settings.meanExperts), expected \(least) to \(most), as \(settings.chosen) of "
          + "\(settings.experts) and \(settings.zeroExperts) experts allow")
    }
    return settings
  }
}
