/// An endless sequence of examples of a task as rows for training, named by a seed.
///
/// Example i depends on the seed and on i alone, so a stream resumes at any example at no cost and
/// can be dealt out to workers: worker w of n starts at example w with a stride of n.
public struct TaskStream: Sendable {
  /// The target where the loss does not count: all places but those that predict an answer.
  public static let ignoredTarget: Int32 = -1

  /// The task.
  public let task: any SyntheticTask
  /// The seed.
  public let seed: UInt64
  /// The inputs of a row, T; shorter examples are padded with token 0.
  public let contextLength: Int
  /// The distance between successive examples of this stream.
  public let stride: Int
  /// The index of the example written next; set it to resume.
  public var nextExample: Int

  /// Creates a stream.
  public init(
    _ task: any SyntheticTask, seed: UInt64, contextLength: Int? = nil, nextExample: Int = 0,
    stride: Int = 1
  ) {
    let contextLength = contextLength ?? task.longestExample - 1
    precondition(
      contextLength >= task.longestExample - 1, "the longest example does not fit into a row")
    precondition(stride > 0, "the stride must be positive")
    self.task = task
    self.seed = seed
    self.contextLength = contextLength
    self.nextExample = nextExample
    self.stride = stride
  }

  /// Writes the next examples, one a row of T inputs and T targets, and returns them. Both buffers
  /// hold a whole number of rows of `contextLength` tokens; target t of a row is the token after
  /// input t.
  ///
  /// A target is ``ignoredTarget`` unless it is an answer token.
  @discardableResult
  public mutating func next(
    inputs: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>
  ) -> [TaskExample] {
    precondition(
      inputs.count.isMultiple(of: contextLength) && targets.count == inputs.count,
      "both buffers must hold the same whole number of rows of \(contextLength) tokens")
    inputs.update(repeating: 0)
    targets.update(repeating: Self.ignoredTarget)
    return Swift.stride(from: 0, to: inputs.count, by: contextLength).map { start in
      let example = task.example(nextExample, of: seed)
      nextExample += stride
      for (offset, token) in example.tokens.dropLast().enumerated() {
        inputs[start + offset] = token
      }
      for position in example.answerPositions {
        targets[start + position - 1] = example.tokens[position]
      }
      return example
    }
  }
}
