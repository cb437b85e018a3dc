import Foundation
import Store
import TestSupport
import Testing
import Verdicts

/// Claims of processes that live, have died, or are elsewhere.
struct ClaimTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func store(_ owner: ClaimOwner = .current) throws -> RunStore {
    var settings = StoreSettings()
    settings.heartbeatInterval = 0.05
    settings.staleAfter = 1.5
    return try RunStore(folder.store, settings: settings, owner: owner)
  }

  @Test func `a living process keeps its claim, a killed one loses it at once`() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["60"]
    try process.run()
    let number = process.processIdentifier
    defer { if process.isRunning { process.terminate() } }
    let run = Fixture.identity(1)
    let other = try store(ClaimOwner(process: number))
    #expect(try other.claim(run, definition: "{}"))
    let mine = try store()
    #expect(try !mine.claim(run, definition: "{}"))
    #expect(try mine.claims().map(\.isHeld) == [true])
    kill(number, SIGKILL)
    process.waitUntilExit()
    #expect(try mine.claims().map(\.isHeld) == [false])
    #expect(try mine.claim(run, definition: "{}"))
    #expect(try mine.claims().map(\.owner) == [.current])
    // The dead process's store cannot give up what is no longer its own.
    try other.release(run)
    #expect(try mine.claims().count == 1)
  }

  @Test func `a number that is used again is not the same process`() throws {
    let now = ClaimOwner.current
    let earlier = ClaimOwner(
      host: now.host, session: now.session, process: now.process, started: now.started - 1)
    #expect(earlier.isAlive == false)
    #expect(now.isAlive == true)
    let run = Fixture.identity(1)
    #expect(try store(earlier).claim(run, definition: "{}"))
    #expect(try store().claim(run, definition: "{}"))
  }

  @Test func `a claim of another host holds while its heart beats`() async throws {
    let run = Fixture.identity(1)
    let elsewhere = ClaimOwner(host: "elsewhere", session: "", process: 1, started: 1)
    #expect(elsewhere.isAlive == nil)
    var other: RunStore? = try store(elsewhere)
    #expect(try other?.claim(run, definition: "{}") == true)
    let mine = try store()
    try await Task.sleep(for: .seconds(2.5))
    // Longer than a claim may be without a sign of life: it holds only because it was refreshed.
    #expect(try !mine.claim(run, definition: "{}"))
    other = nil
    try await Task.sleep(for: .seconds(2))
    #expect(try mine.claim(run, definition: "{}"))
  }

  @Test func `what decides a run is kept with it`() throws {
    let store = try store()
    let run = Fixture.identity(4)
    #expect(try store.definition(of: run) == nil)
    #expect(try store.claim(run, definition: Fixture.definition(4)))
    try store.record(try Fixture.outcome(4), curves: Fixture.curves(4), of: run)
    #expect(try store.definition(of: run) == Fixture.definition(4))
    #expect(try store.claims().isEmpty)
    try store.forget([run])
    #expect(try store.outcomes(of: [run]).isEmpty)
    #expect(try store.curves(of: run).isEmpty)
    #expect(try store.claim(run, definition: Fixture.definition(4)))
  }
}
