internal import ArgumentParser

/// How sure intervals are to hold what they are about.
struct CoverageArguments: ParsableArguments {
  @Option(help: "The coverage of intervals.")
  var level: Double = 0.9

  func check() throws { try OptionCheck.coverage(level) }
}
