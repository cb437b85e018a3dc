public import RunTables

/// How the step scores of an attempt make one score [204].
public enum StepAggregation: String, Sendable, Hashable, Codable, CaseIterable {
  case min
  case last
  case average = "avg"
  case product
}

extension OutcomeArm.StepScores {
  /// One score for each attempt; NaN for an attempt without steps.
  public func scores(_ aggregation: StepAggregation) -> [Double] {
    (0..<max(starts.count - 1, 0)).map { attempt in
      let steps = values[starts[attempt]..<starts[attempt + 1]]
      guard let last = steps.last else { return .nan }
      switch aggregation {
      case .last: return Double(last)
      case .average: return steps.reduce(0.0) { $0 + Double($1) } / Double(steps.count)
      case .product: return steps.reduce(1.0) { $0 * Double($1) }
      case .min:
        // A missing step score makes the whole score missing, as it does in a mean.
        return steps.reduce(Double.infinity) {
          $1.isNaN || $0.isNaN ? .nan : Swift.min($0, Double($1))
        }
      }
    }
  }
}

/// By the step scores of a process verifier, under the names of the field [204]: prm_min_max,
/// prm_min_vote, prm_last_max and so on.
public struct StepSelector: AttemptSelector, Hashable {
  /// How the scores of an attempt's steps are put together.
  public var aggregation: StepAggregation
  /// Whether answers are voted on with the scores as weights, rather than the best attempt chosen.
  public var votes: Bool
  /// Settings of the vote; its weighting is the score's.
  public var vote: WeightedVote

  /// Settings.
  public init(_ aggregation: StepAggregation, votes: Bool, vote: WeightedVote = WeightedVote()) {
    self.aggregation = aggregation
    self.votes = votes
    self.vote = vote
  }

  /// Every aggregation with the maximum and the vote.
  public static var all: [StepSelector] {
    StepAggregation.allCases.flatMap {
      [StepSelector($0, votes: false), StepSelector($0, votes: true)]
    }
  }

  /// What the selector is called.
  public var name: String { "prm_\(aggregation.rawValue)_\(votes ? "vote" : "max")" }

  /// The expected accuracy at each problem; throws without step scores, and without answers to vote on.
  public func curves(of arm: OutcomeArm, samples: [Int]? = nil, threads: Int = 2)
    throws(SelectionError) -> ProblemCurves
  {
    guard let steps = arm.stepScores else { throw .missingColumn("step_scores") }
    var scored = arm
    scored.scores = steps.scores(aggregation)
    var curves =
      votes
      ? try vote.curves(of: scored, samples: samples, threads: threads)
      : try BestOfN().curves(of: scored, samples: samples, threads: threads)
    curves.selector = name
    return curves
  }
}
