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
    (["fti", "runs.csv"], "there is no command \"fti\"; did you mean fit?"),
    (["study", "rnu", "s.yaml"], "there is no command \"study rnu\"; did you mean study run?"),
    (["choose", "allocatoin"], "did you mean choose allocation?"),
    (["testtime", "simulat"], "did you mean testtime simulate?"),
    (["xyzzy"], "there is no command \"xyzzy\", expected one of fit, forecast"),
  ])
  func mistypedCommandsSuggestTheNearest(arguments: [String], sentence: String) async throws {
    expectOneSentence(
      try await Workspace().run(arguments), status: 64, containing: sentence)
  }

  @Test func aTableCalledLikeACommandIsATable() async throws {
    let workspace = try Workspace()
    try workspace.write("problem,correct\n1,1\n1,0\n2,0\n2,1\n", to: "simulat")
    let outcome = try await workspace.run("testtime", "simulat")
    #expect(outcome.status == 0, "\(outcome.error)")
  }

  @Test(arguments: [
    ["fit"], ["fit", "a.csv", "b.csv"], ["fit", "a.csv", "--lwa", "power"], ["plan"],
  ])
  func wrongUsageHasStatus64(arguments: [String]) async throws {
    let outcome = try await Workspace().run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.error.hasPrefix("Error: "))
    #expect(outcome.error.contains("Usage: allometry"))
  }
}
