import AllometryCommands
import ArgumentParser
import Foundation
import Testing

/// The words that name a command, such as `study run`, and whether it has others below it.
struct CommandWords: Sendable, CustomTestStringConvertible {
  var words: [String]
  var isGroup: Bool
  var isDefault: Bool
  var testDescription: String { words.joined(separator: " ") }

  /// Every command but the root.
  static let all: [CommandWords] = below(AllometryCommand.self, [])

  private static func below(
    _ command: any ParsableCommand.Type, _ words: [String]
  ) -> [CommandWords] {
    let configuration = command.configuration
    return configuration.subcommands.flatMap { next -> [CommandWords] in
      let own = words + [next.configuration.commandName ?? ""]
      let one = CommandWords(
        words: own, isGroup: !next.configuration.subcommands.isEmpty,
        isDefault: next == configuration.defaultSubcommand)
      return [one] + below(next, own)
    }
  }
}

/// `--help` of every command.
@Suite struct HelpTests {
  @Test(arguments: CommandWords.all)
  func everyCommandShowsAnExampleIn80Columns(command: CommandWords) async throws {
    let help = try await Workspace().run(command.words + ["--help"])
    #expect(help.status == 0)
    #expect(help.error.isEmpty)
    let longest = help.output.split(separator: "\n").map(\.count).max() ?? 0
    #expect(longest <= 80, "help fits a terminal of 80 columns")
    // A default command is called by the words of the one above it.
    let called = command.isDefault ? Array(command.words.dropLast()) : command.words
    #expect(help.output.contains("\n  allometry \(called.joined(separator: " "))"))
    #expect(command.isGroup || help.output.contains("Examples:"))
  }

  /// An argument, option or flag as the parser describes it.
  private struct Parameter: Decodable {
    var abstract: String?
    var valueName: String?
    var shouldDisplay: Bool
  }

  /// A command as the parser describes it.
  private final class Described: Decodable {
    var commandName: String
    var arguments: [Parameter]?
    var subcommands: [Described]?

    /// The parameters without help, of this command and those below it.
    func silent(_ path: String) -> [String] {
      if commandName == "help" { return [] }
      let own = (arguments ?? []).filter { $0.shouldDisplay && ($0.abstract ?? "").isEmpty }
      return own.map { "\(path) \($0.valueName ?? "")" }
        + (subcommands ?? []).flatMap { $0.silent("\(path) \($0.commandName)") }
    }
  }

  @Test func everyOptionHasHelp() async throws {
    struct Dump: Decodable { var command: Described }
    let dump = try await Workspace().run("--experimental-dump-help")
    #expect(dump.status == 0)
    let described = try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8))
    #expect(described.command.silent("allometry") == [])
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
