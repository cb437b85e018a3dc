import Foundation

/// Texts and models small enough to train in a moment.
enum TinyRuns {
  /// Some thirty thousand bytes of sentences of a small grammar, the same each time.
  static let text: String = {
    var state: UInt64 = 7
    func draw(_ words: [String]) -> String {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return words[Int(state >> 33) % words.count]
    }
    return (0..<800).map { _ in
      let noun = ["model", "law", "run", "token", "curve"]
      return "The \(draw(noun)) \(draw(["fits", "beats", "follows"])) a \(draw(noun)) in "
        + "\(draw(["March", "June", "October"])).\n"
    }.joined()
  }()

  /// A decoder of one layer on that text.
  static let shape = [
    "--text", "text.txt", "--layers", "1", "--width", "32", "--context", "32", "--batch", "8",
    "--threads", "1",
  ]

  /// A folder with the text.
  static func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(text, to: "text.txt")
    return workspace
  }
}

extension Workspace {
  /// Starts the command without waiting for it.
  func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = try Self.executable()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The checkpoints of a run.
  func checkpoints(_ run: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: path("\(run)/checkpoints"))
    return (names ?? []).filter { $0.hasPrefix("step-") }.sorted()
  }

  /// A file of JSON.
  func json(_ name: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(try read(name).utf8))
    guard let object = value as? [String: Any] else { throw Unexpected("\(name) is no object") }
    return object
  }
}
