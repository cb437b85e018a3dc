internal import ArgumentParser
internal import Foundation
internal import Studies
internal import Treatments

struct StudyNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a commented study file, from four questions or from options.",
    usage: "allometry study new [--treatment <name> ...] [<options>]",
    discussion: """
      Whatever no option gives is asked for on a terminal, and has its default
      elsewhere.

      Examples:
        allometry study new
        allometry study new --treatment gated-attention --budget 5m
      """)

  @Option(
    help: ArgumentHelp(
      "What to try; `allometry treatments` lists them. May be given again.", valueName: "name"))
  var treatment: [String] = []

  @Option(
    help: ArgumentHelp("Text to train on: a file or folder; default toolchain.", valueName: "path"))
  var corpus: String?

  @Option(help: ArgumentHelp("How long it may take: 5m, 2h; default 5m.", valueName: "time"))
  var budget: String?

  @Option(
    help: ArgumentHelp(
      "The scale at which it must still help, in FLOPs; default ten times the largest run.",
      valueName: "FLOPs"))
  var target: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Sizes; default 5.", valueName: "count"))
  var rungs: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Seeds; default 3.", valueName: "count"))
  var seeds: Int?

  @Option(help: ArgumentHelp("The study's name; default the first treatment's."))
  var name: String?

  @Option(help: ArgumentHelp("The file; default the name with .yaml.", valueName: "file"))
  var out: String?

  @Flag(help: "Replace a file that is there.")
  var force = false

  func run() throws {
    try reportingFailure {
      var answers = try asked()
      answers.rungs = rungs ?? 5
      answers.seeds = seeds ?? 3
      try OptionCheck.atLeast(2, answers.rungs, option: "--rungs")
      try OptionCheck.atLeast(1, answers.seeds, option: "--seeds")
      let name = self.name ?? answers.treatments[0]
      guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
        throw CommandFailure(
          .usage, "--name: found \"\(name)\", expected a name without slashes; --out names the file"
        )
      }
      answers.name = name
      let path = out ?? "\(name).yaml"
      try OutputFile.refuseProtected(path)
      if FileManager.default.fileExists(atPath: path), !force {
        throw CommandFailure(
          .cannotCreate, "\(path): the file is there already; --force replaces it")
      }
      let text = answers.text(path: path)
      // What is written must be readable.
      _ = try StudyFile(
        text: text, name: path, folder: (path as NSString).deletingLastPathComponent)
      try writeFile(text, to: path)
      Console.print("Wrote \(path). Next:\n  allometry study run \(path) --dry-run")
    }
  }

  /// The answers from options, or from the terminal where options are missing.
  private func asked() throws -> StudyTemplate {
    let asks = isatty(0) == 1 && Console.showsProgress
    func ask(_ question: String, _ given: String?, default standard: String) throws -> String {
      if let given { return given }
      guard asks else { return standard }
      Console.prompt("\(question) [\(standard)] ")
      guard let answer = readLine(strippingNewline: true) else { return standard }
      let trimmed = answer.trimmingCharacters(in: .whitespaces)
      return trimmed.isEmpty ? standard : trimmed
    }
    var names = treatment
    if names.isEmpty {
      let answer = try ask(
        "Which treatment? (allometry treatments lists them)", nil, default: "gated-attention")
      names = answer.split(whereSeparator: { ", ".contains($0) }).map(String.init)
    }
    for name in names {
      guard TreatmentCatalog.cards.contains(where: { $0.name == name }) else {
        throw OptionCheck.unknown(
          name, among: TreatmentCatalog.cards.map(\.name), option: "--treatment")
      }
    }
    let corpus = try ask(
      "Which text? A file or folder, or toolchain for this machine's own", corpus,
      default: "toolchain")
    if corpus != "toolchain" { try OptionCheck.exists(corpus) }
    let budget = try ask("How long may it take?", budget, default: "5m")
    _ = try OptionCheck.seconds(budget, option: "--budget")
    let target = try ask(
      "At how many training FLOPs must it still help? (such as 1e18)", target,
      default: "ten times the largest run")
    let isUsual = target == "ten times the largest run"
    if !isUsual { _ = try NameList.positive(target, option: "--target") }
    return StudyTemplate(
      treatments: names, corpus: corpus, budget: budget, target: isUsual ? nil : target)
  }
}
