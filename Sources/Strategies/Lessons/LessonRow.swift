/// What a row of a lesson shows and what it asks for.
public struct LessonRow: Hashable, Sendable {
  /// The tokens that the model reads.
  public let inputs: [Int32]
  /// What is to be predicted at each of them; −1 where nothing is asked.
  public let targets: [Int32]

  /// A row with targets of its own, as many as inputs.
  public init(inputs: [Int32], targets: [Int32]) {
    precondition(inputs.count == targets.count, "every input needs a target or −1")
    self.inputs = inputs
    self.targets = targets
  }

  /// Tokens of which each is predicted by the one before it.
  public init(_ tokens: [Int32], isTaught: [Bool]) {
    self.init(
      inputs: tokens.dropLast(),
      targets: zip(tokens, isTaught).dropFirst().map { token, taught in taught ? token : -1 })
  }

  /// Tokens of which those from a place on are to be learnt.
  public init(_ tokens: [Int32], taughtFrom start: Int) {
    self.init(tokens, isTaught: tokens.indices.map { $0 >= start })
  }
}
