import Foundation
import Studies
import StudyTestSupport
import TestSupport
import Testing
import Training
import Verdicts

/// Studies that share a trunk, folders that hold something else, and what a killed process leaves.
@Suite struct SharedTrunkTests {
  private static func file(_ tokens: Int, _ lengths: String = "[0.5, 1]") throws -> StudyFile {
    try TinyStudy.file(
      ladder: "{sizes: [1x16, 1x32], tokens: \(tokens), lengths: \(lengths), seeds: 2}")
  }

  private static func run(_ file: StudyFile, _ log: any RunLog, _ folder: String) async throws
    -> [StudyRow]
  {
    let done = try TinyStudy.rows(file, workers: 2, log: log, folder: folder)
    #expect(done.isWhole)
    return done.rows
  }

  /// What is compared: everything but the clock.
  private func alone(_ file: StudyFile, _ place: String) async throws -> [StudyRow] {
    try await Self.run(file, MemoryRunLog(), place + "/alone-\(UUID().uuidString)")
  }

  /// Lengths that differ a little make the same trunk with other ends: over one log and one folder
  /// both studies come to the tables that they come to by themselves, with every curve.
  @Test func twoStudiesThatShareATrunkKeepAllRuns() async throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let files = [try Self.file(16_384), try Self.file(17_408)]
    let plans = try files.map { try TinyStudy.plan($0).plan.runs(knowing: [:]) }
    #expect(plans[0].map(\.row.trunk) == plans[1].map(\.row.trunk))
    #expect(Set(plans[0].map(\.row.identity)).isDisjoint(with: plans[1].map(\.row.identity)))
    let log = MemoryRunLog()
    async let first = Self.run(files[0], log, place + "/work")
    async let second = Self.run(files[1], log, place + "/work")
    let rows = try await [first, second]
    for (file, rows) in zip(files, rows) {
      let expected = try await alone(file, place)
      #expect(rows == expected)
      #expect(rows.allSatisfy { $0.outcome?.status == .finished })
      for row in rows {
        let loss = try #require(log.curves(of: row.identity).first { $0.name == "loss" })
        #expect(loss.steps == Array(1...row.tokens / 128))
      }
    }
    // Nothing is left behind but what a study in another process may be using.
    let left = try FileManager.default.contentsOfDirectory(atPath: place + "/work")
    #expect(left.isEmpty, "\(left)")
  }

  /// A study that was stopped half-way and then asks for a further length goes on.
  @Test func aFurtherLengthAfterAStop() async throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let log = MemoryRunLog()
    let before = try Self.file(65_536)
    let after = try Self.file(65_536, "[0.5, 0.75, 1]")
    for limit in [0.05, 0.2, 0.4] {
      let stop = StopRequest()
      _ = try TinyStudy.rows(before, workers: 2, log: log, folder: place + "/work", stop: stop) {
        if $0.seconds > limit { stop.stop() }
      }
    }
    let rows = try await Self.run(after, log, place + "/work")
    let expected = try await alone(after, place)
    #expect(rows == expected)
  }

  /// Folders that are damaged, foreign or of another run are set aside, and are nobody's failure.
  @Test func whatDoesNotFitIsSetAside() async throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try Self.file(65_536)
    let work = place + "/work"
    let log = MemoryRunLog()
    let stop = StopRequest()
    _ = try TinyStudy.rows(file, workers: 2, log: log, folder: work, stop: stop) {
      if $0.running.contains(where: { $0.step > 20 }) { stop.stop() }
    }
    let files = FileManager.default
    let names = try files.contentsOfDirectory(atPath: work).filter { !$0.hasSuffix(".lock") }
    #expect(!names.isEmpty)
    var damaged = 0
    for (number, name) in names.sorted().enumerated() {
      let checkpoints = "\(work)/\(name)/checkpoints"
      switch number % 3 {
      case 0:
        // All checkpoints lose their last byte.
        for step in (try? files.contentsOfDirectory(atPath: checkpoints)) ?? [] {
          let path = "\(checkpoints)/\(step)/model.safetensors"
          guard let data = files.contents(atPath: path) else { continue }
          try data.dropLast().write(to: URL(fileURLWithPath: path))
          damaged += 1
        }
      case 1: try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(work)/\(name)/content.json"))
      default: try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(work)/\(name)/recipe.json"))
      }
    }
    var warnings: [String] = []
    let done = try TinyStudy.rows(file, workers: 2, log: log, folder: work) {
      warnings += $0.warnings
    }
    #expect(done.isWhole)
    let expected = try await alone(file, place)
    #expect(done.rows == expected)
    let aside = try files.contentsOfDirectory(atPath: work + "/aside")
    #expect(damaged > 0 && !aside.isEmpty && !warnings.isEmpty, "\(damaged) \(warnings)")
  }

  /// The folder of a run that is recorded, and of a trunk whose runs all are, goes away.
  @Test func leftoversOfAKilledProcessAreSwept() async throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("runs")
    let file = try Self.file(16_384)
    let log = MemoryRunLog()
    let rows = try await Self.run(file, log, place + "/work")
    let files = FileManager.default
    for (name, runs) in [
      ("run-\(rows[0].identity)", [rows[0].identity]),
      ("trunk-0", rows.map(\.identity)),
      ("run-unknown", [RunIdentity(of: "nothing")]),
    ] {
      try files.createDirectory(
        atPath: "\(place)/work/\(name)", withIntermediateDirectories: true)
      try Data(runs.map { "\($0)\n" }.joined().utf8)
        .write(to: URL(fileURLWithPath: "\(place)/work/\(name)/runs.txt"))
    }
    _ = try await Self.run(file, log, place + "/work")
    #expect(try files.contentsOfDirectory(atPath: place + "/work") == ["run-unknown"])
  }
}
