internal import Foundation
internal import LanguageModels
internal import Training
internal import Treatments
internal import Verdicts

/// The ladder of a study as it was settled once, with the speeds behind it.
///
/// A ladder that was sized by time is kept with the study: sized again on a busier day it would be
/// another one, and nothing could be resumed.
public struct StudySizing: Codable, Hashable, Sendable {
  /// One size.
  public struct Size: Codable, Hashable, Sendable {
    /// The number of layers.
    public var layers: Int
    /// The width of the residual stream.
    public var width: Int
    /// Training tokens of the baseline at the longest length.
    public var tokens: Int
  }

  /// The speed of one arm.
  public struct Speed: Codable, Hashable, Sendable {
    /// The arm.
    public var arm: String
    /// The number of parameters of the model that was tried.
    public var parameters: Int
    /// Arithmetic of the accountant a second of one worker while all were busy.
    public var operationsPerSecond: Double
  }

  /// The sizes, smallest first.
  public var sizes: [Size]
  /// The speeds that were measured; empty if none were.
  public var speeds: [Speed]
  /// The number of jobs side by side that times are for.
  public var workers: Int
  /// What was changed to fit into the time, in a sentence; nil if nothing was.
  public var note: String?

  /// Arithmetic a second of one worker for an arm at a size, between the sizes that were tried; nil
  /// if nothing was measured.
  public func operationsPerSecond(_ arm: String, parameters: Int) -> Double? {
    func points(_ name: String?) -> [(x: Double, y: Double)] {
      speeds.filter { $0.arm == name ?? $0.arm }
        .map { (log(Double($0.parameters)), log($0.operationsPerSecond)) }
        .sorted { $0.x < $1.x }
    }
    guard let base = speeds.first?.arm else { return nil }
    let x = log(Double(parameters))
    guard let speed = Self.interpolate(points(base), at: x) else { return nil }
    guard arm != base, let own = points(arm).first,
      let there = Self.interpolate(points(base), at: own.x)
    else { return exp(speed) }
    return exp(speed + own.y - there)
  }

  /// Linear between points, level beyond them.
  private static func interpolate(_ points: [(x: Double, y: Double)], at x: Double) -> Double? {
    guard let first = points.first, let last = points.last else { return nil }
    if x <= first.x { return first.y }
    if x >= last.x { return last.y }
    for (left, right) in zip(points, points.dropFirst()) where x <= right.x {
      guard right.x > left.x else { return right.y }
      return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
    }
    return last.y
  }

  /// Seconds of a job on one worker, evaluation and overhead included; nil if nothing was measured.
  public func seconds(of job: Job) -> Double? {
    guard let run = job.runs.last,
      let speed = operationsPerSecond(run.row.arm, parameters: run.row.costs.parameters)
    else { return nil }
    let evaluated = job.runs.reduce(0.0) { sum, run in
      sum + Double(run.recipe.validation.batches * run.recipe.microBatchSize)
        * Double(run.recipe.sequenceLength) * run.row.costs.forwardOperationsPerToken
    }
    // Building, files and the store take about a twentieth of a second a run.
    return (job.operations + evaluated) / speed + 0.05 * Double(job.runs.count)
  }

  /// Seconds that all jobs take, begun in this order as the executor does; nil if nothing was
  /// measured.
  public func seconds(of jobs: [Job]) -> Double? {
    var ends = [Double](repeating: 0, count: max(workers, 1))
    for job in jobs {
      guard let seconds = seconds(of: job), let next = ends.indices.min(by: { ends[$0] < ends[$1] })
      else { return nil }
      ends[next] += seconds
    }
    return ends.max()
  }
}
