internal import ArgumentParser
internal import Quantities
internal import ScalingLaws

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

struct LawArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The law: a name from allometry laws, several with commas, or auto for all that the columns allow.",
      valueName: "law"))
  var law: String = "auto"

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the law, such as breaks=2.", valueName: "name=value"))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      "The column that the law predicts, if it is not the law's own.", valueName: "column"))
  var response: String?

  @Option(
    help: ArgumentHelp(
      "Hold parameters: E=1.69,alpha=0.34.", valueName: "name=value"))
  var fix: String?

  @Option(
    help: ArgumentHelp(
      "Start values instead of the law's own, several with colons: alpha=0.2:0.4.",
      valueName: "name=value"))
  var start: String?

  @Option(
    help: ArgumentHelp("Bounds of parameters: alpha=0.1:0.6.", valueName: "name=low:high"))
  var bounds: String?

  @Option(
    help: ArgumentHelp(
      "What is minimised: huber-log, squared-log, huber, squared, huber-log1p, squared-log1p.",
      valueName: "objective"))
  var objective: String?

  @Option(parsing: .unconditional, help: "The threshold of a Huber objective.")
  var delta: Double = 1e-3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Charge predictions above the outcome by this factor more (badly tuned runs).",
      valueName: "factor"))
  var overestimatePenalty: Double = 1

  @Option(
    help: ArgumentHelp(
      "How intervals are found: automatic, bootstrap, parametric, profile, none.",
      valueName: "method"))
  var interval: String = "automatic"

  @OptionGroup var coverage: NominalCoverageArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of bootstrap refits.", valueName: "count"))
  var resamples: Int = 1000

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The standard deviation between seeds, as a residual of the objective; intervals are then simulated with it.",
      valueName: "deviation"))
  var seedNoise: Double?

  @OptionGroup var random: SeedArguments

  @Option(parsing: .unconditional, help: "The number of threads; results do not depend on it.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func options() throws -> FitOptions {
    guard let method = FitOptions.IntervalMethod(rawValue: interval) else {
      throw CommandFailure(
        .usage,
        "--interval: found \"\(interval)\", expected one of \(FitOptions.IntervalMethod.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    try coverage.check()
    guard resamples >= 0, resamples <= 1_000_000 else {
      throw CommandFailure(
        .usage, "--resamples: found \(resamples), expected a number from 0 to 1000000")
    }
    guard delta > 0, delta.isFinite else {
      throw CommandFailure(.usage, "--delta: found \(delta), expected a positive number")
    }
    guard overestimatePenalty > 0, overestimatePenalty.isFinite else {
      throw CommandFailure(
        .usage,
        "--overestimate-penalty: found \(overestimatePenalty), expected a positive number")
    }
    if let seedNoise, !(seedNoise > 0 && seedNoise.isFinite) {
      throw CommandFailure(.usage, "--seed-noise: found \(seedNoise), expected a positive number")
    }
    guard threads >= 1 else {
      throw CommandFailure(.usage, "--threads: found \(threads), expected at least 1")
    }
    return FitOptions(
      objective: nil, fixed: try NameList.numbers(fix, option: "--fix"),
      bounds: try NameList.ranges(bounds, option: "--bounds"),
      starts: try NameList.lists(start, option: "--start"), interval: method, level: coverage.level,
      resamples: resamples, seedNoise: seedNoise, seed: random.seed, threads: threads)
  }

  /// The objective for one law: the user's, else the law's own with the user's penalty.
  func objective(for law: any Law) throws -> Objective {
    var result = law.card.objective
    if let objective {
      guard let named = Objective(name: objective, delta: delta) else {
        throw CommandFailure(
          .usage,
          "--objective: found \"\(objective)\", expected huber-log, squared-log, huber, squared, huber-log1p or squared-log1p"
        )
      }
      result = named
    } else if case .huber = result.loss {
      result.loss = .huber(delta: delta)
    }
    result.overestimatePenalty = overestimatePenalty
    return result
  }

  func configured(_ law: any Law) throws -> any Law {
    var result = law
    for setting in settings {
      guard let equals = setting.firstIndex(of: "=") else {
        throw CommandFailure(.usage, "--set: found \"\(setting)\", expected NAME=VALUE")
      }
      result = try result.setting(
        String(setting[..<equals]), to: String(setting[setting.index(after: equals)...]))
    }
    return result
  }
}
