internal import Foundation
public import LanguageModels
internal import Quantities
internal import Statistics
public import Training
public import Treatments

/// Settles the ladder of a study: the sizes and lengths that its file names, or those that fit into
/// a time on this machine.
public struct StudySizer: Sendable {
  private let file: StudyFile
  private let data: Dataset
  private let workers: Int
  private let ladder: Ladder
  private let measure: Measurement

  /// The length of sequences.
  public let context: Int

  /// Arithmetic a second of one worker while all are busy: of an arm on the baseline's model and recipe,
  /// from so many seconds of trial.
  public typealias Measurement =
    @Sendable (Arm, ModelConfiguration, TrainingRecipe, Double) throws -> Double

  /// How far the measuring of speeds is.
  public struct Progress: Hashable, Sendable {
    /// The arm that is tried now.
    public var arm: String
    /// Layers and width of the model that it is tried on.
    public var size: String
    /// The number of trials done.
    public var done: Int
    /// The number of trials in all.
    public var total: Int
  }

  /// Sizes by trials on this machine unless speeds are measured otherwise; throws ``StudyError``
  /// where the data need longer sequences than the file allows.
  public init(
    _ file: StudyFile, data: Dataset, workers: Int, measure: Measurement? = nil
  ) throws(StudyError) {
    self.file = file
    self.data = data
    self.workers = workers
    let trial = SpeedTrial(data: data, workers: workers)
    self.measure =
      measure ?? { try trial.operationsPerSecond($0, $1, $2, seconds: $3) }
    context = file.model.context ?? data.sequenceLength ?? 256
    guard context >= data.shortestSequence else {
      throw StudyError(
        .badStudy,
        "model.context: found \(context), expected at least \(data.shortestSequence), the longest "
          + "example of the data")
    }
    ladder = Ladder(file.model, vocabulary: data.vocabularyCount, context: context)
  }

  /// The rungs of a settled ladder.
  public func rungs(_ sizing: StudySizing) throws -> [Rung] {
    try sizing.sizes.map {
      Rung(model: try ladder.model(layers: $0.layers, width: $0.width), tokens: $0.tokens)
    }
  }

  /// The plan of a settled ladder.
  public func plan(_ sizing: StudySizing) throws -> StudyPlan {
    try StudyPlan(file, data: data.record, rungs: try rungs(sizing), context: context)
  }

  /// Settles the ladder for a time in seconds, nil for any. `measures` finds speeds where nothing
  /// asks for them, so that times can be told; `quickly` finds them on models so small that a
  /// second is enough for all arms. Throws ``StudyError`` where sizes that the file names do not
  /// fit into the time, however short their training. A ladder that is chosen here is shrunk until
  /// it fits, and is never refused.
  public func settle(
    budget: Double?, measures: Bool, quickly: Bool = false, report: (Progress) -> Void = { _ in }
  ) throws -> StudySizing {
    let pace = Pace(quickly: quickly, budget: budget)
    guard case .count(let count) = file.ladder.sizes else {
      return try settleNamed(budget: budget, measures: measures, pace, report)
    }
    guard let budget else {
      throw StudyError(.badStudy, "ladder.rungs: a ladder without sizes needs a budget of time")
    }
    return try settle(count: count, budget: budget, pace, report)
  }

  private struct Pace {
    var quickly: Bool
    var budget: Double?

    /// How often each speed is measured, some seconds apart: another program that takes the cores for
    /// a moment changes one of them and not their median.
    static let rounds = 3

    /// When no further trial is begun: on a very busy machine each takes many times what it should.
    var limit: Duration { quickly ? .seconds(0.8) : .seconds(0.08 * (budget ?? 120)) }

    /// Seconds of one of so many trials, of which each measures every round.
    func seconds(trials: Int) -> Double {
      if quickly { return 0.05 }
      // A twenty-fifth of the time that there is.
      return min(max(0.04 * (budget ?? 120) / Double(Self.rounds * max(trials, 1)), 0.05), 2)
    }
  }

  /// Sizes are named; the time decides how long they are trained at most.
  private func settleNamed(
    budget: Double?, measures: Bool, _ pace: Pace, _ report: (Progress) -> Void
  ) throws -> StudySizing {
    var sizing = sized(try ladder.models(file.ladder.sizes), scale: 1)
    guard budget != nil || measures else { return sizing }
    sizing.speeds = try speeds(try rungs(sizing).map(\.model), pace, report)
    guard let budget, let whole = try seconds(sizing), whole > budget * Self.usable else {
      return sizing
    }
    let (shorter, scale) = try shortened(sizing, to: budget, least: 0.02)
    guard let seconds = try seconds(shorter), seconds <= budget else {
      throw StudyError(
        .badStudy,
        "the study takes about \(Self.time(whole)) here, which does not come down to \(Self.time(budget)) by shorter training alone: use fewer or smaller sizes, or fewer seeds"
      )
    }
    sizing = shorter
    sizing.note =
      "training shortened to \(Self.percent(scale)) of what the file asks for, to fit into "
      + Self.time(budget)
    return sizing
  }

  /// The same sizes with as much less training as fits into a time, down to a share.
  private func shortened(
    _ sizing: StudySizing, to budget: Double, least: Double
  ) throws -> (sizing: StudySizing, scale: Double) {
    let models = try rungs(sizing).map(\.model)
    var sizing = sizing
    var scale = 1.0
    for _ in 0..<8 {
      guard scale > least, let seconds = try seconds(sizing), seconds > budget * Self.usable else {
        break
      }
      scale = max(scale * 0.98 * budget * Self.usable / seconds, least)
      sizing = sized(models, scale: scale, speeds: sizing.speeds)
    }
    return (sizing, scale)
  }

  /// The time decides the largest size.
  private func settle(
    count: Int, budget: Double, _ pace: Pace, _ report: (Progress) -> Void
  ) throws -> StudySizing {
    let candidates = ladder.candidates()
    let probes = [32, 96, 192].compactMap { width in candidates.first { $0.width >= width } }
    let speeds = try speeds(probes, pace, report)
    var best: StudySizing?
    for top in candidates.indices {
      guard let models = Self.spread(count, upTo: top, of: candidates) else { continue }
      let sizing = sized(models, scale: 1, speeds: speeds)
      guard let seconds = try seconds(sizing), seconds <= budget * Self.usable else { break }
      best = sizing
    }
    guard var best else {
      return try shrunk(candidates, count: count, budget: budget, speeds)
    }
    best.note = "sizes \(Self.names(best)) chosen to fit into \(Self.time(budget))"
    return best
  }

  /// The smallest sizes on a slow or busy machine: trained for less long, then fewer of them.
  /// Whatever the machine says, there is a ladder: the tool chose it and cannot refuse it.
  private func shrunk(
    _ candidates: [ModelConfiguration], count: Int, budget: Double,
    _ speeds: [StudySizing.Speed]
  ) throws -> StudySizing {
    var fewest = min(count, 2)
    if case .rung(let index) = file.recipe.sweep, file.recipe.learningRates.count > 1 {
      // The size at which rates are swept must be there.
      fewest = min(count, max(fewest, index + 1))
    }
    var last: (sizing: StudySizing, scale: Double, fits: Bool)?
    for rungs in stride(from: count, through: fewest, by: -1) {
      guard
        let models = candidates.indices.lazy.compactMap({
          Self.spread(rungs, upTo: $0, of: candidates)
        }).first
      else { continue }
      let whole = sized(models, scale: 1, speeds: speeds)
      let least = rungs > fewest ? Self.shortest : leastScale(whole)
      let (sizing, scale) = try shortened(whole, to: budget, least: least)
      guard let seconds = try seconds(sizing) else { continue }
      last = (sizing, scale, seconds <= budget)
      if seconds <= budget { break }
    }
    guard let last else {
      throw StudyError(.badStudy, "ladder.rungs: there are no \(count) sizes to choose from")
    }
    var result = last.sizing
    let fewer = result.sizes.count < count ? "\(result.sizes.count) of \(count) " : ""
    result.note =
      "\(fewer)sizes \(Self.names(result)) and training shortened to "
      + "\(Self.percent(last.scale)) of what the file asks for, "
    if last.fits {
      result.note?.append("to fit into \(Self.time(budget)) at the speed measured now")
    } else {
      let seconds = try seconds(result) ?? .nan
      result.note?.append(
        "which takes about \(Self.time(seconds)) where \(Self.time(budget)) were given: perhaps other programs keep the machine busy now"
      )
    }
    return result
  }

  /// Training is not shortened below this share before sizes are left out.
  private static let shortest = 0.1

  /// The share at which the smallest run still takes some steps.
  private func leastScale(_ sizing: StudySizing) -> Double {
    let least = 8 * file.recipe.batch * context
    let tokens = sizing.sizes.map(\.tokens).min() ?? 1
    return min(max(Double(least) / Double(max(tokens, 1)), 1e-4), 1)
  }

  private static func names(_ sizing: StudySizing) -> String {
    sizing.sizes.map { "\($0.layers)x\($0.width)" }.joined(separator: ", ")
  }

  /// A ladder that ends at a candidate and begins at about a twentieth of its parameters.
  private static func spread(
    _ count: Int, upTo top: Int, of candidates: [ModelConfiguration]
  ) -> [ModelConfiguration]? {
    let sizes = candidates.map { ModelCosts($0).nonEmbeddingParameterCount }
    guard top + 1 >= count else { return nil }
    // Small sizes lie far apart: as many as there are to be rungs, however far down.
    let bottom = min(sizes.firstIndex { $0 * 20 >= sizes[top] } ?? 0, top + 1 - count)
    return Ladder.spread(
      count, upTo: top - bottom, of: Array(candidates[bottom...]))
  }

  private func sized(
    _ models: [ModelConfiguration], scale: Double, speeds: [StudySizing.Speed] = []
  ) -> StudySizing {
    let sizes = models.map { model -> StudySizing.Size in
      let parameters = Double(ModelCosts(model).parameterCount)
      let tokens =
        file.ladder.tokens.map(Double.init) ?? (file.ladder.tokensPerParameter ?? 20) * parameters
      return StudySizing.Size(
        layers: model.layers.count, width: model.width,
        tokens: max(Int(saturating: (scale * tokens).rounded()), 1))
    }
    return StudySizing(sizes: sizes, speeds: speeds, workers: workers, note: nil)
  }

  /// Seconds of the whole study, as if every swept rate were compared too.
  private func seconds(_ sizing: StudySizing) throws -> Double? {
    let plan = try plan(sizing)
    return sizing.seconds(of: try plan.jobsWithAllRates())
  }

  /// The baseline at each size, and every other arm at the middle one. Sizes whose steps take too
  /// long, or too much memory, for a trial are measured on smaller ones: the arithmetic of a step
  /// scales what they say.
  private func speeds(
    _ models: [ModelConfiguration], _ pace: Pace, _ report: (Progress) -> Void
  ) throws -> [StudySizing.Speed] {
    let start = ContinuousClock.now
    let most = pace.quickly ? 1e9 : 1e11
    var recipe = TrainingRecipe(batchSize: file.recipe.batch, sequenceLength: context)
    recipe.optimizer = file.recipe.optimizer.usualSettings.adjusted(
      learningRate: file.recipe.learningRates.first, weightDecay: file.recipe.weightDecay)
    recipe.schedule = Schedule(.constant)
    func operations(_ model: ModelConfiguration, _ batch: Int) throws -> Double {
      try file.baseline.costs(model, length: context).trainingOperationsPerToken
        * Double(batch * context)
    }
    var probes = models
    if models.count > 3 {
      probes = [models[0], models[models.count / 2], models[models.count - 1]]
    }
    if try probes.contains(where: { try operations($0, recipe.batchSize) > most }) {
      // Fewer sequences first, as long as they are enough to hide what a step costs besides.
      recipe.batchSize = min(recipe.batchSize, max(4096 / context, 1))
      let fitting = try ladder.candidates().filter { try operations($0, recipe.batchSize) <= most }
      var chosen: [ModelConfiguration] = []
      for probe in probes {
        let isSmall = try operations(probe, recipe.batchSize) <= most
        guard let model = isSmall ? probe : fitting.last ?? ladder.candidates().first,
          !chosen.contains(model)
        else { continue }
        chosen.append(model)
      }
      probes = chosen
    }
    let middle = probes[probes.count / 2]
    let trials = probes.map { (file.baseline, $0) } + file.arms.map { ($0, middle) }
    let seconds = pace.seconds(trials: trials.count)
    var measured: [[Double]] = trials.map { _ in [] }
    for round in 0..<Pace.rounds {
      for (place, (arm, model)) in trials.enumerated() {
        // Arms that are not tried are taken to be as fast as the baseline, operation by operation.
        let isNeeded = round == 0 && (place < probes.count || !pace.quickly)
        if !isNeeded, ContinuousClock.now - start > pace.limit { continue }
        report(
          Progress(
            arm: arm.name, size: "\(model.layers.count)x\(model.width)",
            done: round * trials.count + place, total: Pace.rounds * trials.count))
        measured[place].append(try measure(arm, model, recipe, seconds))
      }
    }
    return try zip(trials, measured).compactMap { trial, speeds -> StudySizing.Speed? in
      guard !speeds.isEmpty else { return nil }
      let (arm, model) = trial
      return StudySizing.Speed(
        arm: arm.name, parameters: try arm.costs(model, length: context).parameters,
        operationsPerSecond: median(speeds))
    }
  }

  /// The share of a budget that runs may be planned for: the rest is reading, verdict and report,
  /// and what the estimate is off.
  private static let usable = 0.8

  private static func time(_ seconds: Double) -> String {
    seconds < 120
      ? "\(Int(saturating: seconds.rounded())) s"
      : "\(Int(saturating: (seconds / 60).rounded())) min"
  }

  private static func percent(_ share: Double) -> String {
    "\(Int(saturating: (100 * share).rounded())) %"
  }
}
