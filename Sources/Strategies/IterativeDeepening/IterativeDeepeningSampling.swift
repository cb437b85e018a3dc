public import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables
internal import Statistics

/// Solutions written with looks back at geometrically growing lengths, after each of which the last
/// step is written anew, and a choice among N of them [22].
///
/// The mark of a look back is the token after the task's last, once for each token of a step; the
/// model must have learnt it. Without looks back it is parallel sampling, token for token.
public struct IterativeDeepeningSampling: Strategy {
  /// The strategy's card.
  public static let card = StrategyCard(
    name: "iterative-deepening",
    summary: "stops at growing lengths to look back, writes the last step anew and goes on; N such "
      + "solutions and a choice among them",
    source: "[22] ID-sampling within majority or best-of-N",
    needsVerifier: false, attempts: .sample, lesson: .looksBack,
    options: [
      .whole("first", 4, in: 1...65_536, "steps before the first look back, B₀"),
      .number("growth", 2, in: 1.01...1e9, "what that length is multiplied by; 1e9: no looks back"),
      .whole("limit", 0, in: 0...65_536, "steps of a response, looks back included; 0: no limit"),
      .flag("go-on", false, "whether a finished solution is looked back at until the limit"),
      .number("slips", 0, in: 0...1, "share of answer tokens replaced by chance, to study repair"),
      SearchOptions.selection(.majority), SearchOptions.aggregate, SearchOptions.temperature,
    ])

  private let first: Int
  private let growth: Double
  private let limit: Int
  private let goesOn: Bool
  private let slips: Double
  private let options: SearchOptions

  /// Creates the strategy with these options.
  public init(_ options: OptionValues) throws(StrategyError) {
    first = options.whole("first")
    growth = options.number("growth") >= 1e9 ? .infinity : options.number("growth")
    limit = options.whole("limit")
    goesOn = options.flag("go-on")
    slips = options.number("slips")
    self.options = SearchOptions(options)
    if goesOn, limit == 0 {
      throw StrategyError("iterative-deepening that goes on needs a limit to stop at")
    }
  }

  /// Writes N responses to each problem and chooses among the solutions that they end with.
  public func solve(
    _ problems: [Problem], budget: Int, on bench: Bench
  ) throws -> [StrategyResult] {
    let policy = bench.policy
    let task = policy.task
    let settings = try settings(for: policy)
    let places = problems.indices.flatMap { problem in (0..<budget).map { (problem, $0) } }
    var responses: [IterativeDeepening.Response] = []
    for start in stride(from: 0, to: places.count, by: bench.sampler.batch) {
      let part = places[start..<min(start + bench.sampler.batch, places.count)]
      responses += try write(part.map { (problems[$0.0], $0.1) }, settings, on: bench)
    }
    var solutions: [[Sample]] = problems.map { _ in [] }
    for (place, response) in zip(places, responses) {
      solutions[place.0].append(
        Sample(solution(of: response, task), to: problems[place.0], task: task))
    }
    var scores: [[[Double]]]?
    var verifier: (any Verifier)?
    if options.selection.needsScores {
      let judge = try bench.requiredVerifier(
        of: "iterative-deepening with \(options.selection)")
      verifier = judge
      let whole = solutions.map { $0.filter { $0.solution.count == task.solutionLength } }
      guard whole == solutions else {
        throw StrategyError("the limit leaves solutions unfinished, which no verifier reads")
      }
      scores = try bench.scores(of: solutions, to: problems, by: judge)
    }
    return problems.indices.map { problem in
      result(
        problem, solutions[problem],
        Array(responses[problem * budget..<(problem + 1) * budget]), scores?[problem], policy,
        verifier)
    }
  }

  private func settings(for policy: Policy) throws(StrategyError) -> IterativeDeepening {
    let task = policy.task
    let width = task.stepLength
    let context = policy.model.configuration.contextLength - task.promptLength + 1
    let room = context / width * width
    let settings = IterativeDeepening(
      firstBudget: first * width, growth: growth,
      limit: limit == 0 ? room : min(limit * width, room),
      trigger: Array(repeating: Int32(task.vocabularyCount), count: width),
      ending: goesOn ? .goOn : .stop)
    guard policy.model.configuration.vocabularyCount > task.vocabularyCount || !growth.isFinite
    else {
      throw StrategyError("iterative-deepening needs a model with a token more than its task")
    }
    let positions = settings.triggerPositions
    guard positions.allSatisfy({ $0 % width == 0 }) else {
      throw StrategyError(
        "looks back at \(positions.map { "\($0)" }.joined(separator: ", ")) tokens fall into steps "
          + "of \(width)")
    }
    return settings
  }

  /// Writes responses side by side.
  private func write(
    _ places: [(problem: Problem, attempt: Int)], _ settings: IterativeDeepening, on bench: Bench
  ) throws -> [IterativeDeepening.Response] {
    let policy = bench.policy
    let task = policy.task
    let rule = options.rule(of: policy)
    let session = try policy.sessions.session(rows: places.count)
    let alphabet = task.answerAlphabet
    let isAnswer = Set(alphabet)
    var streams = places.map { place in
      bench.sampler.streams.stream(step: 0, attempt: place.attempt, problem: place.problem.index)
    }
    return settings.run(
      places.map(\.problem.prompt), in: session,
      finish: { _, response in
        response.tokens.count % task.stepLength == 0
          && solution(of: response, task).count == task.solutionLength ? .finished : .open
      },
      draw: { row, response, logits in
        if response.drawn > 0, response.drawn % task.stepLength == 0 {
          streams[row] = bench.sampler.streams.stream(
            step: response.drawn / task.stepLength, attempt: places[row].attempt,
            problem: places[row].problem.index)
        }
        let token = rule.draw(logits: logits, using: &streams[row])
        guard slips > 0, isAnswer.contains(token), streams[row].nextUniform() < slips else {
          return token
        }
        return alphabet[streams[row].nextIndex(below: alphabet.count)]
      })
  }

  /// The steps of a response, each look back having the next step take the place of the last one.
  private func solution(
    of response: IterativeDeepening.Response, _ task: any StepwiseTask
  ) -> [Int32] {
    let width = task.stepLength
    var steps: [Int32] = []
    var isAnew = false
    for start in stride(from: 0, through: response.tokens.count - width, by: width) {
      if response.triggers.contains(start) {
        isAnew = true
        continue
      }
      if isAnew, !steps.isEmpty { steps.removeLast(width) }
      steps += response.tokens[start..<start + width]
      isAnew = false
    }
    return steps
  }

  private func result(
    _ problem: Int, _ solutions: [Sample], _ responses: [IterativeDeepening.Response],
    _ scores: [[Double]]?, _ policy: Policy, _ verifier: (any Verifier)?
  ) -> StrategyResult {
    let task = policy.task
    let attempts = solutions.indices.map { index in
      var attempt = OutcomeAttempt(
        solutions[index], task: task, stepScores: scores?[index], aggregate: options.aggregate)
      attempt.tokens = Double(responses[index].drawn)
      attempt.round = responses[index].triggers.count
      return attempt
    }
    var cost = policy.cost(prompt: task.promptLength, generated: 0, solutions: 0)
    let reading = cost.policyOperations
    for response in responses {
      let whole = policy.cost(
        prompt: task.promptLength, generated: response.tokens.count, solutions: 1)
      cost.generatedTokens += Double(response.drawn)
      cost.promptTokens += Double(response.tokens.count - response.drawn)
      cost.policyOperations += whole.policyOperations - reading
    }
    if let verifier {
      cost += verifier.cost(
        prompt: task.promptLength, read: task.solutionLength, solutions: attempts.count)
    }
    return StrategyResult(attempts, choosing: options.selection, cost: cost)
  }
}
