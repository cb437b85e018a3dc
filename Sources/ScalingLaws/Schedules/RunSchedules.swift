internal import Quantities
internal import Statistics

/// The learning-rate schedules of several runs, completed from the steps that a table lists.
public struct RunSchedules: Sendable {
  /// Why the schedules cannot be completed.
  public enum Problem: Error, Sendable, Hashable {
    /// No rate of the run is known.
    case noRates(run: String)
    /// Rates are kept step by step, so a run may have ``longest`` of them at most.
    case tooLong(run: String, steps: Int)
    /// The rows of a run lie too far apart.
    case incomplete(run: String, ListedSchedule.Problem)
  }

  /// The most steps of a schedule.
  public static let longest = 100_000_000

  /// The schedules, ordered by the names of their runs.
  public let schedules: [LearningRateSchedule]
  private let positions: [String: Int]

  /// Completes the schedules of runs, their rates in any order, up to the last step wanted of each.
  /// Rates that were logged with the losses are joined by lines; a table of schedules may be
  /// coarser, and its decay is recognised.
  public init(
    rates: [String: [(step: Double, rate: Double)]], lastSteps: [String: Double], warmup: Int,
    isLogged: Bool
  ) throws(Problem) {
    var schedules: [LearningRateSchedule] = []
    var positions: [String: Int] = [:]
    for run in lastSteps.keys.sorted() {
      guard let known = rates[run], !known.isEmpty else { throw .noRates(run: run) }
      let end = Int(saturating: lastSteps[run] ?? 0)
      guard end <= Self.longest else { throw .tooLong(run: run, steps: end) }
      positions[run] = schedules.count
      let completed: [Double]
      if isLogged {
        completed = ListedSchedule.straight(known, through: end, warmup: warmup)
      } else {
        do throws(ListedSchedule.Problem) {
          completed = try ListedSchedule(points: known, through: end, warmup: warmup).rates
        } catch { throw .incomplete(run: run, error) }
      }
      schedules.append(LearningRateSchedule(rates: completed))
    }
    self.schedules = schedules
    self.positions = positions
  }

  /// Gives every row the schedule of its run and the areas that a law of the curve reads.
  public func attached(
    to observations: Observations, runs: [String], law: any Law, warmup: Int
  ) throws(FitError) -> Observations {
    var result = observations
    result.schedules = schedules
    result.scheduleOfRow = runs.map { positions[$0] ?? -1 }
    return try result.addingScheduleAreas(for: law, warmup: warmup)
  }
}
