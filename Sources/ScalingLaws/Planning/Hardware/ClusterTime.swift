/// What a cluster does in a time, and what it costs.
public struct ClusterTime: Sendable, Hashable, Codable {
  /// The number of accelerators.
  public var devices: Double
  /// The accelerator.
  public var accelerator: Accelerator
  /// The share of the peak that training reaches (model FLOPs utilisation).
  public var utilisation: Double
  /// The days that there are; nil where only the time needed is asked.
  public var days: Double?

  /// Creates a cluster.
  public init(
    devices: Double, accelerator: Accelerator, utilisation: Double, days: Double? = nil
  ) {
    self.devices = devices
    self.accelerator = accelerator
    self.utilisation = utilisation
    self.days = days
  }

  /// FLOPs of a day: devices · peak · utilisation · 86,400 s.
  public var flopsPerDay: Double { devices * accelerator.peak * utilisation * 86_400 }
  /// FLOPs in the days that there are.
  public var available: Double? { days.map { $0 * flopsPerDay } }
  /// The days that FLOPs take.
  public func daysNeeded(_ flops: Double) -> Double { flops / flopsPerDay }
  /// Whether FLOPs fit into the days, within rounding; nil where no days are given.
  public func fits(_ flops: Double) -> Bool? { available.map { flops <= $0 * (1 + 1e-9) } }
  /// The devices with which FLOPs would fit into the days.
  public func devicesNeeded(_ flops: Double) -> Double? {
    days.map { flops / ($0 * accelerator.peak * utilisation * 86_400) }
  }
}
