public import Corpora

/// A question to a policy.
public struct Problem: Sendable, Hashable {
  /// Its place among the problems of its seed; names its streams of chance.
  public var index: Int
  /// The prompt.
  public var prompt: [Int32]
  /// The level of difficulty, for tables by stratum; nil where all are alike.
  public var stratum: String?

  /// A problem; two of one run differ in their index.
  public init(index: Int, prompt: [Int32], stratum: String? = nil) {
    self.index = index
    self.prompt = prompt
    self.stratum = stratum
  }

  /// The prompts of `count` examples of a task's stream from the first index; the seed is another
  /// one than that of training examples.
  public static func draw(
    _ count: Int, from task: any StepwiseTask, seed: UInt64, first: Int = 0
  ) -> [Problem] {
    (first..<first + count).map { index in
      let prompt = task.prompt(of: task.example(index, of: seed))
      return Problem(index: index, prompt: prompt, stratum: task.stratum(of: prompt))
    }
  }
}
