import Foundation

/// Wall and CPU time of a piece of work.
struct Stopwatch {
  /// A result that came faster than the hardware could have done the work.
  struct Implausible: Error, CustomStringConvertible {
    var seconds: Double
    var floor: Double

    var description: String {
      "the work took \(seconds) s, less than the \(floor) s it needs at the least: "
        + "it was not done"
    }
  }

  /// The lowest wall time in seconds.
  var wall = Double.infinity
  /// The lowest CPU time of all threads in seconds.
  var cpu = Double.infinity

  /// Runs the work several times and keeps the lowest times, none below `floor`: what else the
  /// machine does can only add to them. The results are returned, so the compiler cannot leave the
  /// work out.
  mutating func fastest<Result>(
    of repetitions: Int, floor: Double, _ work: () throws -> Result
  ) throws -> [Result] {
    var results: [Result] = []
    for _ in 0..<repetitions {
      let start = (wall: Self.wallNow, cpu: Self.cpuNow)
      results.append(try work())
      wall = min(wall, Self.wallNow - start.wall)
      cpu = min(cpu, Self.cpuNow - start.cpu)
    }
    guard wall >= floor else { throw Implausible(seconds: wall, floor: floor) }
    return results
  }

  /// Seconds on a clock that only runs forward.
  static var wallNow: Double { now(CLOCK_MONOTONIC) }

  /// CPU seconds of all threads of the process so far.
  static var cpuNow: Double { now(CLOCK_PROCESS_CPUTIME_ID) }

  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The largest resident set of the process so far, in MiB.
  static var peakMegabytes: Double {
    var usage = rusage()
    // Linux counts in KiB, Apple's systems in bytes.
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Double(usage.ru_maxrss) / 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1_048_576
    #endif
  }
}
