internal import Reports
internal import RunTables
internal import ScalingLaws

/// Fits that are procedures rather than one law over rows: iso-FLOP, envelope, two steps.
enum ProcedureFit: String, CaseIterable {
  case isoflop
  case envelope
  case twoStep = "two-step"

  /// Whether the result tells how N and D grow with compute and knows no loss.
  var isAllocation: Bool { self != .twoStep }

  /// What the procedure does, in a sentence.
  var summary: String {
    switch self {
    case .isoflop:
      "Approach 2: at each compute budget a parabola through loss over ln N; its lowest points give N* and D* as powers of C."
    case .envelope:
      "Approach 1: the lowest loss of all training curves at each compute; the sizes that reach it give N* and D* as powers of C."
    case .twoStep: "Loss from N and D, then the task's metric from loss."
    }
  }

  /// The saved form of the procedure's result.
  func document(of table: RunTable, law: LawArguments) throws -> FitDocument {
    let options = try law.options()
    switch self {
    case .isoflop, .envelope:
      let built = try ObservationsBuilder(table: table, response: law.response)
        .build(for: Chinchilla())
      var observations = built.observations
      observations.columns["C"] = observations.compute
      if self == .envelope {
        let envelope = try envelopeFit(
          observations,
          options: EnvelopeOptions(
            resamples: options.resamples, level: options.level, seed: options.seed))
        return FitDocument(
          envelope, rows: observations.count, table: table.source, notes: built.notes)
      }
      let settings = IsoFLOPOptions(
        akima: law.settings.contains("valley=akima"), resamples: options.resamples,
        level: options.level, seed: options.seed)
      if let unknown = law.settings.first(where: {
        $0 != "valley=akima" && $0 != "valley=parabola"
      }) {
        throw CommandFailure(
          .usage, "--set: found \"\(unknown)\", expected valley=parabola or valley=akima")
      }
      let allocation = try isoFLOPFit(observations, options: settings)
      let bias = try? isoFLOPBias(
        observations: observations, options: settings, at: allocation.computeRange.upperBound)
      return FitDocument(
        allocation, rows: observations.count, bias: bias, table: table.source, notes: built.notes)
    case .twoStep:
      guard let configured = try law.configured(TwoStepLaw()) as? TwoStepLaw else {
        throw CommandFailure(.internalError, "the law two-step lost its type")
      }
      let chanceText = configured.settings.first { $0.name == "chance" }?.value ?? "0"
      let final = try ObservationsBuilder(table: table, response: "loss").build(for: Chinchilla())
      let second = try ObservationsBuilder(table: table, response: law.response ?? "accuracy")
        .build(for: LossToAccuracy(chance: Double(chanceText)))
      let steps = try TwoStep(
        final: final.observations, checkpoints: second.observations, chance: Double(chanceText),
        options: options)
      return FitDocument(steps, law: configured, table: table.source, notes: final.notes)
    }
  }
}

/// A saved fit as a person reads it, for procedures.
struct DocumentSummary {
  let document: FitDocument

  func text() -> String {
    var table = TextTable(
      columns: [
        .init("parameter"), .init("value", alignment: .trailing),
        .init(
          "\(NumberFormat.percent(document.interval.level, decimals: 0)) interval",
          alignment: .trailing),
      ], widthLimit: Console.width)
    let order = document.draws?.parameters ?? document.parameters.keys.sorted()
    for name in order {
      guard let parameter = document.parameters[name] else { continue }
      let interval = [parameter.low, parameter.high].compactMap { $0 }
      table.rows.append([
        name, NumberFormat.significant(parameter.value, 5),
        interval.count == 2
          ? "\(NumberFormat.significant(interval[0], 4)) to \(NumberFormat.significant(interval[1], 4))"
          : "–",
      ])
    }
    var lines = [
      Console.wrap("\(document.law): \(document.formula)", width: Console.width),
      Console.wrap(
        "\(document.rows) rows of \(document.table ?? "the table"); intervals: \(document.interval.method), \(document.interval.resamples) refits",
        width: Console.width),
      "", table.render(style: Console.isTerminal ? .ansi : .plain),
    ]
    if let allocation = document.allocation {
      let plan = allocation.plan(compute: allocation.computeRange.upperBound)
      lines.append(
        Console.wrap(
          "At \(NumberFormat.flops(plan.compute)) FLOPs, the largest budget: N* \(NumberFormat.scale(plan.size.value)), D* \(NumberFormat.scale(plan.tokens.value)), \(NumberFormat.withInterval(plan.tokensPerParameter.value, plan.tokensPerParameter.low, plan.tokensPerParameter.high)) tokens per parameter.",
          width: Console.width))
    }
    lines += Console.notes(document.notes).map { Console.wrap($0, width: Console.width) }
    lines += document.warnings.map { Console.wrap("Warning: \($0)", width: Console.width) }
    return lines.joined(separator: "\n") + "\n"
  }
}
