import Foundation

/// A program, or several at once, whose rate is measured.
struct Contestant {
  /// `allometry` or the peer.
  var program: String
  /// The command lines; several run at the same time, each on a processor of its own where the
  /// system allows that.
  var commands: [[String]]
  /// What a reader must know before comparing.
  var note = ""
}

/// What a contestant reached.
struct Outcome {
  var contestant: Contestant
  /// The highest rate of its turns, summed over its processes.
  var rate: Double
  /// CPU seconds of all its threads for each unit of work, the lowest of its turns.
  var cpuPerUnit: Double
  /// The number of turns.
  var turns: Int
  /// What its first process said at the end, with the memory of all.
  var numbers: [String: Double]
  /// Words that they said, by name.
  var words: [String: String]
}

/// Measures programs in turns of some seconds: each starts and warms up once and then takes its turn
/// in every round, so that all see the same machine.
struct Contest {
  /// Length of a turn in seconds.
  var seconds: Double
  /// Turns of each contestant.
  var rounds: Int

  /// Runs all contestants; peers that do not start are named and left out.
  func run(_ contestants: [Contestant]) throws -> [Outcome] {
    var entries: [(contestant: Contestant, processes: [TurnTaker])] = []
    for contestant in contestants {
      do {
        let processes = try contestant.commands.enumerated().map { index, command in
          try TurnTaker(command, processor: contestant.commands.count > 1 ? index : nil)
        }
        // One after the other, so that none warms up beside another contestant.
        for process in processes { _ = try process.answer() }
        entries.append((contestant, processes))
      } catch  where !contestant.program.hasPrefix("allometry") {
        FileHandle.standardError.write(Data("\(contestant.program) is left out: \(error)\n".utf8))
      }
    }
    var best = [(rate: Double, cpu: Double)](repeating: (0, .infinity), count: entries.count)
    for _ in 0..<rounds {
      for (index, entry) in entries.enumerated() {
        for process in entry.processes { try process.say("\(seconds)\n") }
        let answers = try entry.processes.map { try $0.answer() }
        let rate = answers.reduce(0) { $0 + $1.number("rate") }
        let cpu = answers.reduce(0) {
          $0 + $1.number("cpu") / ($1.number("wall") * $1.number("rate"))
        }
        best[index].rate = max(best[index].rate, rate)
        best[index].cpu = min(best[index].cpu, cpu / Double(answers.count))
      }
    }
    return try zip(entries, best).map { entry, best in
      var numbers: [String: Double] = [:]
      var words: [String: String] = [:]
      var memory = 0.0
      for process in entry.processes {
        let end = try process.end()
        // Memory adds up; the rest is alike.
        numbers.merge(end.numbers) { first, _ in first }
        memory += end.number("peak_mb")
        numbers["peak_mb"] = memory
        words = end.words
      }
      return Outcome(
        contestant: entry.contestant, rate: best.rate, cpuPerUnit: best.cpu, turns: rounds,
        numbers: numbers, words: words)
    }
  }
}

/// A process that takes turns.
final class TurnTaker {
  /// A process that ended before its time.
  struct Ended: Error, CustomStringConvertible {
    var command: [String]
    var description: String { "\(command.joined(separator: " ")) ended early" }
  }

  /// A line of JSON.
  struct Answer: Decodable {
    var numbers: [String: Double] = [:]
    var words: [String: String] = [:]

    func number(_ key: String) -> Double { numbers[key] ?? .nan }

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      for key in fields.allKeys {
        if let number = try? fields.decode(Double.self, forKey: key) {
          numbers[key.stringValue] = number
        } else if let word = try? fields.decode(String.self, forKey: key) {
          words[key.stringValue] = word
        }
      }
    }
  }

  private let process = Process()
  private let command: [String]
  private let input = Pipe()
  private let output = Pipe()
  private var unread = Data()

  init(_ command: [String], processor: Int? = nil) throws {
    self.command = command
    var arguments = command
    #if os(Linux)
      if let processor { arguments = ["taskset", "-c", "\(processor)"] + command }
    #endif
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    var environment = ProcessInfo.processInfo.environment
    environment["ALLOMETRY_TURNS"] = "1"
    process.environment = environment
    try process.run()
    // Only the process itself holds its end, so that its output ends when it does.
    try output.fileHandleForWriting.close()
  }

  func say(_ line: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(line.utf8))
  }

  /// The next line that the process writes.
  func answer() throws -> Answer {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = unread[unread.startIndex..<end]
        unread = Data(unread[(end + 1)...])
        return try JSONDecoder().decode(Answer.self, from: line)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw Ended(command: command) }
      unread += more
    }
  }

  /// Tells the process that there are no more turns.
  ///
  /// - Returns: what it says about itself.
  func end() throws -> Answer {
    try say("end\n")
    let answer = try answer()
    process.waitUntilExit()
    return answer
  }
}
