/// An accelerator with the dense BF16 peak, memory, bandwidth and power of its vendor's datasheet.
public struct Accelerator: Sendable, Hashable, Codable {
  /// The name on the command line.
  public var name: String
  /// Dense BF16 FLOP/s without sparsity, of one device.
  public var peak: Double
  /// Board or thermal design power in kilowatts; nil where the vendor publishes none.
  public var kilowatts: Double?
  /// Bytes of device memory; nil where it is not known.
  public var memory: Double?
  /// Bytes per second between device memory and compute; nil where it is not known.
  public var bandwidth: Double?
  /// Where the numbers are from.
  public var source: String

  /// Creates an accelerator.
  public init(
    name: String, peak: Double, kilowatts: Double?, memory: Double? = nil,
    bandwidth: Double? = nil, source: String
  ) {
    self.name = name
    self.peak = peak
    self.kilowatts = kilowatts
    self.memory = memory
    self.bandwidth = bandwidth
    self.source = source
  }

  /// A row of the table below, in the datasheets' units.
  private init(
    _ name: String, teraflops: Double, gigabytes: Double, terabytesPerSecond: Double,
    watts: Double?, _ source: String
  ) {
    self.init(
      name: name, peak: teraflops * 1e12, kilowatts: watts.map { $0 / 1000 },
      memory: gigabytes * 1e9, bandwidth: terabytesPerSecond * 1e12, source: source)
  }

  /// The known accelerators; peaks are dense, half of the figure that vendors print with sparsity.
  public static let all: [Accelerator] = [
    .init(
      "A100", teraflops: 312, gigabytes: 80, terabytesPerSecond: 2.039, watts: 400,
      "NVIDIA A100 80GB SXM datasheet"),
    .init(
      "H100", teraflops: 989, gigabytes: 80, terabytesPerSecond: 3.35, watts: 700,
      "NVIDIA H100 SXM datasheet"),
    .init(
      "H200", teraflops: 989, gigabytes: 141, terabytesPerSecond: 4.8, watts: 700,
      "NVIDIA H200 SXM datasheet"),
    .init(
      "H800", teraflops: 989, gigabytes: 80, terabytesPerSecond: 3.35, watts: 700,
      "NVIDIA H800 SXM datasheet"),
    .init(
      "H20", teraflops: 148, gigabytes: 96, terabytesPerSecond: 4.0, watts: 400,
      "NVIDIA H20 datasheet"),
    // HGX boards: 36 PFLOP/s with sparsity for eight devices.
    .init(
      "B200", teraflops: 2250, gigabytes: 180, terabytesPerSecond: 8, watts: 1000,
      "NVIDIA HGX B200 datasheet"),
    .init(
      "GB200", teraflops: 2500, gigabytes: 186, terabytesPerSecond: 8, watts: 1200,
      "NVIDIA GB200 NVL72 datasheet, per GPU"),
    .init(
      "B300", teraflops: 2250, gigabytes: 288, terabytesPerSecond: 8, watts: 1100,
      "NVIDIA HGX B300 datasheet"),
    .init(
      "GB300", teraflops: 2500, gigabytes: 288, terabytesPerSecond: 8, watts: 1400,
      "NVIDIA GB300 NVL72 datasheet, per GPU"),
    .init(
      "MI300X", teraflops: 1307, gigabytes: 192, terabytesPerSecond: 5.3, watts: 750,
      "AMD MI300X datasheet"),
    .init(
      "MI325X", teraflops: 1307, gigabytes: 256, terabytesPerSecond: 6, watts: 1000,
      "AMD MI325X datasheet"),
    .init(
      "MI350X", teraflops: 2307, gigabytes: 288, terabytesPerSecond: 8, watts: 1000,
      "AMD MI350X datasheet"),
    .init(
      "MI355X", teraflops: 2517, gigabytes: 288, terabytesPerSecond: 8, watts: 1400,
      "AMD MI355X datasheet"),
    // Google publishes no power of its chips; memory is in GiB there.
    .init(
      "TPUv4", teraflops: 275, gigabytes: 34.4, terabytesPerSecond: 1.2, watts: nil,
      "Google Cloud TPU v4 documentation"),
    .init(
      "TPUv5e", teraflops: 197, gigabytes: 17.2, terabytesPerSecond: 0.82, watts: nil,
      "Google Cloud TPU v5e documentation"),
    .init(
      "TPUv5p", teraflops: 459, gigabytes: 102, terabytesPerSecond: 2.77, watts: nil,
      "Google Cloud TPU v5p documentation"),
    .init(
      "TPUv6e", teraflops: 918, gigabytes: 34.4, terabytesPerSecond: 1.64, watts: nil,
      "Google Cloud TPU v6e documentation"),
    .init(
      "TPUv7", teraflops: 2307, gigabytes: 206, terabytesPerSecond: 7.38, watts: nil,
      "Google Cloud TPU7x (Ironwood) documentation"),
    .init(
      "Trainium2", teraflops: 667, gigabytes: 103, terabytesPerSecond: 2.9, watts: nil,
      "AWS Neuron documentation, Trainium2 architecture"),
    .init(
      "Gaudi3", teraflops: 1835, gigabytes: 128, terabytesPerSecond: 3.7, watts: 900,
      "Intel Gaudi 3 white paper, OAM"),
    .init(
      "L40S", teraflops: 362, gigabytes: 48, terabytesPerSecond: 0.864, watts: 350,
      "NVIDIA L40S datasheet"),
    .init(
      "RTX4090", teraflops: 165, gigabytes: 24, terabytesPerSecond: 1.008, watts: 450,
      "NVIDIA Ada white paper"),
    .init(
      "RTX5090", teraflops: 209.5, gigabytes: 32, terabytesPerSecond: 1.792, watts: 575,
      "NVIDIA RTX Blackwell white paper"),
  ]

  /// The accelerator with this name, whatever its case, spaces or hyphens; `Trillium` is TPUv6e.
  ///
  /// - Throws: `FitError.unusable` for an unknown name; the message lists the known ones.
  public static func named(_ name: String) throws(FitError) -> Accelerator {
    func plain(_ text: String) -> String {
      text.lowercased().filter { $0 != " " && $0 != "-" && $0 != "_" }
    }
    let aliases = [
      "trillium": "tpuv6e", "h100sxm": "h100", "a100sxm": "a100", "h200sxm": "h200",
      "tpu7x": "tpuv7", "tpuv7x": "tpuv7", "ironwood": "tpuv7", "v7": "tpuv7", "trn2": "trainium2",
      "v4": "tpuv4", "v5e": "tpuv5e", "v5p": "tpuv5p", "v6e": "tpuv6e", "4090": "rtx4090",
    ]
    let wanted = aliases[plain(name)] ?? plain(name)
    if let found = all.first(where: { plain($0.name) == wanted }) { return found }
    throw .unusable(
      "no accelerator is called \"\(name)\"; known are \(all.map(\.name).joined(separator: ", "))"
    )
  }
}
