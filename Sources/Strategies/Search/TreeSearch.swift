internal import Cards
internal import Corpora
internal import LanguageModels
internal import RunTables

/// Step by step, a verifier keeps the best beginnings of solutions and the policy goes on from them:
/// the engine of beam search and diverse verifier tree search.
///
/// There are always N candidates. After each step those of a subtree are ranked, the best one in
/// `width` of them kept, and each of these continued `width` times. Place j draws from the stream of
/// attempt j, so that the first step is that of N attempts.
struct TreeSearch: Sendable {
  /// How often what is kept is continued, M.
  private let width: Int
  /// The number of subtrees, which rank by themselves.
  private let subtrees: @Sendable (_ candidates: Int, _ width: Int) -> Int
  /// Steps that are simulated greedily before a candidate is judged.
  private let lookahead: Int
  /// Whether equal candidates count once in a ranking.
  private let isDistinct: Bool
  private let search: SearchOptions

  /// The options of a search beside `width` and what is the strategy's own.
  static let options: [CardOption] = [
    .flag("distinct", false, "equal candidates count once when the best ones are kept"),
    SearchOptions.selection(.best), SearchOptions.aggregate, SearchOptions.temperature,
  ]

  init(
    _ options: OptionValues, lookahead: Int = 0,
    subtrees: @escaping @Sendable (_ candidates: Int, _ width: Int) -> Int
  ) {
    width = options.whole("width")
    isDistinct = options.flag("distinct")
    search = SearchOptions(options)
    self.lookahead = lookahead
    self.subtrees = subtrees
  }

  /// Searches and chooses an answer.
  func solve(
    _ problems: [Problem], budget: Int, on bench: Bench, name: String
  ) throws -> [StrategyResult] {
    let verifier = try bench.requiredVerifier(of: name)
    let candidates = max(budget / (lookahead + 1), 1)
    let found = try run(problems, candidates: candidates, on: bench, verifier: verifier)
    let further = foresightCost(candidates, on: bench, verifier: verifier)
    return found.map { attempts in
      var result = search.result(of: attempts, on: bench, verifier: verifier)
      result.cost += further
      return result
    }
  }

  /// Searches for solutions to problems.
  ///
  /// - Returns: N solutions to each problem with their scores.
  private func run(
    _ problems: [Problem], candidates: Int, on bench: Bench, verifier: any Verifier
  ) throws -> [[OutcomeAttempt]] {
    // All problems of a part stay side by side; one with many candidates is alone.
    let size = max(1, bench.sampler.batch / candidates)
    return try stride(from: 0, to: problems.count, by: size).flatMap { start in
      try solutions(
        to: Array(problems[start..<min(start + size, problems.count)]), candidates, bench, verifier)
    }
  }

  private func solutions(
    to problems: [Problem], _ candidates: Int, _ bench: Bench, _ verifier: any Verifier
  ) throws -> [[OutcomeAttempt]] {
    let task = bench.policy.task
    let rule = search.rule(of: bench.policy)
    let streams = bench.sampler.streams
    let rows = problems.flatMap { problem in
      (0..<candidates).map { AttemptPlace(problem, attempt: $0) }
    }
    let writer = try SequenceWriter(bench.policy, rows.map(\.problem.prompt))
    let reading = try verifier.reading(of: rows, task: task)
    var solutions = rows.map { _ in [Int32]() }
    var scores = rows.map { _ in [Double]() }
    for step in 0..<task.stepCount {
      let drawn = writer.draw(
        task.stepLength, by: rule,
        from: rows.map {
          streams.stream(step: step, attempt: $0.attempt, problem: $0.problem.index)
        })
      let judged = reading.scores(appending: drawn)
      for row in rows.indices {
        solutions[row] += drawn[row]
        scores[row].append(judged[row])
      }
      guard step < task.stepCount - 1 else { break }
      let values = try foresight(step, judged, writer, reading, task)
      let parents = problems.indices.flatMap { problem in
        survivors(of: solutions, values, from: problem * candidates, candidates)
      }
      writer.reorder(parents)
      reading.reorder(parents)
      solutions = parents.map { solutions[$0] }
      scores = parents.map { scores[$0] }
    }
    return problems.indices.map { problem in
      (problem * candidates..<(problem + 1) * candidates).map { row in
        OutcomeAttempt(
          Sample(solutions[row], to: rows[row].problem, task: task), task: task,
          stepScores: scores[row], aggregate: search.aggregate)
      }
    }
  }

  /// The verifier's judgement a few greedy steps on, which are then forgotten.
  private func foresight(
    _ step: Int, _ judged: [Double], _ writer: SequenceWriter, _ reading: any StepReading,
    _ task: any StepwiseTask
  ) throws -> [Double] {
    let steps = min(lookahead, task.stepCount - 1 - step)
    guard steps > 0 else { return judged }
    var values = judged
    let mark = writer.mark
    for _ in 0..<steps {
      values = reading.scores(appending: writer.continueGreedily(task.stepLength))
    }
    try writer.rewind(to: mark)
    try reading.forget(steps)
    return values
  }

  /// What the greedy steps of a problem cost beyond the candidates' own.
  private func foresightCost(
    _ candidates: Int, on bench: Bench, verifier: any Verifier
  ) -> StrategyCost {
    let task = bench.policy.task
    return (0..<max(task.stepCount - 1, 0)).reduce(StrategyCost()) { sum, step in
      let tokens = min(lookahead, task.stepCount - 1 - step) * task.stepLength
      guard tokens > 0 else { return sum }
      let start = task.promptLength + (step + 1) * task.stepLength
      // The beginning has been read already.
      var further =
        bench.policy.cost(prompt: start, generated: tokens, solutions: candidates)
        + verifier.cost(prompt: start, read: tokens, solutions: candidates)
      let known =
        bench.policy.cost(prompt: start, generated: 0, solutions: 0)
        + verifier.cost(prompt: start, read: 0, solutions: 0)
      further.promptTokens -= known.promptTokens
      further.verifierTokens -= known.verifierTokens
      further.policyOperations -= known.policyOperations
      further.verifierOperations -= known.verifierOperations
      return sum + further
    }
  }

  /// For each place of a problem, the candidate that it goes on from.
  private func survivors(
    of solutions: [[Int32]], _ values: [Double], from first: Int, _ candidates: Int
  ) -> [Int] {
    let trees = max(subtrees(candidates, width), 1)
    return (0..<trees).flatMap { tree -> [Int] in
      let places = first + tree * candidates / trees..<first + (tree + 1) * candidates / trees
      let count = max(places.count / width, 1)
      let ranked = places.sorted { (values[$0], -$0) > (values[$1], -$1) }
      var kept: [Int] = []
      var seen: Set<[Int32]> = []
      for place in ranked where kept.count < count {
        if isDistinct && !seen.insert(solutions[place]).inserted { continue }
        kept.append(place)
      }
      return places.indices.map { kept[($0 - places.lowerBound) * kept.count / places.count] }
    }
  }
}

extension OutcomeAttempt {
  /// A sample with its scores.
  init(
    _ sample: Sample, task: any StepwiseTask, stepScores: [Double]? = nil,
    aggregate: StepAggregate = .last
  ) {
    self.init(
      correct: sample.isCorrect, tokens: Double(task.solutionLength),
      promptTokens: Double(task.promptLength), score: stepScores.map(aggregate.value),
      answer: sample.answer, stepScores: stepScores)
  }
}
