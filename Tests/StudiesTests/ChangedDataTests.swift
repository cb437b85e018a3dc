import Foundation
import Studies
import StudyTestSupport
import TestSupport
import Testing
import Training
import Verdicts

/// Data that somebody writes to while a study runs: nothing that was made of both states is kept.
@Suite struct ChangedDataTests {
  @Test func aRunWhoseDataChangedIsNotRecorded() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let place = scratch.path("data")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    func write(_ name: String, _ token: (Int) -> Int, count: Int) throws {
      let bytes = Data((0..<count).flatMap { [UInt8(token($0)), 0] })
      try bytes.write(to: URL(fileURLWithPath: "\(place)/\(name)"))
    }
    try write("train.bin", { $0 * $0 % 7 }, count: 4000)
    try write("held.bin", { $0 % 7 }, count: 900)
    let file = try StudyFile(
      text: """
        corpus: {tokens: train.bin, validation-tokens: held.bin, vocabulary: 8}
        model: {context: 32}
        ladder: {sizes: [1x16], tokens: 65536, seeds: 2}
        recipe: {batch: 4, learning-rate: 0.02, evaluation-tokens: 512}
        treatments: [qk-norm]
        """, name: "s.yaml", folder: place)
    let (plan, data) = try TinyStudy.plan(file)
    let held = try #require(FileHandle(forUpdatingAtPath: "\(place)/held.bin"))
    usleep(20_000)
    try held.write(contentsOf: Data([3, 0, 3, 0, 3, 0]))
    let log = MemoryRunLog()
    let error = #expect(throws: DatasetError.self) {
      _ = try LocalExecutor(workers: 1, folder: place + "/work")
        .run(plan, data: data, log: log, stop: StopRequest()) { _ in }
    }
    #expect(error?.description.contains("changed") == true)
    #expect(try plan.outcomes(in: log).isEmpty)
    // The data as they are now are others, whose runs are whole.
    let (other, now) = try TinyStudy.plan(file)
    #expect(other.data != plan.data)
    let isWhole = try LocalExecutor(workers: 2, folder: place + "/work")
      .run(other, data: now, log: log, stop: StopRequest()) { _ in }
    #expect(isWhole)
    #expect(try other.outcomes(in: log).count == 4)
  }

  /// Names that nobody can tell apart.
  @Test(arguments: [
    "plain ", " plain", "pl\u{200B}ain", "pl\u{202E}ain", "pl\u{AD}ain", "a  b", "a\u{A0}b",
    "plain\u{FE0F}", "\u{2066}plain",
  ])
  func namesThatLookTheSameAreRefused(_ name: String) throws {
    let error = #expect(throws: StudyFileError.self) {
      _ = try TinyStudy.file(treatments: "[{name: \"\(name)\", use: [qk-norm]}]")
    }
    #expect(error?.description.contains("the arm's name") == true)
  }

  @Test func lengthsThatComeToTheSameStepsAreRefused() throws {
    let file = try TinyStudy.file(
      ladder: "{sizes: [1x16], tokens: 4096, lengths: [0.5, 0.501, 1], seeds: 1}")
    let error = #expect(throws: StudyError.self) { _ = try TinyStudy.plan(file) }
    #expect(
      error?.message.contains("the same run of 16 steps") == true, "\(String(describing: error))")
  }
}
