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
