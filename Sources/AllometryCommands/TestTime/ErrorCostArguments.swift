internal import ArgumentParser

struct ErrorCostArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What a wrong answer costs, in right ones; default 0,1,2,4,8.", valueName: "costs"))
  var wrongCosts: String?

  @Option(help: ArgumentHelp("What a sample costs, in right answers.", valueName: "cost"))
  var sampleCost: Double = 0

  /// The costs of a wrong answer; nil where they were not given.
  func wrong() throws -> [Double]? {
    try wrongCosts.map { try NumberList.nonnegative($0, option: "--wrong-costs") }
  }

  func perSample() throws -> Double {
    try OptionCheck.nonnegative(sampleCost, option: "--sample-cost")
    return sampleCost
  }
}
