internal import Foundation
internal import LanguageModels
internal import Statistics
public import Training
internal import Treatments

/// Settles the ladder of a study: the sizes and lengths that its file names, or those that fit into
/// a time on this machine.
public struct StudySizer: Sendable {
  private let file: StudyFile
  private let data: Dataset
  private let workers: Int
  private let ladder: Ladder

  /// The length of sequences.
  public let context: Int

  /// - Parameters:
  ///   - file: the study file.
  ///   - data: what it trains on.
  ///   - workers: the number of jobs side by side.
  /// - Throws: ``StudyError`` where the data need longer sequences than the file allows.
  public init(_ file: StudyFile, data: Dataset, workers: Int) throws(StudyError) {
    self.file = file
    self.data = data
    self.workers = workers
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
  ///
  /// - Parameter sizing: what was settled.
  public func rungs(_ sizing: StudySizing) throws -> [Rung] {
    try sizing.sizes.map {
      Rung(model: try ladder.model(layers: $0.layers, width: $0.width), tokens: $0.tokens)
    }
  }

  /// The plan of a settled ladder.
  ///
  /// - Parameter sizing: what was settled.
  public func plan(_ sizing: StudySizing) throws -> StudyPlan {
    try StudyPlan(file, data: data.record, rungs: try rungs(sizing), context: context)
  }

  /// Settles the ladder.
  ///
  /// - Parameters:
  ///   - budget: the time that the study may take, in seconds; nil for any.
  ///   - measures: whether to measure speeds where nothing asks for them, so that times can be told.
  ///   - quickly: whether to measure on models so small that a second is enough for all arms.
  /// - Throws: ``StudyError`` where nothing fits into the time.
  public func settle(
    budget: Double?, measures: Bool, quickly: Bool = false
  ) throws -> StudySizing {
    guard case .count(let count) = file.ladder.sizes else {
      return try settleNamed(budget: budget, measures: measures, quickly)
    }
    guard let budget else {
      throw StudyError(.badStudy, "ladder.rungs: a ladder without sizes needs a budget of time")
    }
    return try settle(count: count, budget: budget, quickly)
  }

  /// Sizes are named; the time decides how long they are trained at most.
  private func settleNamed(
    budget: Double?, measures: Bool, _ quickly: Bool
  ) throws -> StudySizing {
    var sizing = sized(try ladder.models(file.ladder.sizes), scale: 1)
    guard budget != nil || measures else { return sizing }
    sizing.speeds = try speeds(try rungs(sizing).map(\.model), quickly)
    guard let budget, let whole = try seconds(sizing), whole > budget * Self.usable else {
      return sizing
    }
    return try shortened(sizing, from: whole, to: budget)
  }

  /// The same sizes with as much less training as fits into a time.
  private func shortened(
    _ sizing: StudySizing, from whole: Double, to budget: Double
  ) throws -> StudySizing {
    let models = try rungs(sizing).map(\.model)
    var sizing = sizing
    var scale = 1.0
    for _ in 0..<8 {
      guard let seconds = try seconds(sizing), seconds > budget * Self.usable else { break }
      scale *= 0.98 * budget * Self.usable / seconds
      sizing = sized(models, scale: scale, speeds: sizing.speeds)
    }
    guard scale > 0.02, let seconds = try seconds(sizing), seconds <= budget else {
      throw StudyError(
        .badStudy,
        "the study takes about \(Self.time(whole)) here, which does not come down to \(Self.time(budget)) by shorter training alone: use fewer or smaller sizes, or fewer seeds"
      )
    }
    sizing.note =
      "training shortened to \(Self.percent(scale)) of what the file asks for, to fit into "
      + Self.time(budget)
    return sizing
  }

  /// The time decides the largest size.
  private func settle(count: Int, budget: Double, _ quickly: Bool) throws -> StudySizing {
    let candidates = ladder.candidates()
    let probes = [32, 96, 192].compactMap { width in candidates.first { $0.width >= width } }
    let speeds = try speeds(probes, quickly)
    var best: StudySizing?
    var smallest: StudySizing?
    for top in candidates.indices {
      guard let models = Self.spread(count, upTo: top, of: candidates) else { continue }
      let sizing = sized(models, scale: 1, speeds: speeds)
      smallest = smallest ?? sizing
      guard let seconds = try seconds(sizing), seconds <= budget * Self.usable else { break }
      best = sizing
    }
    guard var best else {
      guard let smallest, let whole = try seconds(smallest) else {
        throw StudyError(.badStudy, "ladder.rungs: there are no \(count) sizes to choose from")
      }
      // A slow or busy machine trains the smallest sizes for less long.
      return try shortened(smallest, from: whole, to: budget)
    }
    let sizes = best.sizes.map { "\($0.layers)x\($0.width)" }.joined(separator: ", ")
    best.note = "sizes \(sizes) chosen to fit into \(Self.time(budget))"
    return best
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

  /// The baseline at each size, and every other arm at the middle one.
  ///
  /// Sizes whose steps take too long, or too much memory, for a trial are measured on smaller ones:
  /// the arithmetic of a step scales what they say.
  private func speeds(
    _ models: [ModelConfiguration], _ quickly: Bool
  ) throws -> [StudySizing.Speed] {
    let trial = SpeedTrial(data: data, workers: workers)
    let start = ContinuousClock.now
    let most = quickly ? 1e9 : 1e11
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
    func speed(_ arm: Arm, _ model: ModelConfiguration) throws -> StudySizing.Speed {
      StudySizing.Speed(
        arm: arm.name, parameters: try arm.costs(model, length: context).parameters,
        operationsPerSecond: try trial.operationsPerSecond(
          arm, model, recipe, seconds: quickly ? 0.1 : 0.4))
    }
    var speeds = try probes.map { try speed(file.baseline, $0) }
    let middle = probes[probes.count / 2]
    for arm in file.arms {
      // Arms that are not tried are taken to be as fast as the baseline, operation by operation.
      if quickly, ContinuousClock.now - start > .seconds(0.8) { break }
      speeds.append(try speed(arm, middle))
    }
    return speeds
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
