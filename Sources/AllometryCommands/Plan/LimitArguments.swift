internal import ArgumentParser
internal import ScalingLaws

struct LimitArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens that the model will serve over its life.", valueName: "tokens"))
  var inference: String?

  @Flag(
    help: ArgumentHelp(
      "The budget pays for serving --inference too; without it, it is for training alone."))
  var total = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Unique training tokens that exist.", valueName: "tokens"))
  var unique: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bytes of memory that weights and cache must fit into: 80G.", valueName: "bytes"))
  var memory: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The longest time a decoded token may take, by memory bandwidth: 20ms.", valueName: "time"))
  var latency: String?

  @Option(
    help: ArgumentHelp(
      "What the model is served on: its memory and bandwidth bound the size; default --accelerator for --latency.",
      valueName: "name"))
  var serveOn: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many of --serve-on share one model; default 1.", valueName: "count"))
  var serveDevices: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bytes of a parameter when served: 2 for BF16 (the default), 1 for FP8."))
  var bytesPerParameter: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bytes of key-value cache beside the weights: 10G.", valueName: "bytes"))
  var kvMemory: String?

  /// The options that were given, for fits that know no limits.
  var given: [String] {
    [
      ("--inference", inference != nil), ("--total", total), ("--unique", unique != nil),
      ("--memory", memory != nil), ("--latency", latency != nil), ("--serve-on", serveOn != nil),
      ("--serve-devices", serveDevices != nil),
      ("--bytes-per-parameter", bytesPerParameter != nil), ("--kv-memory", kvMemory != nil),
    ].filter(\.1).map(\.0)
  }

  /// The limits that the options name; the accelerator is that of training, whose bandwidth serves
  /// for want of another.
  func limits(accelerator: Accelerator?, isTarget: Bool) throws -> PlanLimits {
    try OptionCheck.positive(bytesPerParameter, option: "--bytes-per-parameter")
    try OptionCheck.positive(serveDevices, option: "--serve-devices")
    let bytesEach = bytesPerParameter ?? 2
    let devices = serveDevices ?? 1
    for (name, isGiven) in [
      ("--bytes-per-parameter", bytesPerParameter != nil), ("--kv-memory", kvMemory != nil),
    ] where isGiven && memory == nil && latency == nil && serveOn == nil {
      throw CommandFailure(
        .usage, "\(name) is of a served model, expected --memory, --latency or --serve-on with it")
    }
    if total, inference == nil {
      throw CommandFailure(
        .usage, "--total: expected --inference, the tokens to be served, with it")
    }
    if total, isTarget {
      throw CommandFailure(
        .usage,
        "--total says what a budget pays for; a --target with --inference always counts both")
    }
    let server = try serveOn.map { name in
      do { return try Accelerator.named(name) } catch {
        throw CommandFailure(.usage, "--serve-on: \(error)")
      }
    }
    let cache = try kvMemory.map { try NameList.positive($0, option: "--kv-memory") } ?? 0
    var caps: [SizeCap] = []
    let device = server?.memory.map { $0 * devices }
    if let bytes = try memory.map({ try NameList.positive($0, option: "--memory") }) ?? device {
      guard bytes > cache else {
        throw CommandFailure(
          .usage, "--kv-memory: found more than the memory there is, expected less")
      }
      caps.append(.memory(bytes, bytesPerParameter: bytesEach, cache: cache))
    }
    if let latency {
      guard let bandwidth = (server ?? accelerator)?.bandwidth else {
        throw CommandFailure(
          .usage, "--latency needs --serve-on or --accelerator, one whose bandwidth is known")
      }
      let seconds = try Self.seconds(latency)
      let cap = SizeCap.latency(
        seconds, bandwidth: bandwidth * devices, bytesPerParameter: bytesEach,
        cache: cache)
      guard cap.parameters >= 1 else {
        throw CommandFailure(
          .usage,
          "--latency: found \(latency), in which not even the cache can be read; expected longer")
      }
      caps.append(cap)
    }
    if serveDevices != nil, server == nil {
      throw CommandFailure(.usage, "--serve-devices needs --serve-on, such as H100")
    }
    return PlanLimits(
      uniqueTokens: try unique.map { try NameList.positive($0, option: "--unique") },
      servedTokens: try inference.map { try NameList.positive($0, option: "--inference") } ?? 0,
      paysForServing: total, caps: caps)
  }

  /// A time with its unit: 20ms, 0.02s, 500us.
  private static func seconds(_ text: String) throws -> Double {
    for (unit, factor) in [("ms", 1e-3), ("us", 1e-6), ("s", 1.0)] where text.hasSuffix(unit) {
      if let value = Double(text.dropLast(unit.count)), value > 0, value.isFinite {
        return value * factor
      }
    }
    throw CommandFailure(
      .usage, "--latency: found \"\(text)\", expected a time with its unit, such as 20ms or 0.05s")
  }
}
