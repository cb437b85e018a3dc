public import Corpora
internal import Statistics

/// A verifier that knows nothing, at no cost: the null of every strategy that searches.
///
/// Scores are uniform in [0, 1) and depend on the seed, the problem, the number of the candidate and
/// of the step alone. Equal candidates have different ones: scores by content would prefer rare
/// answers, of which there are more.
public final class RandomVerifier: Verifier {
  /// `random`.
  public let name = "random"
  /// False.
  public let goesBySolution = false
  private let seed: UInt64

  /// A verifier whose scores the seed names.
  public init(seed: UInt64 = 0) { self.seed = seed }

  /// Nothing.
  public func cost(prompt: Int, read: Int, solutions: Int) -> StrategyCost { StrategyCost() }

  /// A reading with scores by chance.
  public func reading(of places: [AttemptPlace], task: any StepwiseTask) -> any StepReading {
    let random = SplittableRandom(seed: seed)
    return Reading(places.map { random.split($0.problem.index).split($0.attempt) })
  }

  private final class Reading: StepReading {
    private let streams: [SplittableRandom]
    private var step = 0

    init(_ streams: [SplittableRandom]) { self.streams = streams }

    func scores(appending steps: [[Int32]]) -> [Double] {
      defer { step += 1 }
      return streams.map { stream in
        var chance = stream.split(step)
        return chance.nextUniform()
      }
    }

    func reorder(_ parents: [Int]) {}

    func forget(_ steps: Int) { step -= steps }
  }
}
