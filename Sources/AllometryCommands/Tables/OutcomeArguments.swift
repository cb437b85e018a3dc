internal import ArgumentParser
internal import Foundation
internal import RunTables
internal import SamplingLaws

struct OutcomeArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rename columns: problem=task,correct=passed.", valueName: "map"))
  var map: String?

  @Option(
    help: ArgumentHelp(
      "Further columns that tell arms apart: prompt,temperature.", valueName: "columns"))
  var by: String?

  @Option(help: ArgumentHelp("The delimiter of CSV, if it is not found by itself."))
  var delimiter: String?

  @Option(help: "The format if the name does not tell: csv, tsv, jsonl, json.")
  var format: String?

  @Option(
    help: ArgumentHelp(
      "Which answers are equal votes: exact (text), numeric (values), or math (also simple LaTeX).",
      valueName: "form"))
  var answers: String = "math"

  @Option(
    help: ArgumentHelp(
      "Words that mean no answer: None,NA; default [invalid]. Empty cells always do.",
      valueName: "words"))
  var noAnswer: String?

  @Option(
    help: ArgumentHelp(
      "The credit from which on an attempt is right, where there is partial credit.",
      valueName: "credit"))
  var threshold: Double?

  @Option(
    help: ArgumentHelp(
      "Words in the grades that mean right, besides true, yes, pass, C and the like: A,100%.",
      valueName: "words"))
  var right: String?

  @Option(
    help: ArgumentHelp(
      "Words in the grades that mean wrong, besides false, no, fail, I and the like: NOT_ATTEMPTED,B.",
      valueName: "words"))
  var wrong: String?

  @Option(
    help: ArgumentHelp(
      "Which row counts where rows claim to be the same attempt and differ: first or last. Rows that say the same count once.",
      valueName: "row"))
  var repeats: String?

  @Option(
    help: ArgumentHelp(
      "What a comma in a number is: comma (1.018 tokens are a thousand and 18) or point. Default: decided by the file, and refused where both are possible.",
      valueName: "mark"))
  var decimal: String?

  func read(_ path: String) throws -> OutcomeTable {
    let form: AnswerForm = try OptionCheck.choice(answers, option: "--answers")
    try OptionCheck.positive(threshold, option: "--threshold")
    let named = try ReadingArguments.tableOptions(format: format, delimiter: delimiter, map: map)
    var options = OutcomeOptions(
      format: named.format, delimiter: named.delimiter, map: named.map, by: Self.words(by),
      answers: form, noAnswer: noAnswer.map { Self.words($0) } ?? OutcomeOptions.usualNoAnswer,
      threshold: threshold, decimalMark: try ReadingArguments.decimalMark(decimal))
    options.rightWords = Self.words(right)
    options.wrongWords = Self.words(wrong)
    options.repeats = try repeats.map { try OptionCheck.choice($0, option: "--repeats") }
    InputFiles.note(path)
    return try OutcomeTable.read(contentsOf: path, options: options)
  }

  private static func words(_ list: String?) -> [String] {
    (list ?? "").split(separator: ",").map(\.trimmingSpaces)
  }
}

struct BootstrapArguments: ParsableArguments {
  @Option(help: "Resamples of problems behind every interval.")
  var resamples: Int = 1000

  @OptionGroup var coverage: CoverageArguments

  @Option(help: "The seed.")
  var seed: UInt64 = 0

  @Option(help: "Threads at most; results do not depend on it.")
  var threads: Int?

  func bootstrap() throws -> ProblemBootstrap {
    try OptionCheck.atLeast(20, resamples, option: "--resamples")
    try OptionCheck.atLeast(1, threads, option: "--threads")
    try coverage.check()
    return ProblemBootstrap(
      resamples: resamples, level: coverage.level, seed: seed,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }
}
