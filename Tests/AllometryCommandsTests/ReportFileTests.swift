import Foundation
import Testing

/// `allometry fit --report`: one file, whole or not there at all.
@Suite struct ReportFileTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
  }

  @Test func oneSelfContainedFile() async throws {
    let outcome = try await workspace.run(
      ["fit", "runs.csv", "--report", "report.html", "--compute", "1e22"] + FitCommandTests.quick)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.hasSuffix("\nReport: report.html\n"))
    #expect(try workspace.files == ["report.html", "runs.csv"])
    let page = try workspace.read("report.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") || page.hasPrefix("<!doctype html>"))
    #expect(page.contains("</html>"))
    #expect(page.utf8.count < 2_000_000)
    for resource in ["src=\"http", "href=\"http", "url(http", "@import", "<script src"] {
      #expect(!page.contains(resource), "\(resource)")
    }
  }

  /// The date comes from outside, so that the same input gives the same bytes; a report of ours is
  /// replaced without being asked.
  @Test func theSameDayGivesTheSameBytes() async throws {
    let command = ["fit", "runs.csv", "--report", "report.html"] + FitCommandTests.quick
    var pages: [String] = []
    for day in ["86400", "86401", "172800"] {
      let outcome = try await workspace.run(command, environment: ["SOURCE_DATE_EPOCH": day])
      #expect(outcome.status == 0, "\(outcome.error)")
      pages.append(try workspace.read("report.html"))
    }
    #expect(pages[0].contains("1970-01-02, Allometry 0.1.0"))
    #expect(pages[0] == pages[1])
    #expect(pages[2].contains("1970-01-03, Allometry"))
  }

  @Test func aMissingFolderIsFoundBeforeTheWork() async throws {
    // The fit of all laws would take a second; the folder is looked at before.
    let outcome = try await workspace.run("fit", "runs.csv", "--report", "none/report.html")
    expectOneSentence(outcome, status: 73, containing: "none/report.html: the folder ")
    #expect(outcome.error.contains("/none does not exist"))
    expectOneSentence(
      try await workspace.run("fit", "runs.csv", "--report", "."), status: 73,
      containing: ".: found a folder, expected the name of a file")
  }

  /// Renaming a new file over a device would replace the device.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func aDeviceIsWrittenAndNotReplaced() async throws {
    let command = ["fit", "runs.csv"] + FitCommandTests.quick
    expectOneSentence(
      try await workspace.run(command + ["--report", "/dev/full"]), status: 74,
      containing: "/dev/full: the report cannot be written")
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/full")[.type]
    #expect(type as? FileAttributeType == .typeCharacterSpecial)
    let discarded = try await workspace.run(command + ["--report", "/dev/null"])
    #expect(discarded.status == 0)
  }

  /// A process that is killed leaves the report of before or a whole new one.
  @Test func aKilledProcessLeavesNoHalfReport() async throws {
    let before = "<p>before</p>"
    for milliseconds in [20, 60, 120, 200] {
      try workspace.write(before, to: "report.html")
      let process = Process()
      process.executableURL = try Workspace.executable()
      process.arguments = ["fit", "runs.csv", "--report", "report.html"] + FitCommandTests.quick
      process.currentDirectoryURL = workspace.folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let ended = AsyncStream<Void> { stream in
        process.terminationHandler = { _ in stream.finish() }
      }
      try process.run()
      try await Task.sleep(for: .milliseconds(milliseconds))
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      for await _ in ended {}
      let page = try workspace.read("report.html")
      #expect(page == before || page.contains("</html>"))
    }
  }
}
