internal import ArgumentParser
internal import Quantities
internal import Reports
internal import SamplingLaws

struct TestTimeAheadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ahead",
    abstract: "Plan voting on single steps until one answer is ahead by k, for a long task.",
    usage: "allometry testtime ahead --step-accuracy <share> --steps <count> [...]",
    discussion: """
      Every step is sampled until one answer leads all others by k votes [81].
      From the accuracy of a step and the number of steps follow the smallest k
      for the success that is wanted, and what it costs.

      Examples:
        allometry testtime ahead --step-accuracy 0.9978 --steps 1048575
        allometry testtime ahead --step-accuracy 0.85 --steps 1023 --target 0.99
      """)

  @Option(help: "The probability that a sample of a step is right.")
  var stepAccuracy: Double

  @Option(help: ArgumentHelp("The steps of the task.", valueName: "count"))
  var steps: String

  @Option(help: "The success wanted of the whole task.")
  var target: Double = 0.95

  @Option(
    help: ArgumentHelp(
      "The probability of the most common wrong answer; default all wrong answers agree."))
  var rival: Double?

  @Option(help: "Steps that one sample takes together.")
  var stepsPerSample: Int = 1

  @Option(help: "The share of samples that are usable.")
  var valid: Double = 1

  @Option(help: ArgumentHelp("The cost of a step of a sample, in any unit.", valueName: "cost"))
  var cost: Double = 1

  @Option(help: ArgumentHelp("The lead; default the smallest that reaches the target."))
  var lead: Int?

  @Flag(help: "Print JSON (schema allometry.testtime-ahead/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-ahead/1"
    var plan: AheadPlan
    var horizon: HorizonLaw
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(1, stepsPerSample, option: "--steps-per-sample")
      try OptionCheck.atLeast(1, lead, option: "--lead")
      let plan = try AheadPlan(
        AheadPlan.Task(
          stepAccuracy: stepAccuracy, rivalProbability: rival,
          steps: try NameList.positive(steps, option: "--steps"), target: target,
          stepsPerSample: Double(stepsPerSample), validFraction: valid, costPerStep: cost,
          lead: lead))
      let horizon = try HorizonLaw(stepAccuracy: stepAccuracy)
      if json {
        try Console.print(json: Answer(plan: plan, horizon: horizon))
        return
      }
      var lines: [String] = []
      if plan.isReachable {
        lines.append(
          "Sample each step until one answer is ahead by \(plan.lead): the task succeeds with probability \(Self.probability(plan.taskSuccess)) (with \(plan.lead - 1): \(Self.probability(plan.taskSuccessOneLess))), at \(NumberFormat.significant(plan.samplesPerVote, 7)) samples a step, \(NumberFormat.scale(plan.samples, digits: 4)) ± \(NumberFormat.scale(plan.samplesDeviation, digits: 2)) in all, cost \(NumberFormat.scale(plan.cost, digits: 4))."
        )
      } else {
        lines.append(
          "No lead reaches the target: a vote is not more often right than wrong (\(NumberFormat.significant(plan.voteAccuracy, 4)))."
        )
      }
      lines.append(
        "Without votes half of the attempts come \(NumberFormat.significant(horizon.steps, 5)) steps far; to do all \(steps) with one sample a step at success \(NumberFormat.significant(target, 4)) an accuracy of \(NumberFormat.significant(try HorizonLaw.stepAccuracy(forHorizon: plan.task.steps, success: target), 9)) would be needed."
      )
      lines += plan.warnings.map { "Warning: \($0)" }
      for line in lines { Console.say(line) }
    }
  }

  private static func probability(_ value: Double) -> String { NumberFormat.significant(value, 7) }
}
