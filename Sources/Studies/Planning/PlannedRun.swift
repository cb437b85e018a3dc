public import Training
public import Treatments
public import Verdicts

/// One run of a study, ready to be carried out.
public struct PlannedRun: Sendable {
  /// Its place in the study's table.
  public var row: StudyRow
  /// Everything that decides its result.
  public var definition: RunDefinition
  /// The arm.
  public var arm: Arm
  /// The arm's recipe, treatments applied.
  public var recipe: TrainingRecipe
  /// The steps at which the lengths of the study leave the trunk that they share, ascending; none
  /// where this run is trained by itself.
  public var trunkEnds: [Int]
}

/// Runs that share a trunk: one is trained, and each branches off it before its own cooldown.
public struct Job: Sendable, Identifiable {
  /// The name of the trunk.
  public var id: String
  /// The runs, shortest first.
  public var runs: [PlannedRun]

  /// Runs of one trunk, shortest first.
  public init(id: String, runs: [PlannedRun]) {
    self.id = id
    self.runs = runs
  }

  /// Arithmetic of all steps that the job takes, the trunk counted once.
  public var operations: Double {
    runs.enumerated().reduce(0) { sum, entry in
      let (index, run) = entry
      let previous = index > 0 ? runs[index - 1].trunkSteps : 0
      let steps = run.recipe.steps - (run.branches ? previous : 0)
      return sum + Double(steps * run.recipe.tokensPerStep)
        * run.row.costs.trainingOperationsPerToken
    }
  }
}

extension PlannedRun {
  /// Whether the run leaves a trunk before its cooldown.
  var branches: Bool { !trunkEnds.isEmpty }

  /// The number of steps that the run takes over from its trunk.
  var trunkSteps: Int { branches ? recipe.trunkSteps : 0 }
}

extension TrainingRecipe {
  /// The number of steps before the cooldown.
  var trunkSteps: Int {
    if case .constantWithCooldown(let cooldown) = schedule.shape { return steps - cooldown }
    return 0
  }
}
