/// Why a planted world cannot be drawn from.
public struct PlantedWorldError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, a sentence.
  public var description: String
}

extension PlantedWorld {
  /// Throws ``PlantedWorldError`` for the first setting that makes no sense.
  public func validate() throws(PlantedWorldError) {
    func require(_ holds: Bool, _ sentence: String) throws(PlantedWorldError) {
      if !holds { throw PlantedWorldError(description: sentence) }
    }
    func isShare(_ value: Double) -> Bool { value >= 0 && value <= 1 }
    try require(problems > 0 && attempts > 0, "problems and attempts must be positive")
    try require(
      isShare(unsolvable) && isShare(certain) && unsolvable + certain <= 1,
      "the unsolvable and the certain share lie between 0 and 1, and so does their sum")
    try require(
      components.allSatisfy { $0.weight >= 0 && $0.weight.isFinite },
      "the weights of components must not be negative")
    try require(
      unsolvable + certain == 1 || components.contains { $0.weight > 0 },
      "some component needs a weight")
    try require(
      components.allSatisfy { $0.a > 0 && $0.b > 0 && $0.a.isFinite && $0.b.isFinite },
      "the shapes a and b of a component must be positive")
    if let answers {
      try require(answers.wrong > 0, "a problem needs at least one wrong answer")
      try require(
        answers.concentration >= 0 && isShare(answers.unreadable),
        "the concentration must not be negative, and the unreadable share lies between 0 and 1")
    }
    if let verifier {
      try require(verifier.problemEffect >= 0, "the problem effect must not be negative")
      try require(
        (verifier.completeness == nil) == (verifier.soundness == nil),
        "completeness and soundness come together")
      try require(
        verifier.threshold == nil || verifier.completeness == nil,
        "a verifier has either a threshold or completeness and soundness")
      try require(
        isShare(verifier.completeness ?? 0) && isShare(verifier.soundness ?? 0),
        "completeness and soundness lie between 0 and 1")
    }
    if let tokens {
      try require(
        tokens.mean > 0 && tokens.deviation >= 0 && tokens.wrongFactor > 0 && tokens.prompt >= 0,
        "token counts must be positive")
    }
    if let rounds {
      try require(
        rounds.count > 0 && isShare(rounds.gain) && isShare(rounds.loss),
        "rounds need a positive count and rates between 0 and 1")
    }
    try require(Set(arms.map(\.name)).count == arms.count, "two arms have the same name")
    try require(
      arms.allSatisfy { $0.ability.isFinite && $0.tokenFactor > 0 && ($0.attempts ?? 1) > 0 },
      "an arm needs a finite ability, a positive token factor and attempts")
  }
}
