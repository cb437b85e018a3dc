import Corpora
import LanguageModels
import RunTables
import Statistics
import Strategies
import Tensors
import Testing
import Training

@Suite struct FirstToAheadTests {
  private func game(_ disks: Int) throws -> HanoiGame {
    HanoiGame(disks: disks, notation: try HanoiStep(["disks": Double(disks)]))
  }

  /// Odds with one probability of the right move and the rest on the first legal wrong one.
  private func planted(_ game: HanoiGame, right: Double, valid: Double = 1) -> PlantedSteps<
    HanoiState
  > {
    PlantedSteps { state in
      let move = game.rightAnswer(at: state)
      var odds = StepOdds(answers: Array(repeating: 0, count: 9))
      odds.answers[move] = right * valid
      let wrong = game.replies(at: state).first { $0.answer != move }
      odds.answers[wrong?.answer ?? move] += (1 - right) * valid
      return odds
    }
  }

  @Test func theRightAnswersSolveTheTower() throws {
    for disks in 1...6 {
      let game = try game(disks)
      var state = game.start
      for step in 0..<game.stepCount {
        #expect(state.pegs(disks) == HanoiStep.state(after: step, disks: disks))
        let right = game.rightAnswer(at: state)
        let replies = game.replies(at: state)
        #expect((1...3).contains(replies.count))
        #expect(replies.contains { $0.answer == right })
        for (answer, reply) in replies { #expect(game.answer(of: reply, at: state) == answer) }
        state = game.state(after: right, at: state)
      }
      #expect(state.pegs(disks) == Array(repeating: 2, count: disks))
      // Parts start where the solution is, and together make it up.
      let parts = game.segments(min(3, game.stepCount))
      #expect(parts.reduce(0) { $0 + $1.steps } == game.stepCount)
      let path = game.path()
      for part in parts { #expect(part.start == path[part.offset]) }
    }
  }

  @Test func redFlagsAreIllegalReplies() throws {
    let game = try game(3)
    let start = game.start
    func answer(_ disk: Int, _ from: Int, _ to: Int) -> Int? {
      game.answer(
        of: game.notation.tokens(of: HanoiStep.Move(disk: disk, from: from, to: to)), at: start)
    }
    #expect(answer(0, 0, 2) == 2)
    #expect(answer(1, 0, 2) == nil)
    #expect(answer(0, 1, 2) == nil)
    #expect(answer(0, 0, 0) == nil)
    #expect(game.answer(of: [0, 0, 0], at: start) == nil)
    let after = game.state(after: 2, at: start)
    // A larger disk onto a smaller one.
    #expect(
      game.answer(
        of: game.notation.tokens(of: HanoiStep.Move(disk: 1, from: 0, to: 2)), at: after) == nil)
  }

  /// Success and cost of many games are those of the formulas, and red flags cost what they should.
  @Test(arguments: [(1, 0.99), (2, 0.93), (3, 0.9)])
  func plantedStepsMatchTheFormulas(margin: Int, right: Double) throws {
    let game = try game(6)
    let source = planted(game, right: right, valid: 0.8)
    let path = game.path()
    let expected = FirstToAheadExpectation(
      path.map(source.odds), right: path.map(game.rightAnswer), margin: margin)
    let report = FirstToAheadByK(margin: margin, games: 1500, seed: 3).run(game, source)
    #expect(report.successInterval(level: 0.999).contains(expected.success))
    #expect(expected.success > 0.1 && expected.success < 0.95)
    #expect(abs(expected.success - expected.pairwiseSuccess) < 1e-12)
    #expect(abs(expected.success - expected.uniformSuccess) < 1e-9)
    let error = max(report.votesPerStepError, 1e-12)
    #expect(abs(report.votesPerStep - expected.votesPerStep) < 4 * error)
    #expect(abs(report.validShare - 0.8) < 0.01)
    #expect(abs(report.repliesPerStep - expected.repliesPerStep) < 0.02 * expected.repliesPerStep)
    #expect(report.cost.replies == report.replies.reduce(0, +))
    #expect(report.undecided == 0)
    let arm = report.outcomes(problem: "hanoi 6", key: ["planted", "\(margin)"])
    #expect(arm.attemptCount == 1500)
    #expect(arm.correct.count { $0 == 1 } == report.wins)
  }

  /// Parts side by side win as often as whole games.
  @Test func partsWinAsOftenAsWholeGames() throws {
    let game = try game(6)
    let source = planted(game, right: 0.93)
    let path = game.path()
    let expected = FirstToAheadExpectation(
      path.map(source.odds), right: path.map(game.rightAnswer), margin: 2)
    let report = FirstToAheadByK(margin: 2, games: 1000, segments: 7, seed: 8).run(game, source)
    #expect(report.successInterval(level: 0.999).contains(expected.success))
    #expect(report.steps > 1000 * 40)
  }

  /// Where the mode is wrong no margin helps, and the report says where.
  @Test func aWrongModeIsFlagged() throws {
    let game = try game(5)
    let base = planted(game, right: 0.95)
    let path = game.path()
    let bad = path[12]
    let wrong = try #require(
      game.replies(at: bad).first { $0.answer != game.rightAnswer(at: bad) }?.answer)
    let misled = MisledSteps(base, share: 0.9) { $0 == bad ? wrong : nil }
    for margin in [2, 4, 6] {
      let report = FirstToAheadByK(margin: margin, games: 200, seed: 1).run(game, misled)
      #expect(report.success < 0.05)
      #expect(report.wrongModeSteps == [12])
      let healthy = FirstToAheadByK(margin: margin, games: 200, seed: 1).run(game, base)
      #expect(healthy.success > 0.75)
      #expect(healthy.wrongModeSteps.isEmpty)
    }
    var odds = path.map(base.odds)
    odds[12].answers = odds[12].answers.map { 0.1 * $0 }
    odds[12].answers[wrong] += 0.9
    let expected = FirstToAheadExpectation(odds, right: path.map(game.rightAnswer), margin: 6)
    #expect(expected.wrongModeSteps == [12])
    #expect(expected.success < 0.01)
  }

  /// A step that never gets a valid reply ends the game instead of running for ever.
  @Test func silenceEndsTheGame() throws {
    let game = try game(2)
    let silent = PlantedSteps<HanoiState> { _ in
      StepOdds(answers: Array(repeating: 0, count: 9))
    }
    let report = FirstToAheadByK(margin: 2, games: 3, replyLimit: 50).run(game, silent)
    #expect(report.undecided == 3)
    #expect(report.wins == 0)
  }

  /// A trained model with noise of a known strength: decoded replies have the exact probabilities, and
  /// games come out as those say, although steps differ.
  @Test func aTrainedModelMatchesItsOwnOdds() throws {
    let notation = try HanoiStep(["disks": 4, "arbitrary": 0.3])
    let game = HanoiGame(disks: 4, notation: notation)
    let model = try LanguageModel<Float>(
      .llama(
        width: 32, layers: 2, heads: 4, vocabulary: notation.vocabularyCount, context: 12), seed: 1)
    var recipe = TrainingRecipe(
      batchSize: 64, sequenceLength: notation.longestExample - 1, budget: .steps(250),
      optimizer: .adamW(AdamWSettings(learningRate: 5e-3)),
      schedule: Schedule(warmup: 20, .cosine(floor: 0.02)))
    recipe.validation.every = 0
    _ = try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: try TaskBatches(notation, recipe: recipe), pool: .inline
    ).run()
    // Pegs for pegs: wrong moves that are legal, and illegal ones.
    let sampling = StepSampling(noise: 0.25, noiseTokens: [5, 6, 7])
    let decoded = ModelSteps(model, game, sampling: sampling)
    let remembered = ModelSteps(model, game, sampling: sampling, method: .remembered)

    let state = game.path()[6]
    let odds = remembered.odds(at: [state])[0]
    let draws = 3000
    let replies = decoded.sample([
      StepRequest(state: state, count: draws, random: SplittableRandom(seed: 2))
    ])[0]
    for answer in 0..<9 {
      let p = odds.answers[answer]
      let found = Double(replies.count { $0 == answer }) / Double(draws)
      #expect(abs(found - p) <= 4 * (p * (1 - p) / Double(draws)).squareRoot())
    }
    let flagged = Double(replies.count { $0 == nil }) / Double(draws)
    #expect(abs(flagged - (1 - odds.valid)) < 0.04)
    #expect(odds.answers[game.rightAnswer(at: state)] > 0.4)

    for (margin, games) in [(1, 150), (2, 150), (3, 150)] {
      let expected = remembered.expectation(margin: margin)
      #expect(expected.leastRight < 0.98 && expected.wrongModeSteps.isEmpty)
      let report = FirstToAheadByK(margin: margin, games: games, seed: 3).run(game, decoded)
      #expect(report.method == .decoded)
      #expect(report.successInterval(level: 0.999).contains(expected.success))
      #expect(
        abs(report.votesPerStep - expected.votesPerStep) <= 4 * report.votesPerStepError + 1e-9)
      #expect(report.cost.tokens == 3 * report.cost.replies && report.cost.operations > 0)
      let fast = FirstToAheadByK(margin: margin, games: 1500, seed: 4).run(game, remembered)
      #expect(fast.successInterval(level: 0.999).contains(expected.success))
    }
  }

  /// The same seed gives the same games, whatever the batch.
  @Test func batchesDoNotMatter() throws {
    let notation = try HanoiStep(["disks": 3])
    let game = HanoiGame(disks: 3, notation: notation)
    let model = try LanguageModel<Float>(
      .llama(
        width: 16, layers: 1, heads: 2, vocabulary: notation.vocabularyCount, context: 12), seed: 1)
    func errors(_ batch: Int) -> FirstToAheadReport {
      FirstToAheadByK(margin: 1, games: 20, replyLimit: 200, seed: 5).run(
        game, ModelSteps(model, game, batch: batch))
    }
    let (one, other) = (errors(3), errors(64))
    #expect(one.firstErrors == other.firstErrors)
    #expect(one.replies == other.replies)
  }

  /// Rows are right steps of right games, and all disks move equally often.
  @Test func everyDiskMovesEquallyOften() throws {
    let notation = try HanoiStep(["disks": 6])
    let source = HanoiBatches(notation, disks: 6...6, seed: 2)
    let game = HanoiGame(disks: 6, notation: notation)
    var known: [[Int32]: Int] = [:]
    for state in game.path() { known[game.prompt(at: state)] = game.rightAnswer(at: state) }
    var moved = Array(repeating: 0, count: 6)
    for index in 0..<1200 {
      let (prompt, reply) = source.row(index)
      let move = try #require(notation.move(of: reply))
      #expect(known[prompt] == 3 * move.from + move.to)
      moved[move.disk] += 1
    }
    #expect(moved.allSatisfy { (150...250).contains($0) }, "\(moved)")
  }
}
