import Foundation
import Studies
import StudyTestSupport
import TestSupport
import Testing
import Training
import Verdicts

/// Plans are made once, quickly, and say the same as definitions hashed one by one.
@Suite struct PlanSpeedTests {
  /// Seconds that this thread has computed.
  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test(arguments: [
    "{batch: 4, learning-rate: 0.02, evaluation-tokens: 2048}",
    "{batch: 4, learning-rate: [0.01, 0.02], evaluation-tokens: 2048, optimizer: adamw}",
  ])
  func identitiesAreThoseOfDefinitions(_ recipe: String) throws {
    let file = try TinyStudy.file(
      ladder: "{sizes: [2x16, 2x32], tokens: 8192, lengths: [0.5, 1], seeds: [3, 1000000000]}",
      recipe: recipe,
      treatments: "[qk-norm, stacked-growth, {gated-attention: {granularity: head}}]"
    )
    let (plan, _) = try TinyStudy.plan(file)
    let runs = try plan.runs(knowing: [:])
    #expect(!runs.isEmpty)
    for run in runs { #expect(try run.row.identity == run.definition.identity) }
    // Runs of one trunk differ in length alone; those whose steps depend on it share none.
    for (trunk, branches) in Dictionary(grouping: runs, by: \.row.trunk) {
      let depends = branches.contains { $0.row.arm == "stacked-growth" }
      #expect(depends == (trunk == branches[0].row.identity.description), "\(branches[0].row.arm)")
      #expect(branches.allSatisfy { $0.trunkEnds.count == (depends ? 0 : 2) })
    }
  }

  /// Ten times the runs take about ten times as long to plan, not a hundred times.
  @Test func planningGrowsWithTheNumberOfRuns() throws {
    let data = try TinyStudy.plan(TinyStudy.file(ladder: "{sizes: [1x16], tokens: 1M}")).data
    func seconds(seeds: Int) throws -> Double {
      let file = try TinyStudy.file(
        ladder: "{sizes: [1x16, 2x32, 4x64, 8x128, 12x256], tokens: 1M, seeds: \(seeds)}")
      let sizer = try StudySizer(file, data: data, workers: 2)
      let sizing = try sizer.settle(budget: nil, measures: false)
      let start = Self.threadSeconds
      let plan = try sizer.plan(sizing)
      #expect(try plan.runs(knowing: [:]).count == 10 * seeds)
      #expect(try plan.jobs(knowing: [:]).count == 10 * seeds)
      let first = Self.threadSeconds - start
      // Asked again, nothing is made again.
      let again = Self.threadSeconds
      _ = try plan.runs(knowing: [:])
      #expect(Self.threadSeconds - again < 0.1 + 0.5 * first)
      return first
    }
    let few = try seconds(seeds: 100)
    #expect(try seconds(seeds: 1000) < 35 * few)
  }

  /// A process that waits for another's runs computes next to nothing.
  @Test func anIdleExecutorRests() throws {
    let file = try TinyStudy.file(ladder: "{sizes: [1x16], tokens: 4096, seeds: 500}")
    let (plan, data) = try TinyStudy.plan(file)
    let log = MemoryRunLog()
    // Another process has them all.
    for run in try plan.runs(knowing: [:]) {
      #expect(log.claim(run.row.identity, definition: "{}"))
    }
    let stop = StopRequest()
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    var usage: [Double] = []
    _ = try LocalExecutor(workers: 2, folder: place).run(plan, data: data, log: log, stop: stop) {
      // The time of this thread, which tells how far the study is five times a second.
      usage.append(Self.threadSeconds)
      if $0.seconds > 3 { stop.stop() }
    }
    let used = (usage.last ?? 0) - (usage.first ?? 0)
    // Counting five times a second; what polled all runs took half of the time.
    #expect(used < 0.15 * 3, "\(used) s of three seconds")
  }
}
