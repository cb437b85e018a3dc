internal import ArgumentParser
internal import Foundation
internal import Quantities

/// The command that was probably meant where a word is none of those that may stand there.
///
/// The parser suggests options; of a mistyped command it says only that it is unexpected.
struct MistypedCommand {
  /// The words before the one that is wrong, such as `study`; empty for the first.
  let before: String
  let word: String
  let known: [String]
  /// The nearest of those; nil where none is near.
  let nearest: String?

  /// Looks along the words of a command line for the first that names no command where it must.
  ///
  /// - Parameters:
  ///   - arguments: those of the process, its name first.
  ///   - root: the command that they are for.
  /// - Returns: nil where every word that must name a command does.
  static func find(
    in arguments: [String], root: any ParsableCommand.Type
  ) -> MistypedCommand? {
    var command = root
    var path = ""
    for argument in arguments.dropFirst() {
      let commands = command.configuration.subcommands
      // Options of a command that has others below it take no values.
      guard !commands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
      if let next = commands.first(where: { $0.configuration.commandName == argument }) {
        command = next
        path += "\(argument) "
        continue
      }
      let names = commands.compactMap { $0.configuration.commandName }
      let nearest = NearestName.nearest(to: argument, among: names)
      if command.configuration.defaultSubcommand != nil {
        // Any other word is the default's own, such as a table; a table that is there is one.
        guard nearest != nil, !FileManager.default.fileExists(atPath: argument),
          !argument.contains("."), !argument.contains("/")
        else { return nil }
      }
      return MistypedCommand(before: path, word: argument, known: names, nearest: nearest)
    }
    return nil
  }

  var sentence: String {
    let hint =
      nearest.map { "; did you mean \(before)\($0)?" }
      ?? ", expected one of \(known.joined(separator: ", "))"
    return "allometry: there is no command \"\(before)\(ShownText.line(word))\"\(hint)"
  }
}
