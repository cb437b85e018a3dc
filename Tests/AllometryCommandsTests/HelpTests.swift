import Foundation
import Testing

/// `--help` of every command.
@Suite struct HelpTests {
  @Test(arguments: [
    "fit", "forecast", "plan", "design", "compare", "trends", "laws", "train", "generate",
    "evaluate", "score", "chain", "capabilities", "check", "choose",
  ])
  func everyCommandShowsAnExample(command: String) async throws {
    let help = try await Workspace().run(command, "--help")
    #expect(help.status == 0)
    #expect(help.output.contains("Examples:"))
    #expect(help.output.contains("\n  allometry \(command)"))
    #expect(help.error.isEmpty)
    let longest = help.output.split(separator: "\n").map(\.count).max() ?? 0
    #expect(longest <= 80, "help fits a terminal of 80 columns")
  }

  @Test func theCommandListsItsCommandsAndStatuses() async throws {
    let help = try await Workspace().run("--help")
    #expect(help.status == 0)
    for word in ["fit", "forecast", "plan", "compare", "trends", "laws", "64", "65", "66", "73"] {
      #expect(help.output.contains(word))
    }
    let version = try await Workspace().run("--version")
    #expect(version.output == "0.1.0\n")
  }

  @Test(arguments: [
    ["fti"], ["fit"], ["fit", "a.csv", "b.csv"], ["fit", "a.csv", "--lwa", "power"], ["plan"],
  ])
  func wrongUsageHasStatus64(arguments: [String]) async throws {
    let outcome = try await Workspace().run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.error.hasPrefix("Error: "))
    #expect(outcome.error.contains("Usage: allometry"))
  }
}
