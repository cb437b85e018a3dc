internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

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
      The budget is given in FLOPs, in hours of an accelerator, in days of a
      cluster, or as the outcome to reach; price and energy may bound it. It is for
      training; with --total it pays for serving --inference too. Limits combine:
      unique data, tokens served, memory and decoding latency are all met by one
      plan, and the ones that bind are named. The plan ends with what smaller and
      larger models cost, and with the runs that would narrow its intervals most.
      A fit chosen by --law auto plans with all laws that predict held-out runs
      about as well, each by its weight, limits included; --single plans with the
      chosen one alone. A fit of the law mixture is answered with the best
      mixture, of several targets with that of their weighted sum; one of
      batch-size with a batch schedule for --size.

      Examples:
        allometry plan fit.json --compute 5.76e23
        allometry plan fit.json --gpus 512 --days 30 --accelerator H100 --mfu 0.4
        allometry plan fit.json --compute 1e23 --gpus 512 --days 30 --accelerator H100
        allometry plan fit.json --target 2.0 --inference 1e13
        allometry plan fit.json --compute 1e24 --unique 500B --memory 80G
        allometry plan fit.json --compute 1e24 --serve-on H100 --latency 20ms
        allometry plan fit.json --compute 1e24 --memory 80G --report plan.html
        allometry plan mixture.json --share-bounds web=0.1:0.6,code=0:0.3
        allometry plan mixture.json --search dirichlet --best 128
        allometry plan batch.json --size N=7e9,D=1.4e11
      """)

  @OptionGroup var saved: SavedFitArguments
  @OptionGroup(title: "Budget options") var budget: BudgetArguments
  @OptionGroup(title: "Limit options") var limit: LimitArguments

  @Option(
    help: ArgumentHelp(
      "Columns that the law reads besides N, D and C.", valueName: "name=value"))
  var with: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The largest compute of a run that --compute may call for next.", valueName: "FLOPs"))
  var nextCap: String?

  @Flag(help: "Plan with the chosen law alone, without the alternatives of --law auto.")
  var single = false

  @OptionGroup(title: "Mixture options") var shares: MixtureArguments
  @OptionGroup var output: ReportArguments

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reportingFailure {
      let page = try output.page()
      if let targets = try SavedFitArguments.targets(saved.fit) {
        try refuseReport("a mixture")
        try refuseBudget("mixture")
        try MixtureSession(targets: targets, options: shares).print(json: json)
        return
      }
      let document = try saved.document()
      try shares.refuse(except: "size", of: document.law)
      if let allocation = document.allocation {
        try refuseReport("a fit of \(allocation.method.rawValue)")
        try print(allocation)
        return
      }
      let fit = try SavedFitArguments.fit(document, source: saved.fit)
      if fit.law.card.response == .batchSize {
        try refuseReport("a batch schedule")
        try refuseBudget("batch-size")
        try printBatchRamp(of: fit)
        return
      }
      try shares.refuse(except: nil, of: fit.law.name)
      let answer = try self.answer(fit)
      let summary = PlanSummary(answer, fit: fit, terminal: Console.terminal)
      try page?.write(summary.page(source: saved.fit, origin: .now).html())
      Console.print(
        json ? try jsonText(answer) : summary.text(), terminator: json ? "\n" : "")
      if !json { output.announce() }
    }
  }

  /// Refuses options of a budget for a fit that divides none.
  private func refuseBudget(_ law: String) throws {
    let given =
      budget.given + limit.given + (with == nil ? [] : ["--with"])
      + (nextCap == nil ? [] : ["--next-cap"])
    guard let first = given.first else { return }
    throw CommandFailure(
      .usage, "\(first) is for fits that divide a budget; found a fit of \(law)")
  }

  private func printBatchRamp(of fit: SavedFit) throws {
    let place = try fit.columns(
      NameList.numbers(shares.size, option: "--size"), option: "--size")
    guard let size = place["N"], let tokens = place["D"] else {
      throw CommandFailure(
        .usage, "a fit of batch-size plans the batch of one run: give --size N=7e9,D=1.4e11")
    }
    let answer = try BatchRampAnswer(fit, size: size, tokens: tokens, at: place)
    if json {
      try Console.print(json: answer)
    } else {
      Console.print(answer.text(Console.terminal), terminator: "")
    }
  }

  private func refuseReport(_ what: String) throws {
    guard output.report != nil else { return }
    throw CommandFailure(
      .usage,
      "--report shows how size and tokens are divided; \(what) is printed, or saved with --json"
    )
  }

  /// The plan of approach 1 or 2, which know nothing but the optimum.
  private func print(_ allocation: AllocationFit) throws {
    guard let flops = try budget.resolved().flops else {
      throw CommandFailure(
        .usage, "a fit of \(allocation.method.rawValue) knows no loss: give --compute or --hours")
    }
    let limits = try limit.limits(accelerator: nil, isTarget: false)
    guard limits == PlanLimits() else {
      throw CommandFailure(
        .usage,
        "a fit of \(allocation.method.rawValue) knows no loss and cannot weigh limits: fit a law such as chinchilla"
      )
    }
    let plan = allocation.plan(compute: flops)
    if json {
      try Console.print(json: plan)
      return
    }
    func interval(_ x: Estimated) -> String {
      "\(NumberFormat.scale(x.value)) [\(NumberFormat.scale(x.low)), \(NumberFormat.scale(x.high))]"
    }
    Console.say(
      "At \(NumberFormat.flops(plan.compute)) FLOPs: N* \(interval(plan.size)), D* \(interval(plan.tokens)), \(interval(plan.tokensPerParameter)) tokens per parameter."
    )
    for warning in allocation.warnings + [plan.reach.sentence].compactMap({ $0 }) {
      Console.say("Warning: \(warning)")
    }
  }

  private func answer(_ fit: SavedFit) throws -> PlanAnswer {
    let given = try fit.columns(NameList.numbers(with, option: "--with"), option: "--with")
    let held = fit.typicalColumns.filter { given[$0.key] == nil }
    let others = held.merging(given) { _, given in given }
    let resolved = try budget.resolved()
    let target = budget.target
    let limits = try limit.limits(accelerator: resolved.device, isTarget: target != nil)
    let cap = try nextCap.map { try NameList.positive($0, option: "--next-cap") }
    let plan: ComputePlan
    let mixture = single ? nil : try SavedFitArguments.mixture(of: fit, source: saved.fit)
    if let flops = resolved.flops {
      plan =
        try mixture?.plan(compute: flops, holding: others)
        ?? fit.plan(compute: flops, holding: others)
    } else {
      plan =
        try mixture?.plan(reaching: target ?? 0, holding: others)
        ?? fit.plan(reaching: target ?? 0, holding: others)
      guard plan.compute.value.isFinite else {
        throw CommandFailure(
          .badData,
          "--target: found \(target ?? 0), expected an outcome that the law can reach; its floor lies above"
        )
      }
    }
    if let target, let refusal = TargetRefusal(fit, plan) {
      throw CommandFailure(.badData, refusal.sentence(for: target, source: saved.fit))
    }
    let flops = resolved.flops ?? plan.compute.value
    // Other sizes are counted from N*, and say nothing where it is not known.
    let determination = fit.determination(of: plan)
    let knowsSize = determination.refusal(of: "size") == nil
    let isLimited =
      limits.uniqueTokens != nil || !limits.caps.isEmpty
      || (limits.servedTokens > 0 && (limits.paysForServing || target != nil))
    var limited =
      isLimited
      ? try limitedPlan(
        resolved.flops.map { .compute($0) } ?? .outcome(target ?? 0), limits: limits, fit: fit,
        mixture: mixture, others: others) : nil
    // A limit that binds may tell the size although the table does not.
    if let plan = limited, !knowsSize, !fit.determines(plan) { limited = nil }
    let unweighed = isLimited && limited == nil ? limits.sentences : nil
    let (size, tokens) = (limited?.size ?? plan.size, limited?.tokens ?? plan.tokens)
    if knowsSize, let refusal = fit.refusal(size: size.value, tokens: tokens.value) {
      throw CommandFailure(
        .badData,
        "\(refusal); expected a larger budget, less to serve, or a table nearer to the plan")
    }
    let training = limited?.trainingCompute.value ?? flops
    let rest = try fit.budgetPlan(
      compute: flops, determination: determination, cap: cap, holding: others)
    let hours = ComputeBudget(
      flops: training, accelerator: resolved.device, utilisation: budget.utilisation
    ).hours
    return PlanAnswer(
      law: fit.law.name, compute: flops, flopsPerToken: fit.flopsPerToken, held: held,
      plan: plan.withholding(determination), limited: limited, unweighed: unweighed,
      budgetLimit: resolved.binding,
      cluster: resolved.cluster.map { cluster in
        PlanAnswer.Cluster(
          devices: cluster.devices, accelerator: cluster.accelerator.name,
          utilisation: cluster.utilisation, daysNeeded: cluster.daysNeeded(training),
          days: cluster.days, fits: cluster.fits(training),
          devicesNeeded: cluster.devicesNeeded(training))
      }, acceleratorHours: hours, footprint: footprint(hours, resolved.device),
      inference: knowsSize
        ? try inference(limits, fit: fit, plan: rest.plan, flops: resolved.flops, others: others)
        : nil,
      limitedData: knowsSize
        ? try limits.uniqueTokens.map {
          try fit.limitedDataPlan(compute: training, uniqueTokens: $0, holding: others)
        } : nil, sizes: rest.sizes, next: rest.next, sensitivity: rest.sensitivity,
      determination: determination, fitWarnings: fit.fitWarnings,
      paysForServing: limits.paysForServing)
  }

  private func limitedPlan(
    _ goal: PlanGoal, limits: PlanLimits, fit: SavedFit, mixture: LawMixture?,
    others: [String: Double]
  ) throws -> ConstrainedPlan {
    guard let mixture else {
      return try fit.constrainedPlan(goal, limits: limits, holding: others)
    }
    return try mixture.constrainedPlan(goal, limits: limits, holding: others)
  }

  private func footprint(_ hours: Double?, _ device: Accelerator?) -> Footprint? {
    guard let hours, let device, device.kilowatts != nil || budget.price != nil else { return nil }
    return Footprint(
      hours: hours, kilowatts: device.kilowatts ?? .nan,
      powerUsageEffectiveness: BudgetArguments.powerUsageEffectiveness,
      hourlyPrice: budget.price)
  }

  /// The model that is cheapest to train and serve.
  ///
  /// A training budget is compared at the outcome that it reaches by the chosen law; a budget of
  /// training and serving together, and a target, are planned for as they are.
  private func inference(
    _ limits: PlanLimits, fit: SavedFit, plan: ComputePlan, flops: Double?,
    others: [String: Double]
  ) throws -> InferencePlan? {
    guard limits.servedTokens > 0 else { return nil }
    let demand = InferenceDemand(tokens: limits.servedTokens)
    if let flops, limits.paysForServing {
      return try fit.inferencePlan(totalCompute: flops, demand: demand, holding: others)
    }
    return try fit.inferencePlan(
      reaching: budget.target ?? plan.outcome.value, demand: demand, holding: others)
  }
}
