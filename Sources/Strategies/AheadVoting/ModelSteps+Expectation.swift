extension ModelSteps {
  /// What first-to-ahead-by-k is to be expected to reach, from the exact probabilities of every step
  /// of the right game, or of its first steps.
  public func expectation(margin: Int, steps: Int? = nil) -> FirstToAheadExpectation {
    let path = task.path(steps)
    return FirstToAheadExpectation(
      odds(at: path), right: path.map { task.rightAnswer(at: $0) }, margin: margin)
  }
}
