import Foundation

/// The turns of a program that is measured together with others: it works for as long as its
/// standard input says, writes how fast it was, and waits until it is its turn again.
///
/// A turn is a line with a number of seconds; any other line is the end. The peers in Python follow the same protocol.
final class Turns: @unchecked Sendable {
  // All state is guarded by `condition`.
  private let condition = NSCondition()
  private let laneCount: Int
  private var arrived = 0
  private var generation = 0
  private var seconds: Double?
  private var rate = 0.0
  private var start = (wall: 0.0, cpu: 0.0)

  /// - Parameter laneCount: how many runs share the process, each on a thread of its own.
  init(laneCount: Int = 1) { self.laneCount = laneCount }

  /// Ends a lane's turn and waits for the next one.
  ///
  /// - Parameter rate: what the lane did a second in its turn; nil before the first.
  /// - Returns: how long to work; nil when there are no more turns.
  fileprivate func next(after rate: Double?) -> Double? {
    condition.lock()
    defer { condition.unlock() }
    self.rate += rate ?? 0
    arrived += 1
    if arrived == laneCount {
      report(isFirst: rate == nil)
      seconds = readLine().flatMap(Double.init)
      start = (Stopwatch.wallNow, Stopwatch.cpuNow)
      self.rate = 0
      arrived = 0
      generation += 1
      condition.broadcast()
    } else {
      let current = generation
      while current == generation { condition.wait() }
    }
    return seconds
  }

  private func report(isFirst: Bool) {
    let line =
      isFirst
      ? #"{"ready": true}"#
      : #"{"rate": \#(rate), "wall": \#(Stopwatch.wallNow - start.wall), "#
        + #""cpu": \#(Stopwatch.cpuNow - start.cpu)}"#
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}

/// One run's share of the turns.
struct Lane {
  private let turns: Turns
  private var seconds = 0.0
  private var start = 0.0
  private var amount = 0.0

  init(_ turns: Turns) { self.turns = turns }

  /// Waits for the first turn; to be called once the work is warm.
  ///
  /// - Returns: false if there is none.
  mutating func begin() -> Bool { next(after: nil) }

  /// Says that more work is done, and waits for the next turn if this one is over.
  ///
  /// - Parameter more: the amount of work.
  /// - Returns: false when there are no more turns.
  mutating func did(_ more: Double) -> Bool {
    amount += more
    let elapsed = Stopwatch.wallNow - start
    return elapsed < seconds ? true : next(after: amount / elapsed)
  }

  private mutating func next(after rate: Double?) -> Bool {
    guard let seconds = turns.next(after: rate) else { return false }
    self.seconds = seconds
    start = Stopwatch.wallNow
    amount = 0
    return true
  }
}

/// What a program says about itself after its last turn.
func reportEnd(_ numbers: [String: Double]) {
  let fields = numbers.sorted { $0.key < $1.key }.map { #""\#($0.key)": \#($0.value)"# }
  let all = fields + [#""peak_mb": \#(Stopwatch.peakMegabytes)"#]
  FileHandle.standardOutput.write(Data("{\(all.joined(separator: ", "))}\n".utf8))
}
