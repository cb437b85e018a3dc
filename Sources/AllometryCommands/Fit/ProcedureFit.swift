internal import Quantities
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
      "Approach 2: at each compute budget a parabola through loss over ln N around the minimum, less its bias; its lowest points give N* and D* as powers of C. Other valleys: --set valley=parabola, akima or asymmetric."
    case .envelope:
      "Approach 1: the lowest loss of all training curves at each compute; the sizes that reach it give N* and D* as powers of C."
    case .twoStep: "Loss from N and D, then the task's metric from loss."
    }
  }

  /// The kind of valley that `--set valley=…` names.
  private static func valley(_ settings: [String]) throws -> ValleyShape {
    var shape = ValleyShape.local
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[0] == "valley", let named = ValleyShape(rawValue: parts[1])
      else {
        throw CommandFailure(
          .usage,
          "--set: found \"\(setting)\", expected valley=\(ValleyShape.allCases.map(\.rawValue).joined(separator: ", valley="))"
        )
      }
      shape = named
    }
    return shape
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
          envelope, rows: observations.count, flopsPerToken: FlopsPerToken(observations),
          table: table.source, notes: built.notes)
      }
      let settings = IsoFLOPOptions(
        valley: try Self.valley(law.settings), resamples: options.resamples,
        level: options.level, seed: options.seed)
      let allocation = try isoFLOPFit(observations, options: settings)
      let largest = allocation.computeRange.upperBound
      let bias = try? isoFLOPBias(observations: observations, options: settings, at: largest)
      return FitDocument(
        allocation, rows: observations.count, bias: bias,
        readings: try isoFLOPAlternatives(
          observations, options: settings, at: largest, surface: bias?.surface),
        flopsPerToken: FlopsPerToken(observations), table: table.source, notes: built.notes)
    case .twoStep:
      let configured = try law.configured(TwoStepLaw())
      func setting(_ name: String) -> Double? {
        configured.value(ofSetting: name).flatMap { Double($0) }
      }
      let chance = setting("chance")
      let final = try ObservationsBuilder(table: table, response: "loss").build(for: Chinchilla())
      let second = try ObservationsBuilder(table: table, response: law.response ?? "accuracy")
        .build(for: LossToAccuracy(chance: chance))
      let steps = try TwoStep(
        final: final.observations, checkpoints: second.observations, chance: chance,
        ideal: setting("ideal"), options: options)
      return FitDocument(
        steps, law: configured, table: table.source, notes: final.notes,
        modelError: steps.modelError(
          law: configured, chance: chance, options: options))
    }
  }
}

/// A saved fit as a person reads it, for procedures.
struct DocumentSummary {
  let document: FitDocument
  /// What is hardly plausible about the table; the document's notes begin with it.
  let doubts: [String]

  func text() -> String {
    var table = Console.table([
      "parameter", .number("value"),
      .number("\(NumberFormat.percent(document.interval.level, decimals: 0)) interval"),
    ])
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
    let opening = Console.opening(notes: document.notes, doubts: doubts)
    var lines = [
      opening + Console.wrap("\(document.law): \(document.formula)"),
      Console.wrap(
        "\(document.rows) rows of \(document.table ?? "the table"); intervals: \(document.interval.method), \(document.interval.resamples) refits"
      ),
      "", table.render(style: Console.style),
    ]
    if let allocation = document.allocation {
      let plan = allocation.plan(compute: allocation.computeRange.upperBound)
      lines.append(
        Console.wrap(
          "At \(NumberFormat.flops(plan.compute)) FLOPs, the largest budget: N* \(NumberFormat.scale(plan.size.value)), D* \(NumberFormat.scale(plan.tokens.value)), \(NumberFormat.withInterval(plan.tokensPerParameter.value, plan.tokensPerParameter.low, plan.tokensPerParameter.high)) tokens per parameter."
        ))
    }
    if let readings = document.readings, readings.count > 1 {
      lines += ["", "Other readings of the same runs:", readingTable(readings)]
    }
    if let sentence = document.flopsPerToken?.sentence {
      lines.append(Console.wrap("Note: \(sentence)."))
    }
    lines += Console.remarks(Array(document.notes.dropFirst(doubts.count))).map {
      Console.wrap($0)
    }
    lines += document.warnings.map { Console.wrap("Warning: \($0)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func readingTable(_ rows: [AllocationAlternative]) -> String {
    var table = Console.table([
      "reading", .number("a"), .number("b"),
      .number("N*"), .number("D*"),
    ])
    for row in rows {
      table.rows.append([
        row.method, NumberFormat.fixed(row.a, 4), NumberFormat.fixed(row.b, 4),
        NumberFormat.scale(row.size), NumberFormat.scale(row.tokens),
      ])
    }
    return table.render(style: Console.style)
  }
}
