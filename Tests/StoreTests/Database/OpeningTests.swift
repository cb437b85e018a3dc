import Foundation
import Store
import TestSupport
import Testing
import Verdicts

/// Files that are not there, not ours, damaged or cannot be written.
struct OpeningTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func error(_ body: () throws -> Void) -> StoreError? {
    let error = #expect(throws: StoreError.self) { try body() }
    if let error { #expect(error.description.split(separator: "\n").count == 1) }
    return error
  }

  /// Runs SQL with another program, if the machine has it.
  private func sqlite(_ path: String, _ sql: String) throws -> Bool {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3") else { return false }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = [path, sql]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test func `what was stored is there when the file is opened again`() throws {
    let run = Fixture.identity(1)
    try RunStore(folder.store).record(try Fixture.outcome(1), curves: Fixture.curves(1), of: run)
    let store = try RunStore(folder.store, creating: false)
    #expect(try store.outcomes(of: [run]) == [run: Fixture.outcome(1)])
    #expect(try store.curves(of: run) == Fixture.curves(1))
    #expect(!store.isOnNetwork)
  }

  @Test func `no file`() {
    #expect(error { _ = try RunStore(folder.store, creating: false) }?.code == .noStore)
    #expect(!FileManager.default.fileExists(atPath: folder.store))
  }

  @Test func `a folder that cannot be made`() throws {
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/file"))
    #expect(error { _ = try RunStore("\(folder.path)/file/a.sqlite") }?.code == .cannotCreate)
    #expect(error { _ = try RunStore(folder.path) }?.code == .cannotCreate)
  }

  @Test func `a file that is something else`() throws {
    let path = "\(folder.path)/a.sqlite"
    let text = Data(String(repeating: "not a database ", count: 1000).utf8)
    try text.write(to: URL(fileURLWithPath: path))
    #expect(error { _ = try RunStore(path) }?.code == .badData)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
  }

  @Test func `a damaged file`() throws {
    let path = "\(folder.path)/a.sqlite"
    var settings = StoreSettings()
    settings.journal = .rollback
    do {
      let store = try RunStore(path, settings: settings)
      for number in 0..<50 {
        try store.record(
          try Fixture.outcome(number), curves: Fixture.curves(number),
          of: Fixture.identity(number))
      }
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes.replaceSubrange(4096..., with: Data(repeating: 0xA5, count: bytes.count - 4096))
    try bytes.write(to: URL(fileURLWithPath: path))
    let found = error {
      _ = try RunStore(path, settings: settings).outcomes(of: (0..<50).map(Fixture.identity))
    }
    #expect(found?.code == .badData)
    #expect(found?.code.status == 65)
  }

  @Test func `a database of another program and a newer store are refused`() throws {
    let other = "\(folder.path)/other.sqlite"
    guard try sqlite(other, "CREATE TABLE things (a); INSERT INTO things VALUES (1)") else {
      return
    }
    let foreign = error { _ = try RunStore(other) }
    #expect(foreign?.code == .badData)
    #expect(foreign?.message.contains("another program") == true)
    _ = try RunStore(folder.store)
    #expect(try sqlite(folder.store, "INSERT INTO grdb_migrations VALUES ('9')"))
    let newer = error { _ = try RunStore(folder.store) }
    #expect(newer?.code == .badData)
    #expect(newer?.message.contains("newer version") == true)
  }

  @Test func `a folder without rights`() async throws {
    let path = folder.path
    _ = try RunStore("\(path)/a.sqlite")
    let files = try FileManager.default.contentsOfDirectory(atPath: path)
    for file in files { chmod("\(path)/\(file)", 0o444) }
    chmod(path, 0o555)
    await #expect(processExitsWith: .success) { [path = path as String] in
      // The superuser may write anywhere.
      if geteuid() == 0 { setuid(65534) }
      for name in ["a.sqlite", "new.sqlite", "new/new.sqlite"] {
        do {
          _ = try RunStore("\(path)/\(name)")
          exit(3)
        } catch let error as StoreError {
          guard error.code == .cannotCreate, error.code.status == 73 else { exit(4) }
        }
      }
    }
    chmod(path, 0o755)
  }

  @Test func `when no more can be written, what was written is unharmed`() async throws {
    let path = folder.store
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let store = try RunStore(path)
      // Linux and Apple's systems do not agree on the type of the constant.
      var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
      #if canImport(Darwin)
        setrlimit(RLIMIT_FSIZE, &limit)
      #else
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #endif
      do {
        for number in 0..<10_000 {
          try store.record(
            try Fixture.outcome(number), curves: Fixture.curves(number, count: 2000),
            of: Fixture.identity(number))
        }
        exit(3)
      } catch let error as StoreError {
        guard error.code == .inputOutput, error.code.status == 74 else { exit(4) }
      }
    }
    let store = try RunStore(path)
    let count = try store.runCount()
    #expect(count > 0)
    for number in 0..<count {
      let run = Fixture.identity(number)
      #expect(try store.outcomes(of: [run])[run] == Fixture.outcome(number))
      #expect(try store.curves(of: run) == Fixture.curves(number, count: 2000))
    }
    try store.record(try Fixture.outcome(count), curves: [], of: Fixture.identity(count))
    #expect(try store.runCount() == count + 1)
  }

  @Test func `a file that others do not let go of`() throws {
    _ = try RunStore(folder.store)
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3") else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = [folder.store]
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data("BEGIN EXCLUSIVE;\nSELECT 'held';\n".utf8))
    _ = output.fileHandleForReading.availableData
    var settings = StoreSettings()
    settings.patience = 0.2
    let store = try RunStore(folder.store, settings: settings)
    let found = error {
      try store.record(try Fixture.outcome(1), curves: [], of: Fixture.identity(1))
    }
    #expect(found?.code == .busy)
    input.fileHandleForWriting.closeFile()
    process.waitUntilExit()
    try store.record(try Fixture.outcome(1), curves: [], of: Fixture.identity(1))
  }
}
