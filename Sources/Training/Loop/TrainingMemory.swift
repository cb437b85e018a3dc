internal import Foundation

/// The memory that training takes, and what there is of it.
public enum TrainingMemory {
  /// The bytes that a run needs at least: weights, gradients and two moments in single precision, and
  /// the logits of a micro-batch, the largest activation.
  public static func bytes(
    parameters: Int, vocabulary: Int, recipe: TrainingRecipe
  ) -> Double {
    let logits =
      Double(recipe.microBatchSize) * Double(recipe.sequenceLength) * Double(vocabulary)
    return 4 * (4 * Double(parameters) + logits)
  }

  /// The bytes that this process may take: those of the machine, or fewer where it is confined.
  public static var available: Double {
    let physical = Double(ProcessInfo.processInfo.physicalMemory)
    // Linux: the limit of the control group, in its second and first version; `max` is none.
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
      .compactMap { path in
        (try? String(contentsOfFile: path, encoding: .utf8))
          .flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      }
    return ([physical] + limits).min() ?? physical
  }
}
