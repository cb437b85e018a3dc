internal import Cards
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Synchronization
internal import Training
internal import Treatments
internal import Verdicts

/// Makes the runs of a study, each of them once: asked for again, a run costs a look into a table.
///
/// The identity of a run is the hash of its definition as JSON, of which the parts that many runs
/// share (data, model, treatments) are written once, and recipes once for all seeds.
final class RunMaker: Sendable {
  /// What names a run within its study.
  struct Key: Hashable {
    var arm: Int
    var rung: Int
    var seed: UInt64
    var branch: Int
    var rate: Double
    var purpose: StudyRow.Purpose
  }

  /// An arm at a size.
  private struct Side {
    var costs: StudyRow.Costs
    /// The hash of the definition's text in front of the recipe.
    var head: IdentityHash
    /// The definition's text behind the recipe, with the sampling and, for trunks, without.
    var tail: String
    var trunkTail: String
    /// What the baseline costs a token, as a share of what this arm costs.
    var relativeCost: Double
  }

  private struct State {
    var runs: [Key: PlannedRun] = [:]
    /// Recipes as JSON by what they are without a seed: the text before and after the seed.
    var recipes: [TrainingRecipe: (String, String)] = [:]
    /// The steps that branches take of their trunk, by arm, rung and rate.
    var ends: [Key: [Int]] = [:]
  }

  private let file: StudyFile
  private let data: DatasetRecord
  private let rungs: [Rung]
  private let arms: [Arm]
  private let context: Int
  private let sides: [[Side]]
  private let state = Mutex(State())

  init(
    _ file: StudyFile, data: DatasetRecord, rungs: [Rung], arms: [Arm], context: Int
  ) throws {
    self.file = file
    self.data = data
    self.rungs = rungs
    self.arms = arms
    self.context = context
    let front =
      "{\"data\":\(try Self.json(data.withoutNotes)),\"engine\":\(RunDefinition.engineVersion),\"model\":"
    let sampling = try (file.sampling?.plan).map { ",\"sampling\":\(try Self.json($0))" } ?? ""
    let heads = try rungs.map { rung in
      var hash = IdentityHash()
      hash.append(front)
      hash.append(try Self.json(rung.model))
      hash.append(",\"recipe\":")
      return hash
    }
    let plain = try rungs.map { try file.baseline.costs($0.model, length: context) }
    sides = try arms.map { arm in
      let tail = ",\"treatments\":\(try Self.json(Self.treatments(arm)))}"
      return try rungs.indices.map { index in
        let costs = try arm.costs(rungs[index].model, length: context)
        return Side(
          costs: StudyRow.Costs(costs), head: heads[index], tail: sampling + tail, trunkTail: tail,
          relativeCost: plain[index].trainingOperationsPerToken / costs.trainingOperationsPerToken)
      }
    }
  }

  func run(_ key: Key) throws -> PlannedRun {
    if let known = state.withLock({ $0.runs[key] }) { return known }
    let made = try make(key)
    state.withLock { $0.runs[key] = made }
    return made
  }

  private func make(_ key: Key) throws -> PlannedRun {
    let arm = arms[key.arm]
    let side = sides[key.arm][key.rung]
    let model = rungs[key.rung].model
    let plain = recipe(key)
    let recipe = try arm.recipe(plain, for: model)
    let definition = RunDefinition(
      data: data, model: model, treatments: Self.treatments(arm), recipe: plain,
      sampling: file.sampling?.plan)
    let identity = try identity(side, plain, side.tail)
    // Runs whose steps depend on the length of the run share nothing.
    let shares =
      recipe.schedule.isTrunk && !arm.treatments.contains { $0.dependsOnRunLength }
    var trunk = identity
    var ends: [Int] = []
    if shares {
      trunk = try self.identity(side, definition.trunk.recipe, side.trunkTail)
      if file.ladder.lengths.count > 1 { ends = try trunkEnds(key) }
    }
    // A dry run may ask for more tokens than can be counted.
    let (tokens, isTooMany) = recipe.steps.multipliedReportingOverflow(by: recipe.tokensPerStep)
    let row = StudyRow(
      identity: identity, arm: arm.name, rung: key.rung, size: rungs[key.rung].size,
      seed: key.seed, branch: key.branch, trunk: trunk.description, purpose: key.purpose,
      learningRate: key.rate, costs: side.costs, tokens: isTooMany ? .max : tokens)
    return PlannedRun(
      row: row, definition: definition, arm: arm, recipe: recipe, trunkEnds: ends)
  }

  /// The steps at which the lengths of the study leave the trunk, ascending, each once.
  private func trunkEnds(_ key: Key) throws -> [Int] {
    var place = key
    place.seed = 0
    place.branch = 0
    place.purpose = .comparison
    if let known = state.withLock({ $0.ends[place] }) { return known }
    let steps = try file.ladder.lengths.indices.map { branch in
      place.branch = branch
      return try arms[key.arm].recipe(recipe(place), for: rungs[key.rung].model).trunkSteps
    }
    let ends = Set(steps).filter { $0 > 0 }.sorted()
    place.branch = 0
    state.withLock { $0.ends[place] = ends }
    return ends
  }

  private func identity(
    _ side: Side, _ recipe: TrainingRecipe, _ tail: String
  ) throws -> RunIdentity {
    let (before, after) = try text(recipe)
    var hash = side.head
    hash.append(before)
    hash.append("\(recipe.seed)")
    hash.append(after)
    hash.append(tail)
    return hash.identity
  }

  /// A recipe as JSON, cut where its seed stands.
  private func text(_ recipe: TrainingRecipe) throws -> (String, String) {
    var general = recipe
    // A seed that nobody gives, so that it is found again in the text.
    general.seed = .max - 58
    if let known = state.withLock({ $0.recipes[general] }) { return known }
    let mark = "\"seed\":"
    let parts = try Self.json(general).split(
      separator: "\(mark)\(general.seed)", omittingEmptySubsequences: false)
    precondition(parts.count == 2, "a recipe has one seed")
    let cut = ("\(parts[0])\(mark)", String(parts[1]))
    state.withLock { $0.recipes[general] = cut }
    return cut
  }

  private func recipe(_ key: Key) -> TrainingRecipe {
    let section = file.recipe
    var recipe = TrainingRecipe(batchSize: section.batch, sequenceLength: context)
    var tokens = Double(rungs[key.rung].tokens)
    if file.ladder.match == .compute, key.arm > 0 {
      tokens *= sides[key.arm][key.rung].relativeCost
    }
    func steps(_ share: Double) -> Int {
      let count = (share * tokens / Double(recipe.tokensPerStep)).rounded()
      return max(Int(exactly: count) ?? .max / recipe.tokensPerStep, 2)
    }
    let count = steps(file.ladder.lengths[key.branch])
    recipe.budget = .steps(count)
    recipe.optimizer = section.optimizer.usualSettings.adjusted(
      learningRate: key.rate, weightDecay: section.weightDecay)
    recipe.clipNorm = section.clip > 0 ? section.clip : nil
    recipe.zLoss = section.zLoss
    recipe.seed = key.seed
    // One warm-up for all lengths of a trunk, so that they are the same trunk.
    let shortest = steps(file.ladder.lengths[0])
    let warmup = Int(saturating: min(section.warmup * Double(shortest), 100))
    recipe.schedule = Schedule(
      warmup: warmup, section.schedule.shape(steps: count, decay: section.decay))
    recipe.diagnosticsEvery = max(count / 20, 1)
    recipe.validation.every = 0
    let perBatch = recipe.microBatchSize * context
    recipe.validation.batches = max(section.evaluationTokens / perBatch, 1)
    recipe.checkpoints.every = 0
    return recipe
  }

  private static func treatments(_ arm: Arm) -> [RunDefinition.AppliedTreatment] {
    arm.choices.map {
      .init(name: $0.card.name, version: $0.card.version, options: $0.options.values)
    }
  }

  private static func json(_ value: some Encodable) throws -> String {
    String(decoding: try RunDefinition.encoder.encode(value), as: UTF8.self)
  }
}

extension Schedule {
  /// Whether runs of several lengths share their steps before the cooldown.
  var isTrunk: Bool {
    if case .constantWithCooldown = shape { return true }
    return false
  }
}

extension StudyRow.Costs {
  /// What the accountant of an arm counts.
  init(_ costs: RunCosts) {
    self.init(
      parameters: costs.parameters, activeParameters: costs.activeParameters,
      embeddingParameters: costs.embeddingParameters,
      forwardOperationsPerToken: costs.forwardOperationsPerToken,
      trainingOperationsPerToken: costs.trainingOperationsPerToken, stateBytes: costs.stateBytes)
  }
}
