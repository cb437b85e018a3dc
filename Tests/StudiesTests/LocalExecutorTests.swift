import Foundation
import Studies
import StudyTestSupport
import TestSupport
import Testing
import Training
import Verdicts

@Suite struct LocalExecutorTests {
  @Test func theTableDoesNotDependOnTheNumberOfWorkers() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try TinyStudy.file(
      ladder: "{sizes: [1x16, 2x16], tokens: 8192, lengths: [0.5, 1], seeds: 2}",
      recipe: "{batch: 4, learning-rate: [0.01, 0.04], evaluation-tokens: 2048}")
    let one = try TinyStudy.rows(file, workers: 1, log: MemoryRunLog(), folder: place + "/1")
    let two = try TinyStudy.rows(file, workers: 2, log: MemoryRunLog(), folder: place + "/2")
    #expect(one.isWhole && two.isWhole)
    #expect(one.rows == two.rows)
    #expect(one.rows.allSatisfy { $0.loss.map { $0.isFinite && $0 < 3 } == true })
    #expect(one.rows.contains { $0.outcome?.diagnostics["attention_entropy"] != nil })
  }

  /// A branch of a trunk computes the same bits as the run trained alone.
  @Test func branchesEqualRunsTrainedAlone() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let together = try TinyStudy.file(
      ladder: "{sizes: [1x16], tokens: 8192, lengths: [0.5, 1], seeds: 1}")
    let branches = try TinyStudy.rows(
      together, workers: 2, log: MemoryRunLog(), folder: place + "/a")
    let (plan, data) = try TinyStudy.plan(together)
    let alone = MemoryRunLog()
    // The same runs asked for one by one: each has a job of its own.
    for run in try plan.runs(knowing: [:]) {
      let one = MemoryRunLog()
      let others = try plan.runs(knowing: [:]).filter { $0.row.identity != run.row.identity }
      for other in others {
        one.record(
          RunOutcome(status: .finished, costs: other.row.costs), curves: [],
          of: other.row.identity)
      }
      _ = try LocalExecutor(workers: 1, folder: place + "/b").run(
        plan, data: data, log: one, stop: StopRequest()
      ) { _ in }
      let outcome = try #require(one.outcomes(of: [run.row.identity]).values.first)
      alone.record(outcome, curves: [], of: run.row.identity)
    }
    let rows = try TinyStudy.rows(of: plan, in: alone)
    #expect(rows.map(\.loss) == branches.rows.map(\.loss))
    #expect(rows.allSatisfy { $0.loss != nil })
  }

  @Test func aStoppedStudyGoesOnToTheSameTable() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try TinyStudy.file(
      ladder: "{sizes: [2x32], tokens: 65536, lengths: [0.5, 1], seeds: 2}")
    let whole = try TinyStudy.rows(file, workers: 2, log: MemoryRunLog(), folder: place + "/a")
    let log = MemoryRunLog()
    var parts = 0
    while parts < 50 {
      let stop = StopRequest()
      let part = try TinyStudy.rows(file, workers: 2, log: log, folder: place + "/b", stop: stop) {
        if $0.seconds > 0.3 { stop.stop() }
      }
      parts += 1
      if part.isWhole {
        #expect(part.rows == whole.rows)
        break
      }
    }
    #expect(parts < 50)
  }

  @Test func aRunThatDivergesIsAnOutcome() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try TinyStudy.file(
      ladder: "{sizes: [1x16], tokens: 8192, seeds: 1}",
      recipe: "{batch: 4, optimizer: sgd, learning-rate: 1000, weight-decay: 1000, warmup: 0}")
    let result = try TinyStudy.rows(file, workers: 2, log: MemoryRunLog(), folder: place)
    #expect(result.isWhole)
    #expect(result.rows.contains { $0.outcome?.status == .diverged && $0.outcome?.message != nil })
    #expect(result.rows.allSatisfy { $0.outcome != nil })
  }

  /// Two executors over one log share the work: nothing is trained twice.
  @Test func twoExecutorsShareAStudy() async throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try TinyStudy.file(ladder: "{sizes: [1x16, 2x16], tokens: 16384, seeds: 3}")
    let log = CountingLog()
    async let first = Self.run(file, log, place + "/a")
    async let second = Self.run(file, log, place + "/b")
    let whole = try await (first, second)
    #expect(whole.0 && whole.1)
    #expect(log.recorded == 12)
  }

  private static func run(_ file: StudyFile, _ log: CountingLog, _ folder: String) async throws
    -> Bool
  {
    try TinyStudy.rows(file, workers: 1, log: log, folder: folder).isWhole
  }
}
