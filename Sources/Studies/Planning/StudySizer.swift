internal import Foundation
internal import LanguageModels
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
  /// - Throws: ``StudyError`` where nothing fits into the time.
  public func settle(budget: Double?, measures: Bool) throws -> StudySizing {
    guard case .count(let count) = file.ladder.sizes else {
      return try settleNamed(budget: budget, measures: measures)
    }
    guard let budget else {
      throw StudyError(.badStudy, "ladder.rungs: a ladder without sizes needs a budget of time")
    }
    return try settle(count: count, budget: budget)
  }

  /// Sizes are named; the time decides how long they are trained at most.
  private func settleNamed(budget: Double?, measures: Bool) throws -> StudySizing {
    var sizing = sized(try ladder.models(file.ladder.sizes), scale: 1)
    guard budget != nil || measures else { return sizing }
    sizing.speeds = try speeds(try rungs(sizing).map(\.model))
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
  private func settle(count: Int, budget: Double) throws -> StudySizing {
    let candidates = ladder.candidates()
    let probes = [32, 96, 192].compactMap { width in candidates.first { $0.width >= width } }
    let speeds = try speeds(probes)
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
        tokens: max(Int((scale * tokens).rounded()), 1))
    }
    return StudySizing(sizes: sizes, speeds: speeds, workers: workers, note: nil)
  }

  /// Seconds of the whole study, as if every swept rate were compared too.
  private func seconds(_ sizing: StudySizing) throws -> Double? {
    let plan = try plan(sizing)
    return sizing.seconds(of: try plan.jobsWithAllRates())
  }

  /// The baseline at each size, and every other arm at the middle one.
  private func speeds(_ models: [ModelConfiguration]) throws -> [StudySizing.Speed] {
    let trial = SpeedTrial(data: data, workers: workers)
    var recipe = TrainingRecipe(batchSize: file.recipe.batch, sequenceLength: context)
    recipe.optimizer = file.recipe.optimizer.usualSettings.adjusted(
      learningRate: file.recipe.learningRates.first, weightDecay: file.recipe.weightDecay)
    recipe.schedule = Schedule(.constant)
    var probes = models
    if models.count > 3 {
      probes = [models[0], models[models.count / 2], models[models.count - 1]]
    }
    func speed(_ arm: Arm, _ model: ModelConfiguration) throws -> StudySizing.Speed {
      StudySizing.Speed(
        arm: arm.name, parameters: try arm.costs(model, length: context).parameters,
        operationsPerSecond: try trial.operationsPerSecond(arm, model, recipe, seconds: 0.4))
    }
    var speeds = try probes.map { try speed(file.baseline, $0) }
    let middle = probes[probes.count / 2]
    for arm in file.arms { speeds.append(try speed(arm, middle)) }
    return speeds
  }

  /// The share of a budget that runs may be planned for: the rest is reading, verdict and report,
  /// and what the estimate is off.
  private static let usable = 0.8

  private static func time(_ seconds: Double) -> String {
    seconds < 120 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds / 60).rounded())) min"
  }

  private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
}
