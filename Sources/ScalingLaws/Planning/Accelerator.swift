/// A training accelerator with the dense BF16 peak of its vendor's datasheet.
public struct Accelerator: Sendable, Hashable, Codable {
  /// The name on the command line.
  public var name: String
  /// Dense BF16 FLOP/s without sparsity, of one device.
  public var peak: Double
  /// Board or thermal design power in kilowatts; nil where the vendor publishes none.
  public var kilowatts: Double?
  /// Where the numbers are from.
  public var source: String

  /// Creates an accelerator.
  public init(name: String, peak: Double, kilowatts: Double?, source: String) {
    self.name = name
    self.peak = peak
    self.kilowatts = kilowatts
    self.source = source
  }

  /// The known accelerators; peaks are dense, half of the figure that vendors print with sparsity.
  public static let all: [Accelerator] = [
    .init(name: "A100", peak: 312e12, kilowatts: 0.4, source: "NVIDIA A100 SXM datasheet"),
    .init(name: "H100", peak: 989e12, kilowatts: 0.7, source: "NVIDIA H100 SXM datasheet"),
    .init(name: "H200", peak: 989e12, kilowatts: 0.7, source: "NVIDIA H200 SXM datasheet"),
    .init(name: "H800", peak: 989e12, kilowatts: 0.7, source: "NVIDIA H800 SXM datasheet"),
    .init(name: "B200", peak: 2250e12, kilowatts: 1.0, source: "NVIDIA DGX B200 datasheet"),
    .init(
      name: "GB200", peak: 2500e12, kilowatts: 1.2, source: "NVIDIA GB200 NVL72 datasheet, per GPU"
    ),
    .init(name: "MI300X", peak: 1307e12, kilowatts: 0.75, source: "AMD MI300X datasheet"),
    .init(name: "TPUv4", peak: 275e12, kilowatts: nil, source: "Google Cloud TPU v4 documentation"),
    .init(
      name: "TPUv5e", peak: 197e12, kilowatts: nil, source: "Google Cloud TPU v5e documentation"),
    .init(
      name: "TPUv5p", peak: 459e12, kilowatts: nil, source: "Google Cloud TPU v5p documentation"),
    .init(
      name: "TPUv6e", peak: 918e12, kilowatts: nil, source: "Google Cloud TPU v6e documentation"),
    .init(name: "L40S", peak: 362e12, kilowatts: 0.35, source: "NVIDIA L40S datasheet"),
    .init(name: "RTX4090", peak: 165e12, kilowatts: 0.45, source: "NVIDIA Ada white paper"),
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
      "v4": "tpuv4", "v5e": "tpuv5e", "v5p": "tpuv5p", "v6e": "tpuv6e", "4090": "rtx4090",
    ]
    let wanted = aliases[plain(name)] ?? plain(name)
    if let found = all.first(where: { plain($0.name) == wanted }) { return found }
    throw .unusable(
      "no accelerator is called \"\(name)\"; known are \(all.map(\.name).joined(separator: ", "))"
    )
  }
}
