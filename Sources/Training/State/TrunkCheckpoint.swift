import Foundation

/// A checkpoint of one run, the trunk, from which other runs continue to another end.
///
/// A trunk of constant learning rate serves runs of several lengths: each continues from its
/// checkpoint with ``Schedule/Shape/constantWithCooldown(cooldownSteps:)`` and comes to the same
/// bits as if it had been trained alone.
public struct TrunkCheckpoint: Hashable, Sendable {
  /// The folder of the checkpoint.
  public var path: String

  /// The folder of a checkpoint, as ``TrainingEvent/checkpoint(step:folder:)`` gives it.
  public init(path: String) { self.path = path }

  /// The checkpoint that a run leaves after a step.
  public init(after step: Int, in folder: String) {
    path = RunFolder(path: folder).checkpoints.folder(step)
  }

  /// Whether the folder is there.
  public var exists: Bool { FileManager.default.fileExists(atPath: path) }

  /// The folder of all of the trunk's checkpoints, and the step of this one.
  func located() throws(TrainingError) -> (checkpoints: CheckpointFolder, step: Int) {
    let path = (path as NSString).standardizingPath as NSString
    let checkpoints = CheckpointFolder(path: path.deletingLastPathComponent)
    guard let step = CheckpointFolder.step(of: path.lastPathComponent) else {
      throw TrainingError(.badData, path.lastPathComponent, "expected a folder called step-…")
    }
    guard exists else {
      throw TrainingError(.badData, path.lastPathComponent, "there is no such checkpoint")
    }
    return (checkpoints, step)
  }
}

extension TrainingRecipe {
  /// Makes sure that a run which takes over another one's first steps comes to the same bits as if
  /// it had taken them itself.
  ///
  /// - Throws: ``TrainingError`` naming a setting other than length, schedule and cadences that
  ///   differs, or a step at which the learning rates do.
  public func check(branchingFrom trunk: TrainingRecipe, after step: Int) throws(TrainingError) {
    var same = trunk
    same.budget = budget
    same.schedule = schedule
    same.validation = validation
    same.checkpoints = checkpoints
    same.diagnosticsEvery = diagnosticsEvery
    if let difference = try firstDifference(from: same) {
      throw TrainingError(
        .badSetting, difference.key,
        "the trunk was trained with \(difference.other), found \(difference.value)")
    }
    guard step <= steps else {
      throw TrainingError(
        .badSetting, "steps", "found \(steps), but the trunk's checkpoint is after step \(step)")
    }
    for done in 0..<step {
      let (mine, its) = (
        schedule.factor(at: done, of: steps), trunk.schedule.factor(at: done, of: trunk.steps)
      )
      guard mine == its else {
        throw TrainingError(
          .badSetting, "schedule",
          "the trunk took step \(done + 1) at \(its) of the peak learning rate, found \(mine)")
      }
    }
  }
}
