import Statistics
import Strategies

/// Answers drawn from given probabilities, to test what is built on them and to play what-if.
final class PlantedSteps<State: Hashable & Sendable>: StepSource {
  /// The probabilities of the answers at each state.
  let odds: (State) -> StepOdds
  /// What all replies so far have cost; only their number is known.
  private(set) var cost = StepCost()

  /// Answers of these probabilities.
  init(_ odds: @escaping (State) -> StepOdds) { self.odds = odds }

  /// There is no model.
  var method: StepMethod { .planted }

  /// Draws answers.
  func sample(_ requests: [StepRequest<State>]) -> [[Int?]] {
    requests.map { request in
      let odds = odds(request.state)
      cost.replies += request.count
      return (0..<request.count).map { copy in
        var random = request.random.split(copy)
        return odds.draw(&random)
      }
    }
  }
}
