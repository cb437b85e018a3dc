import Statistics
import Strategies

/// A source of replies that is wrong in a systematic way at some states, where no vote helps.
final class MisledSteps<Base: StepSource>: StepSource {
  /// Where replies come from elsewhere.
  let base: Base
  /// The share of replies that are replaced at the states of ``wrongAnswer``.
  let share: Double
  /// The answer that stands in for others at a state; nil where nothing is changed.
  let wrongAnswer: (Base.State) -> Int?

  /// A source that misleads: a share above one half makes the wrong answer the mode.
  init(
    _ base: Base, share: Double, wrongAnswer: @escaping (Base.State) -> Int?
  ) {
    self.base = base
    self.share = share
    self.wrongAnswer = wrongAnswer
  }

  /// As the base's.
  var method: StepMethod { base.method }

  /// As the base's.
  var cost: StepCost { base.cost }

  /// Draws replies, some of them replaced.
  func sample(_ requests: [StepRequest<Base.State>]) -> [[Int?]] {
    var answers = base.sample(requests)
    for (index, request) in requests.enumerated() {
      guard let wrong = wrongAnswer(request.state) else { continue }
      for copy in answers[index].indices {
        // A stream that the base does not use.
        var random = request.random.split(~copy)
        if random.nextUniform() < share { answers[index][copy] = wrong }
      }
    }
    return answers
  }
}
