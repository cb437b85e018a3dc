internal import ArgumentParser
internal import Reports
internal import ScalingLaws

/// `allometry plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Divide a budget between model size and tokens, from a saved fit.",
    usage: """
      allometry plan <fit.json> --compute <FLOPs> [<options>]
      allometry plan <fit.json> --hours <h> --accelerator <name> [<options>]
      allometry plan <fit.json> --target <outcome> [<options>]
      """,
    discussion: """
      The budget is given in FLOPs, or in hours of a named accelerator, or as the
      outcome to reach. Demand for inference and a limit on unique data change the
      optimum. The plan ends with what smaller and larger models cost, and with
      the runs that would narrow its intervals most. A fit of the law mixture is
      answered with the best mixture.

      Examples:
        allometry plan fit.json --compute 5.76e23
        allometry plan fit.json --hours 100000 --accelerator H100 --utilisation 0.4
        allometry plan fit.json --target 2.0 --inference 1e13
        allometry plan fit.json --compute 1e22 --unique 50B
      """)

  @OptionGroup var saved: SavedFitArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The budget in training FLOPs: 5.76e23.", valueName: "FLOPs"))
  var compute: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The budget in hours of one accelerator.", valueName: "hours"))
  var hours: String?

  @Option(help: "The accelerator of --hours, or of the price of the plan.")
  var accelerator: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The share of the accelerator's peak that is reached."))
  var utilisation: Double = ComputeBudget.defaultUtilisation

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The outcome to reach instead of a budget.", valueName: "outcome"))
  var target: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens that the model will serve over its life.", valueName: "tokens"))
  var inference: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Unique training tokens that exist.", valueName: "tokens"))
  var unique: String?

  @Option(
    help: ArgumentHelp(
      "Columns that the law reads besides N, D and C.", valueName: "name=value"))
  var with: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The largest compute of a run that --compute may call for next.", valueName: "FLOPs"))
  var nextCap: String?

  @Flag(help: "Print JSON.")
  var json = false

  /// The answer, as JSON gives it.
  struct Answer: Encodable {
    var schema = "allometry.plan/1"
    var law: String
    var compute: Double
    var plan: ComputePlan
    var acceleratorHours: Double?
    var footprint: Footprint?
    var inference: InferencePlan?
    var limitedData: LimitedDataPlan?
    var sizes: [SizeTradeoff]
    var next: NextRunAdvice?
    var sensitivity: [ParameterSensitivity]
  }

  func run() throws {
    try reportingFailure {
      let document = try saved.document()
      if let allocation = document.allocation {
        try print(allocation)
        return
      }
      let fit = try SavedFitArguments.fit(document, source: saved.fit)
      if let mixture = fit.law as? MixtureLaw {
        try MixtureAnswer(fit: fit, law: mixture).print(json: json)
        return
      }
      let answer = try self.answer(fit)
      Console.print(
        json ? try jsonText(answer) : PlanSummary(answer, fit: fit).text(),
        terminator: json ? "\n" : "")
    }
  }

  /// The plan of approach 1 or 2, which know nothing but the optimum.
  private func print(_ allocation: AllocationFit) throws {
    guard let budget = try budget() else {
      throw CommandFailure(
        .usage, "a fit of \(allocation.method.rawValue) knows no loss: give --compute or --hours")
    }
    let plan = allocation.plan(compute: budget.flops)
    if json {
      Console.print(try jsonText(plan))
      return
    }
    func interval(_ x: Estimated) -> String {
      "\(NumberFormat.scale(x.value)) [\(NumberFormat.scale(x.low)), \(NumberFormat.scale(x.high))]"
    }
    Console.print(
      Console.wrap(
        "At \(NumberFormat.flops(plan.compute)) FLOPs: N* \(interval(plan.size)), D* \(interval(plan.tokens)), \(interval(plan.tokensPerParameter)) tokens per parameter.",
        width: Console.width))
    for warning in allocation.warnings + [plan.reach.sentence].compactMap({ $0 }) {
      Console.print(Console.wrap("Warning: \(warning)", width: Console.width))
    }
  }

  private func budget() throws -> ComputeBudget? {
    guard utilisation > 0, utilisation <= 1 else {
      throw CommandFailure(
        .usage, "--utilisation: found \(utilisation), expected a share between 0 and 1")
    }
    let device = try accelerator.map { name in
      do { return try Accelerator.named(name) } catch {
        throw CommandFailure(.usage, "--accelerator: \(error)")
      }
    }
    switch (compute, hours, target) {
    case (let compute?, nil, nil):
      return ComputeBudget(
        flops: try positive(compute, "--compute"), accelerator: device, utilisation: utilisation)
    case (nil, let hours?, nil):
      guard let device else {
        throw CommandFailure(.usage, "--hours needs --accelerator, such as H100")
      }
      return ComputeBudget(
        hours: try positive(hours, "--hours"), on: device, utilisation: utilisation)
    case (nil, nil, _?): return nil
    case (nil, nil, nil):
      throw CommandFailure(
        .usage, "found no budget, expected one of --compute, --hours or --target")
    default:
      throw CommandFailure(
        .usage, "found several budgets, expected one of --compute, --hours or --target")
    }
  }

  private func positive(_ text: String, _ option: String) throws -> Double {
    try NameList.positive(text, option: option)
  }

  private func answer(_ fit: SavedFit) throws -> Answer {
    let others = try fit.columns(NameList.numbers(with, option: "--with"), option: "--with")
    let budget = try self.budget()
    let plan: ComputePlan
    if let budget {
      plan = try fit.plan(compute: budget.flops, holding: others)
    } else {
      plan = try fit.plan(reaching: target ?? 0, holding: others)
      guard plan.compute.value.isFinite else {
        throw CommandFailure(
          .badData,
          "--target: found \(target ?? 0), expected an outcome that the law can reach; its floor lies above"
        )
      }
    }
    let flops = budget?.flops ?? plan.compute.value
    var demandPlan: InferencePlan?
    if let inference {
      let demand = InferenceDemand(tokens: try positive(inference, "--inference"))
      demandPlan =
        budget == nil
        ? try fit.inferencePlan(reaching: target ?? 0, demand: demand, holding: others)
        : try fit.inferencePlan(totalCompute: flops, demand: demand, holding: others)
    }
    let limited = try unique.map {
      try fit.limitedDataPlan(
        compute: flops, uniqueTokens: try positive($0, "--unique"), holding: others)
    }
    let cap = try nextCap.map { try positive($0, "--next-cap") }
    let hasRefits = fit.draws.count >= 20
    let device = try accelerator.map { try Accelerator.named($0) }
    let used = ComputeBudget(flops: flops, accelerator: device, utilisation: utilisation)
    return Answer(
      law: fit.law.name, compute: flops, plan: plan, acceleratorHours: used.hours,
      footprint: zip(used.hours, device?.kilowatts).map {
        Footprint(hours: $0, kilowatts: $1)
      }, inference: demandPlan, limitedData: limited,
      sizes: try fit.sizeTradeoffs(compute: flops, holding: others),
      next: hasRefits
        ? try fit.nextRuns(for: .outcome(compute: flops), cap: cap, holding: others) : nil,
      sensitivity: hasRefits ? try fit.sizeSensitivity(compute: flops, holding: others) : [])
  }

  private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    guard let a, let b else { return nil }
    return (a, b)
  }
}
