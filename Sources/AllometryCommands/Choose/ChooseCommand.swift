internal import ArgumentParser
internal import ScalingLaws

struct ChooseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "choose",
    abstract: "The best value of one design choice, by a saved fit or a published law.",
    discussion: """
      allometry plan divides compute between size and tokens; these commands choose
      what else a run has: the schedule, the pools of data, the sources nearest to
      validation data, the vocabulary, the granularity and number of experts, how
      many parameters are active, the precision, the split of encoder and decoder,
      which examples to keep of a training set. allocation says whether several fits
      agree on size and tokens at all.
      Where no fit is given, the constants are a paper's, and the answer says so.

      Examples:
        allometry choose vocabulary --parameters 3B --width 3200
        allometry choose schedule curves.json --steps 24000 --peak 3e-4
      """,
    subcommands: [
      ChooseScheduleCommand.self, ChoosePoolsCommand.self, ChooseSourcesCommand.self,
      ChooseVocabularyCommand.self,
      ChooseGranularityCommand.self, ChooseExpertsCommand.self, ChooseSparsityCommand.self,
      ChoosePrecisionCommand.self, ChooseSplitCommand.self, ChoosePruningCommand.self,
      ChooseAllocationCommand.self,
    ])
}

extension SavedFitArguments {
  static func load(_ path: String, law: String) throws -> SavedFit {
    let fit = try load(path)
    guard fit.law.name == law else {
      throw CommandFailure(
        .usage, "\(path): found a fit of \(fit.law.name), expected one of \(law)")
    }
    return fit
  }
}
