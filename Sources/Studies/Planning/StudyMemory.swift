internal import Training
internal import Treatments
public import Verdicts

/// The memory that a study takes with several runs side by side.
public struct StudyMemory: Sendable {
  /// The run that needs the most.
  public let largest: StudyRow
  /// The bytes that it needs at least.
  public let most: Double
  /// The bytes of each run that may be trained at one time, largest first.
  private let needs: [Double]

  /// Counts the memory of a study with a vocabulary of so many tokens; nil without runs.
  public init?(_ plan: StudyPlan, vocabulary: Int) throws {
    let needs = try plan.jobsWithAllRates().compactMap { job -> (StudyRow, Double)? in
      guard let run = job.runs.last else { return nil }
      return (
        run.row,
        TrainingMemory.bytes(
          parameters: run.row.costs.parameters, vocabulary: vocabulary, recipe: run.recipe)
      )
    }.sorted { $0.1 > $1.1 }
    guard let first = needs.first else { return nil }
    (largest, most) = first
    self.needs = needs.map(\.1)
  }

  /// The bytes that so many of the largest runs side by side need together, at least.
  public func bytes(workers: Int) -> Double { needs.prefix(workers).reduce(0, +) }

  /// The most runs side by side that some bytes suffice for; zero if not even one fits.
  public func workers(in bytes: Double) -> Int {
    var sum = 0.0
    var count = 0
    for need in needs {
      sum += need
      guard sum <= bytes else { return count }
      count += 1
    }
    return count
  }
}
