internal import ArgumentParser

struct CoverageArguments: ParsableArguments {
  @Option(help: "The coverage of intervals.")
  var level: Double = 0.9

  func check() throws { try OptionCheck.coverage(level) }
}

struct NominalCoverageArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The nominal coverage of intervals.", valueName: "level"))
  var level: Double = 0.9

  func check() throws { try OptionCheck.share(level, option: "--level") }
}
