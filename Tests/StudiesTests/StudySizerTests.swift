import Foundation
import Studies
import Synchronization
import Testing
import Training

/// Ladders that are sized by time: what a busy machine does to them.
@Suite struct StudySizerTests {
  private let file: StudyFile
  private let data: Dataset

  init() throws {
    file = try StudyFile(
      text: """
        corpus: {language: markov, knobs: {tokens: 8, order: 1}}
        model: {context: 128}
        ladder: {rungs: 5, tokens-per-parameter: 20, seeds: 3}
        recipe: {batch: 8, learning-rate: 0.02}
        treatments: [gated-attention]
        budget: 2m
        """, name: "sized.yaml")
    data = try Dataset(file.corpus)
  }

  private func sizing(
    _ budget: Double = 120, file: StudyFile? = nil,
    report: (StudySizer.Progress) -> Void = { _ in }, speed: @escaping @Sendable (Int) -> Double
  ) throws -> StudySizing {
    let calls = Counter()
    let sizer = try StudySizer(file ?? self.file, data: data, workers: 2) { _, _, _, _ in
      speed(calls.next())
    }
    return try sizer.settle(budget: budget, measures: false, report: report)
  }

  /// Counts calls from any thread.
  private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
      count.withLock { value in
        defer { value += 1 }
        return value
      }
    }
  }

  /// A ladder that the tool chooses is never refused, however slow the machine.
  @Test(arguments: [1e11, 1e9, 1e8, 1e7, 1e5, 1.0])
  func anySpeedHasALadder(speed: Double) throws {
    let sizing = try sizing { _ in speed }
    #expect((2...5).contains(sizing.sizes.count), "\(sizing.sizes)")
    #expect(sizing.sizes.count == 5 || speed < 1e10)
    let note = try #require(sizing.note)
    let plan = try StudySizer(file, data: data, workers: 2).plan(sizing)
    let seconds = try #require(sizing.seconds(of: try plan.jobsWithAllRates()))
    // What does not fit says so, with the time that it takes.
    #expect(seconds <= 120 || note.contains("where 2 min were given"), "\(seconds) s: \(note)")
    #expect(seconds <= 120 || speed < 1e9)
  }

  /// A moment in which another program has the cores is one look of three.
  @Test func aBusyMomentChangesNothing() throws {
    let calm = try sizing { _ in 1e10 }
    let total = 3 * 4
    for moment in [0..<4, 4..<8, 8..<12, 2..<5] {
      let busy = try sizing { moment.contains($0 % total) ? 2e8 : 1e10 }
      #expect(busy.sizes == calm.sizes, "\(moment)")
    }
  }

  @Test func slowerMachinesTrainLess() throws {
    func tokens(_ speed: Double) throws -> Int {
      try sizing { _ in speed }.sizes.reduce(0) { $0 + $1.tokens }
    }
    let all = try [1e11, 1e10, 1e9, 1e8, 1e7].map(tokens)
    #expect(all == all.sorted(by: >))
  }

  /// Sizes that a person named are theirs to change.
  @Test func namedSizesAreRefused() throws {
    let named = try StudyFile(
      text: """
        corpus: {language: markov, knobs: {tokens: 8, order: 1}}
        ladder: {sizes: [4x128, 8x256], seeds: 3}
        treatments: [gated-attention]
        """, name: "named.yaml")
    let error = #expect(throws: StudyError.self) { try sizing(file: named) { _ in 1e6 } }
    #expect("\(error.map { "\($0)" } ?? "")".contains("use fewer or smaller sizes"))
  }

  @Test func eachTrialIsTold() throws {
    var told: [StudySizer.Progress] = []
    _ = try sizing(report: { told.append($0) }, speed: { _ in 1e10 })
    #expect(told.map(\.done) == Array(0..<12))
    #expect(told.allSatisfy { $0.total == 12 && $0.size.contains("x") })
    #expect(Set(told.map(\.arm)) == ["baseline", "gated-attention"])
  }
}

/// The time that a study still takes, as it is told.
@Suite struct RemainingTimeTests {
  /// A study of 120 seconds of work for each of two workers, seen every fifth of a second at the speed
  /// that it has at each moment.
  private func told(isTimed: Bool = true, speed: (Double) -> Double) -> [(at: Double, left: Double)]
  {
    var time = RemainingTime(workers: 2, isTimed: isTimed)
    var (now, done) = (0.0, 0.0)
    var result: [(Double, Double)] = []
    while done < 240, now < 2000 {
      let left = 240 - done
      if let seconds = time.update(now: now, done: done, left: left, longest: min(left, 8)) {
        result.append((now, seconds))
      }
      done += 2 * 0.2 * speed(now)
      now += 0.2
    }
    return result
  }

  @Test func aSteadyStudyCountsDown() {
    let steady = told { _ in 1 }
    for (at, left) in steady { #expect(abs(left - (120 - at)) < 9, "\(at) s: \(left)") }
    #expect(steady.first.map { abs($0.left - 120) < 1 } == true)
  }

  /// A slow beginning, or a moment of it, neither makes minutes of seconds nor seconds of minutes.
  @Test func nothingJumps() {
    let courses: [(Double) -> Double] = [
      { $0 < 4 ? 0.02 : 1 }, { (30..<34).contains($0) ? 0.05 : 1 }, { $0 < 20 ? 0.3 : 1.5 },
    ]
    for (index, speed) in courses.enumerated() {
      for isTimed in [true, false] {
        let all = told(isTimed: isTimed, speed: speed)
        #expect(all.count > 100)
        for (before, after) in zip(all, all.dropFirst()) {
          let jump = abs(after.left - before.left)
          #expect(
            jump <= max(1.5, 0.35 * before.left), "course \(index): \(before) then \(after)")
        }
      }
    }
  }

  @Test func arithmeticAloneTellsNothingAtFirst() {
    var time = RemainingTime(workers: 2, isTimed: false)
    #expect(time.update(now: 1, done: 5, left: 100, longest: 5) == nil)
    #expect(time.update(now: 4, done: 0, left: 100, longest: 5) == nil)
    #expect(time.update(now: 5, done: 10, left: 100, longest: 5) == 50)
  }
}
