public import Quantities

/// The best of several ways to choose an attempt, told as the best of several.
///
/// The largest of a dozen accuracies is too large on average. The cross-fitted one chooses by one
/// half of the problems and uses the choice on the other, over twenty ways to halve them.
public struct SelectorChoice: Codable, Sendable, Hashable {
  /// How many ways there are.
  public var selectors: Int
  /// The way that is best on all problems.
  public var best: String
  /// The number of samples, n.
  public var samples: Int
  /// Its accuracy on the problems that it is the best on.
  public var accuracy: Estimated
  /// The accuracy on problems that had no part in the choice.
  public var crossFitted: Estimated

  /// Chooses at the largest number of samples; nil for fewer than two ways.
  init?(_ curves: [ProblemCurves], bootstrap: ProblemBootstrap) {
    guard curves.count > 1, let first = curves.first, let samples = first.samples.last,
      samples > 1,
      curves.allSatisfy({ $0.samples == first.samples && $0.problems == first.problems })
    else { return nil }
    let column = first.samples.count - 1
    let count = first.problems.count
    let ways = curves.indices.map { $0 }
    let tallies = PolicyTallies(
      accuracies: [
        (0..<count).map { problem in curves.map { $0.matrix[problem, column] } }
      ], binsOfProblems: [[Int](repeating: 0, count: count)], bins: 1,
      seed: bootstrap.seed)
    @Sendable func numbers(_ sums: [Double]) -> [Double] {
      let splits = tallies.splits(sums, crossFitted: true)
      let honest = splits.reduce(0.0) {
        $0 + PolicyTallies.accuracy(choose: $1.choose, judge: $1.judge, choices: ways)
      }
      let whole = tallies.splits(sums, crossFitted: false)[0].judge[0]
      return [honest / Double(splits.count)] + ways.map { whole[$0 + 1] / whole[0] }
    }
    let centre = numbers(tallies.tallies.totals)
    let draws = tallies.tallies.replicates(bootstrap, numbers)
    let best = ways.max { (centre[$0 + 1], -$0) < (centre[$1 + 1], -$1) } ?? 0
    func estimated(_ column: Int) -> Estimated {
      bootstrap.interval(around: centre[column], draws: draws.map { $0[column] }, problems: count)
    }
    selectors = curves.count
    self.best = curves[best].selector
    self.samples = samples
    accuracy = estimated(best + 1)
    crossFitted = estimated(0)
  }
}
