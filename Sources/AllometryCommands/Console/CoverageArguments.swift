internal import ArgumentParser

struct CoverageArguments: ParsableArguments {
  @Option(help: "The coverage of intervals.")
  var level: Double = 0.9

  func check() throws { try OptionCheck.coverage(level) }
}
