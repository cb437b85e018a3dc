internal import ArgumentParser

struct SeedArguments: ParsableArguments {
  @Option(parsing: .unconditional, help: "The seed of all random numbers.")
  var seed: UInt64 = 0
}
