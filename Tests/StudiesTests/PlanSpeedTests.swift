import Foundation
import Studies
import Testing
import Training

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

  @Test func tenThousandRunsArePlannedInTwoSeconds() throws {
    let file = try TinyStudy.file(
      ladder: "{sizes: [1x16, 2x32, 4x64, 8x128, 12x256], tokens: 1M, seeds: 1000}")
    let sizer = try StudySizer(file, data: try TinyStudy.plan(file).data, workers: 2)
    let sizing = try sizer.settle(budget: nil, measures: false)
    let start = Self.threadSeconds
    let plan = try sizer.plan(sizing)
    #expect(try plan.runs(knowing: [:]).count == 10_000)
    let jobs = try plan.jobs(knowing: [:])
    let seconds = Self.threadSeconds - start
    #expect(jobs.count == 10_000)
    #expect(seconds < 2, "\(seconds) s")
    // Asked again, nothing is made again.
    let again = Self.threadSeconds
    _ = try plan.runs(knowing: [:])
    #expect(Self.threadSeconds - again < 0.2 + 0.3 * seconds)
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
    let place = NSTemporaryDirectory() + "idle-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    var usage: [Double] = []
    _ = try LocalExecutor(workers: 2, folder: place).run(plan, data: data, log: log, stop: stop) {
      // The time of this thread, which tells how far the study is five times a second.
      usage.append(Self.threadSeconds)
      if $0.seconds > 3 { stop.stop() }
    }
    let used = (usage.last ?? 0) - (usage.first ?? 0)
    #expect(used < 0.03, "\(used) s of three seconds")
  }
}
