import Foundation
import TestSupport

/// What one run of the command left behind.
struct Outcome {
  var status: Int32
  var output: String
  var error: String

  /// Standard output as one JSON object.
  var json: [String: Any] {
    get throws {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      guard let object = value as? [String: Any] else { throw Unexpected("no JSON object") }
      return object
    }
  }

  /// The lines of standard error.
  var sentences: [String] { error.split(separator: "\n").map(String.init) }
}

/// Something that a test needs and that is not there.
struct Unexpected: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// A temporary folder in which the built command runs; it goes away with the value.
final class Workspace {
  private let scratch: ScratchFolder
  var folder: URL { scratch.url }

  init() throws { scratch = try ScratchFolder() }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { scratch.path(name) }

  func write(_ text: String, to name: String) throws { try scratch.write(text, to: name) }

  func write(_ bytes: Data, to name: String) throws { try scratch.write(bytes, to: name) }

  /// The text of a file of the folder.
  func read(_ name: String) throws -> String { try scratch.read(name) }

  /// The names of the files in the folder, without those that hold the output of the command.
  var files: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { !$0.hasPrefix(".captured-") }.sorted()
    }
  }

  /// Runs `allometry` in the folder and waits for its end.
  ///
  /// Both outputs go to files, so that no pipe can fill up; `output` sends standard output
  /// elsewhere.
  func run(
    _ arguments: String..., input: String? = nil, output: String? = nil
  ) async throws -> Outcome {
    try await run(arguments, input: input, output: output)
  }

  /// Runs `allometry` in the folder and waits for its end.
  func run(
    _ arguments: [String], input: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) async throws -> Outcome {
    let label = ".captured-\(UUID().uuidString)"
    let outputPath = output ?? path(label + ".out")
    let errorPath = path(label + ".err")
    let process = Process()
    process.executableURL = try Self.executable()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["COLUMNS": "80", "LC_ALL": "C", "TZ": "UTC"]
      .merging(environment) { $1 }
    process.standardOutput = try Self.handle(writing: outputPath)
    process.standardError = try Self.handle(writing: errorPath)
    if let input {
      try write(input, to: label + ".in")
      process.standardInput = try FileHandle(
        forReadingFrom: folder.appendingPathComponent(
          label + ".in"))
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { ended in
        continuation.resume(returning: ended.terminationStatus)
      }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    func text(_ path: String) -> String {
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
    return Outcome(
      status: status, output: output == nil ? text(outputPath) : "", error: text(errorPath))
  }

  private static func handle(writing path: String) throws -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw Unexpected("\(path) cannot be written")
    }
    return handle
  }

  /// The built command, in the same folder as the test bundle or above it.
  static func executable() throws -> URL {
    let starts = [Bundle.main.executableURL, URL(fileURLWithPath: CommandLine.arguments[0])]
    for start in starts.compactMap({ $0 }) {
      var folder = start.resolvingSymlinksInPath().deletingLastPathComponent()
      while folder.path != "/" {
        let candidate = folder.appendingPathComponent("allometry")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate.path)
        {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw Unexpected("the command allometry was not built next to the tests")
  }

  /// A table of the folder `Examples`.
  static func example(_ name: String) -> String {
    PackageRoot.url("Examples/\(name)").path
  }
}
