internal import Statistics

/// Answers drawn from given probabilities, to test what is built on them and to play what-if.
public final class PlantedSteps<State: Hashable & Sendable>: StepSource {
  /// The probabilities of the answers at each state.
  public let odds: (State) -> StepOdds
  /// What all replies so far have cost; only their number is known.
  public private(set) var cost = StepCost()

  /// Answers of these probabilities.
  public init(_ odds: @escaping (State) -> StepOdds) { self.odds = odds }

  /// There is no model.
  public var method: StepMethod { .planted }

  /// Draws answers.
  public func sample(_ requests: [StepRequest<State>]) -> [[Int?]] {
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
