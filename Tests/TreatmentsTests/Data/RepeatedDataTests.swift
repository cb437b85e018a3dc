import Corpora
import Foundation
import LanguageModels
import Testing
import Training
import Treatments

struct RepeatedDataTests {
  /// 40 steps of 4 sequences.
  static let recipe: TrainingRecipe = {
    var recipe = TreatmentFixtures.recipe
    recipe.budget = .steps(40)
    return recipe
  }()

  static let language = try? MarkovSource(
    vocabularyCount: 20, order: 1, rows: .dirichlet(concentration: 0.3), seed: 2)

  /// Token i of the stream is i, so that windows tell their place.
  static let stream = TokenStream(tokens: (0..<24 * 150 + 1).map { Int32($0) })

  /// All sequences of the run.
  static func sequences(_ source: any BatchSource) -> [[Int32]] {
    (0..<recipe.steps).flatMap { _ -> [[Int32]] in
      let batch = Batch(source, recipe)
      return (0..<recipe.batchSize).map { row in
        Array(batch.tokens[row * 24..<(row + 1) * 24]) + [batch.targets[(row + 1) * 24 - 1]]
      }
    }
  }

  /// A tenth of 160 sequences, four times four of them.
  @Test func subsetsComeAsOftenAsAsked() throws {
    let plan = RepeatedBatches.Plan(share: 0.1, repeats: 4, recipe: Self.recipe)
    #expect(plan.total == 160 && plan.repeated == 16 && plan.subset == 4 && plan.unique == 144)
    for windows in [
      RepeatedBatches.Windows.stream(Self.stream), .language(try #require(Self.language)),
    ] {
      let source = try RepeatedBatches(windows, plan: plan, recipe: Self.recipe)
      var counts: [[Int32]: Int] = [:]
      let sequences = Self.sequences(source)
      for sequence in sequences { counts[sequence, default: 0] += 1 }
      #expect(counts.values.sorted() == Array(repeating: 1, count: 144) + [4, 4, 4, 4])
      #expect(source.position.sequences == 160 && source.position.repeated == 16)
      // What comes once comes as in the baseline.
      let once = sequences.filter { counts[$0] == 1 }
      let baseline: any BatchSource
      switch windows {
      case .stream(let stream): baseline = try TextBatches(stream, recipe: Self.recipe)
      case .language(let language): baseline = LanguageBatches(language, recipe: Self.recipe)
      }
      #expect(once == Array(Self.sequences(baseline).prefix(144)))
      // Repetitions are spread over the run and every pass over the subset is whole.
      let places = sequences.indices.filter { counts[sequences[$0]] == 4 }
      #expect((places.first ?? 160) < 40 && (places.last ?? 0) > 120)
      for pass in 0..<4 {
        #expect(Set(places[pass * 4..<(pass + 1) * 4].map { sequences[$0] }).count == 4)
      }
    }
  }

  /// As many repetitions as there are sequences, and more: one sequence over and over.
  @Test func oneSequenceAtLeast() {
    for repeats in [16.0, 1e9] {
      #expect(RepeatedBatches.Plan(share: 0.1, repeats: repeats, recipe: Self.recipe).subset == 1)
    }
    #expect(RepeatedBatches.Plan(share: 0, repeats: 9, recipe: Self.recipe).subset == 0)
    #expect(RepeatedBatches.Plan(share: 1, repeats: 1, recipe: Self.recipe).subset == 160)
  }

  @Test func aResumedSourceGoesOn() throws {
    let plan = RepeatedBatches.Plan(share: 0.3, repeats: 6, recipe: Self.recipe)
    let source = try RepeatedBatches(.stream(Self.stream), plan: plan, recipe: Self.recipe)
    for _ in 0..<17 { _ = Batch(source, Self.recipe) }
    let again = try RepeatedBatches(.stream(Self.stream), plan: plan, recipe: Self.recipe)
    again.position = source.position
    for _ in 0..<30 {
      #expect(Batch(again, Self.recipe).tokens == Batch(source, Self.recipe).tokens)
    }
    var wrong = source.position
    wrong.repeated = wrong.sequences + 1
    #expect(throws: TreatmentError.self) { try again.check(wrong) }
  }

  /// Unique tokens must be that: 144 and 16 windows do not fit into 150.
  @Test func tooFewTokensAreRefused() throws {
    let plan = RepeatedBatches.Plan(share: 0.1, repeats: 1, recipe: Self.recipe)
    #expect(throws: TreatmentError.self) {
      try RepeatedBatches(.stream(Self.stream), plan: plan, recipe: Self.recipe)
    }
  }
}
