/// A training budget as FLOPs and as time on accelerators.
public struct ComputeBudget: Sendable, Hashable, Codable {
  /// The share of the peak that training reaches where nothing else is said.
  public static let defaultUtilisation = 0.4

  /// Training FLOPs.
  public var flops: Double
  /// The accelerator, where time is counted.
  public var accelerator: Accelerator?
  /// The share of the accelerator's peak that training reaches.
  public var utilisation: Double

  /// A budget in FLOPs.
  public init(
    flops: Double, accelerator: Accelerator? = nil,
    utilisation: Double = Self.defaultUtilisation
  ) {
    self.flops = flops
    self.accelerator = accelerator
    self.utilisation = utilisation
  }

  /// A budget in hours of one accelerator: hours · 3600 · peak · utilisation.
  public init(
    hours: Double, on accelerator: Accelerator, utilisation: Double = Self.defaultUtilisation
  ) {
    self.init(
      flops: hours * 3600 * accelerator.peak * utilisation, accelerator: accelerator,
      utilisation: utilisation)
  }

  /// The accelerator-hours of a number of FLOPs; nil without an accelerator.
  public var hours: Double? {
    accelerator.map { flops / (3600 * $0.peak * utilisation) }
  }
}

/// Energy, carbon and money of a number of accelerator-hours [160].
public struct Footprint: Sendable, Hashable, Codable {
  /// Accelerator-hours × kilowatts × PUE.
  public var kilowattHours: Double
  /// Kilowatt-hours × intensity, in kilograms of CO₂ equivalent; nil without an intensity.
  public var kilogramsCO2: Double?
  /// Accelerator-hours × price; nil without a price.
  public var price: Double?

  /// Does the arithmetic: kilowatts of one accelerator with its share of the host, PUE (the power
  /// of the building over that of the machines), kilograms of CO₂ equivalent per kilowatt-hour, and
  /// the price of an accelerator-hour in any currency.
  public init(
    hours: Double, kilowatts: Double, powerUsageEffectiveness: Double = 1.2,
    carbonIntensity: Double? = nil, hourlyPrice: Double? = nil
  ) {
    let energy = hours * kilowatts * powerUsageEffectiveness
    kilowattHours = energy
    kilogramsCO2 = carbonIntensity.map { energy * $0 }
    price = hourlyPrice.map { hours * $0 }
  }
}
