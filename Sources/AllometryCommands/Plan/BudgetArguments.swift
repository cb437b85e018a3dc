internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct BudgetArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The budget in training FLOPs: 5.76e23.", valueName: "FLOPs"))
  var compute: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The budget in hours of one accelerator.", valueName: "hours"))
  var hours: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Accelerators that there are: with --days a budget, with --compute or --target the days it takes and whether it fits.",
      valueName: "count"))
  var gpus: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Days for which --gpus are there.", valueName: "days"))
  var days: String?

  @Option(
    help: ArgumentHelp(
      "The accelerator of --hours and --gpus, or of the price of the plan.", valueName: "name"))
  var accelerator: String?

  @Option(
    name: [.customLong("utilisation"), .customLong("mfu")], parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the accelerator's peak that is reached; default \(ComputeBudget.defaultUtilisation)."
    ))
  var reachedShare: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The outcome to reach instead of a budget.", valueName: "outcome"))
  var target: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The price of an accelerator-hour, in any currency.", valueName: "price"))
  var price: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most that training may cost, with --price.", valueName: "money"))
  var maxPrice: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most energy that training may take, in kWh (power of the datasheet, PUE 1.2).",
      valueName: "kWh"))
  var maxEnergy: String?

  var utilisation: Double { reachedShare ?? ComputeBudget.defaultUtilisation }

  /// The options that were given, for fits that know no budget.
  var given: [String] {
    [
      ("--compute", compute != nil), ("--hours", hours != nil), ("--gpus", gpus != nil),
      ("--days", days != nil), ("--accelerator", accelerator != nil),
      ("--mfu", reachedShare != nil), ("--target", target != nil), ("--price", price != nil),
      ("--max-price", maxPrice != nil), ("--max-energy", maxEnergy != nil),
    ].filter(\.1).map(\.0)
  }

  /// A budget and the limit that set it.
  struct Resolved {
    /// FLOPs; nil where a target is given.
    var flops: Double?
    /// Which of several limits is the least, in words; nil where there is only one.
    var binding: String?
    var device: Accelerator?
    var cluster: ClusterTime?
  }

  /// Energy per accelerator-hour includes the building.
  static let powerUsageEffectiveness = 1.2

  /// The budget that the options name.
  ///
  /// - Throws: `CommandFailure` (usage) for options that do not go together.
  func resolved() throws -> Resolved {
    guard utilisation > 0, utilisation <= 1 else {
      throw CommandFailure(
        .usage, "--utilisation: found \(utilisation), expected a share between 0 and 1")
    }
    try OptionCheck.positive(price, option: "--price")
    let device = try accelerator.map { name in
      do { return try Accelerator.named(name) } catch {
        throw CommandFailure(.usage, "--accelerator: \(error)")
      }
    }
    if [compute != nil, hours != nil, target != nil].count(where: { $0 }) > 1 {
      throw CommandFailure(
        .usage, "found several budgets, expected one of --compute, --hours or --target")
    }
    for (option, value) in [
      ("--hours", hours), ("--gpus", gpus), ("--max-price", maxPrice),
      ("--max-energy", maxEnergy),
    ] where value != nil && device == nil {
      throw CommandFailure(.usage, "\(option) needs --accelerator, such as H100")
    }
    if reachedShare != nil, device == nil {
      throw CommandFailure(.usage, "--mfu needs --accelerator, such as H100")
    }
    if price != nil, device == nil {
      throw CommandFailure(.usage, "--price needs --accelerator, such as H100")
    }
    if days != nil, gpus == nil {
      throw CommandFailure(.usage, "--days needs --gpus, the number of accelerators")
    }
    var result = Resolved(device: device)
    if let gpus, let device {
      result.cluster = ClusterTime(
        devices: try NameList.positive(gpus, option: "--gpus"), accelerator: device,
        utilisation: utilisation,
        days: try days.map { try NameList.positive($0, option: "--days") })
    }
    guard target == nil else { return result }
    var candidates: [(flops: Double, reason: String)] = []
    if let compute {
      candidates.append((try NameList.positive(compute, option: "--compute"), "--compute"))
    }
    if let device {
      let perHour = 3600 * device.peak * utilisation
      if let hours {
        candidates.append((try NameList.positive(hours, option: "--hours") * perHour, "--hours"))
      }
      if let maxPrice {
        guard let price else {
          throw CommandFailure(.usage, "--max-price needs --price, that of an accelerator-hour")
        }
        candidates.append(
          (
            try NameList.positive(maxPrice, option: "--max-price") / price * perHour,
            "the price: \(maxPrice) at \(NumberFormat.significant(price, 4)) an hour"
          ))
      }
      if let maxEnergy {
        guard let kilowatts = device.kilowatts else {
          throw CommandFailure(
            .usage,
            "--max-energy: the vendor publishes no power of \(device.name), expected another accelerator"
          )
        }
        let hours =
          try NameList.positive(maxEnergy, option: "--max-energy")
          / (kilowatts * Self.powerUsageEffectiveness)
        candidates.append((hours * perHour, "the energy: \(maxEnergy) kWh"))
      }
    }
    // A cluster's days are a budget by themselves; beside another they are what it must fit into.
    if candidates.isEmpty, let cluster = result.cluster, let available = cluster.available {
      candidates.append((available, "--gpus and --days"))
    }
    guard let least = candidates.min(by: { $0.flops < $1.flops }) else {
      if gpus != nil {
        throw CommandFailure(
          .usage, "--gpus: expected --days with it, or --compute or --target to take time for")
      }
      throw CommandFailure(
        .usage, "found no budget, expected one of --compute, --hours, --gpus or --target")
    }
    result.flops = least.flops
    result.binding = candidates.count > 1 ? least.reason : nil
    return result
  }
}
