import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct MajorityVoteTests {
  private func attempts(_ answers: [String?], right: Set<String>) -> [OutcomeAttempt] {
    answers.map { OutcomeAttempt(correct: $0.map(right.contains) ?? false, answer: $0) }
  }

  @Test func goldenVector() throws {
    let answers = "aaaabbbccd".map { String($0) }
    let arm = oneProblem(attempts(answers, right: ["a"]))
    let samples = [1, 2, 3, 5, 8, 10]
    let curves = try MajorityVote().curves(of: arm, samples: samples)
    let expected = [0.4, 0.4, 0.4555556, 0.5595238, 0.7333333, 1]
    for (column, value) in expected.enumerated() {
      #expect(abs(curves.matrix[0, column] - value) < 1e-6)
    }
    #expect(curves.draws == 0 && curves.isExact.allSatisfy { $0 })
  }

  /// The vote of a subset, written from its definition.
  private func vote(
    _ subset: [Int], _ attempts: [OutcomeAttempt], _ unparseable: UnparseableAnswers
  ) -> Double {
    var ballots: [String: Double] = [:]
    var rights: [String: Double] = [:]
    for index in subset {
      let attempt = attempts[index]
      if attempt.answer == nil, unparseable == .discard { continue }
      let answer = attempt.answer ?? "unreadable \(index)"
      ballots[answer, default: 0] += 1
      rights[answer] = attempt.correct ? 1 : 0
    }
    guard let most = ballots.values.max() else { return 0 }
    let tied = ballots.keys.filter { ballots[$0] == most }.sorted()
    return tied.reduce(0) { $0 + (rights[$1] ?? 0) } / Double(tied.count)
  }

  @Test(arguments: UnparseableAnswers.allCases) func equalsEnumeration(
    unparseable: UnparseableAnswers
  ) throws {
    var random = SplittableRandom(seed: 4)
    for trial in 0..<40 {
      let count = 2 + random.nextIndex(below: 8)
      let classes = 1 + random.nextIndex(below: 6)
      // Several right answers in every other trial.
      let right: Set<String> = trial % 2 == 0 ? ["0"] : ["0", "2"]
      let answers = (0..<count).map { _ -> String? in
        random.nextUniform() < 0.2 ? nil : String(random.nextIndex(below: classes))
      }
      let list = attempts(answers, right: right)
      guard answers.contains(where: { $0 != nil }) else { continue }
      let samples = Array(1...count)
      let curves = try MajorityVote(unparseable: unparseable).curves(
        of: oneProblem(list), samples: samples)
      for n in samples {
        let all = subsets(of: count, size: n)
        let expected = all.reduce(0) { $0 + vote($1, list, unparseable) } / Double(all.count)
        #expect(abs(curves.matrix[0, n - 1] - expected) < 1e-12, "\(answers) at \(n)")
      }
    }
  }

  @Test func aShareOfRightAttemptsCountsAsSuch() throws {
    let list = [true, false, true].map { OutcomeAttempt(correct: $0, answer: "same") }
    let curves = try MajorityVote().curves(of: oneProblem(list), samples: [1, 3])
    #expect(abs(curves.matrix[0, 0] - 2.0 / 3) < 1e-12)
    #expect(curves.warnings.count == 1)
  }

  @Test func randomOrdersAgreeWithTheExactCurve() throws {
    let arm = PlantedAttempts(problems: 60, attempts: 80, unparseable: 0.2).arm()
    let samples = [1, 2, 5, 16, 60, 80]
    let exact = try MajorityVote().curves(of: arm, samples: samples)
    let random = try MajorityVote(exactBudget: 0, draws: 400).curves(of: arm, samples: samples)
    #expect(random.draws == 400)
    #expect(random.isExact == [false, false, false, false, false, true])
    #expect(exact.isExact == [true, true, true, true, true, true])
    let bootstrap = ProblemBootstrap(resamples: 50)
    let curve = SelectionCurve(random, bootstrap: bootstrap)
    for column in samples.indices {
      let error = curve.monteCarloErrors[column]
      let difference = abs(random.matrix.means[column] - exact.matrix.means[column])
      #expect(difference < 4 * error + 1e-12, "\(difference) with error \(error)")
    }
    #expect(curve.evaluation.last == .exact && curve.evaluation[0] == .monteCarlo)
  }

  @Test func threadsChangeNothing() throws {
    let arm = PlantedAttempts(problems: 20, attempts: 30).arm()
    let vote = MajorityVote(exactBudget: 0, draws: 20)
    let one = try vote.curves(of: arm, threads: 1)
    let two = try vote.curves(of: arm, threads: 2)
    #expect(one.matrix.values == two.matrix.values)
  }

  /// Hundreds of attempts at n = N and at n = 1 stay far from underflow.
  @Test func manyAttemptsKeepTheirDigits() throws {
    var list: [OutcomeAttempt] = []
    for index in 0..<250 {
      let right = index % 5 < 2
      list.append(OutcomeAttempt(correct: right, answer: right ? "r" : "w\(index % 5)"))
    }
    let curves = try MajorityVote(exactBudget: 1e12).curves(
      of: oneProblem(list), samples: [1, 2, 250])
    #expect(abs(curves.matrix[0, 0] - 0.4) < 1e-12)
    #expect(abs(curves.matrix[0, 1] - 0.4) < 1e-12)
    #expect(abs(curves.matrix[0, 2] - 1) < 1e-9)
  }

  @Test func modesAreSplit() throws {
    let good = attempts(["a", "a", "b"], right: ["a"])
    let bad = attempts(["a", "b", "b"], right: ["a"])
    let tie = attempts(["a", "b", nil], right: ["a"])
    let arm = OutcomeArm(attempts: [good, bad, bad, tie])
    let vote = MajorityVote()
    let bootstrap = ProblemBootstrap(resamples: 50)
    let curves = try vote.curves(of: arm, samples: [1, 3])
    let split = try ModeSplit(vote, curves, of: arm, bootstrap: bootstrap)
    #expect(abs(split.modeRight.value - 1.5 / 4) < 1e-12)
    #expect(split.right.problems == 1 && split.wrong.problems == 2 && split.tied == 1)
    #expect(abs(split.right.accuracy[0].value - 2.0 / 3) < 1e-12)
    #expect(abs(split.right.accuracy[1].value - 1) < 1e-12)
    // The vote goes down with n where the mode is wrong.
    #expect(abs(split.wrong.accuracy[0].value - 1.0 / 3) < 1e-12)
    #expect(abs(split.wrong.accuracy[1].value) < 1e-12)
    #expect(split.warnings.count == 1)
  }

  @Test func problemsWithFewAttemptsAreLeftOut() throws {
    let long = attempts(Array(repeating: "a", count: 8), right: ["a"])
    let short = attempts(["b"], right: [])
    let arm = OutcomeArm(attempts: Array(repeating: long, count: 19) + [short])
    let curves = try MajorityVote().curves(of: arm)
    #expect(curves.samples == [1, 2, 4, 8])
    #expect(curves.problems == Array(0..<19))
    #expect(curves.warnings == ["1 of 20 problems have fewer than 8 attempts and are left out."])
    #expect(throws: SelectionError.tooFewAttempts(asked: 9, most: 8)) {
      try MajorityVote().curves(of: arm, samples: [9])
    }
    #expect(throws: SelectionError.invalidSamples) {
      try MajorityVote().curves(of: arm, samples: [0, 2])
    }
    var silent = arm
    silent.answers = nil
    #expect(throws: SelectionError.missingColumn("answer")) {
      try MajorityVote().curves(of: silent)
    }
    silent.steps = silent.correct.map { Int32($0) }
    silent.answers = arm.answers
    #expect(throws: SelectionError.rowsAreSteps) { try MajorityVote().curves(of: silent) }
  }
}
