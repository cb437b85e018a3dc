import Corpora
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// What a run is judged by at its end is the same for the same data, however its batches are cut and
/// however long it trains.
struct HeldOutTests {
  private static let descriptions: [DatasetDescription] = [
    .init(.language(name: "markov", knobs: ["tokens": 13, "order": 1])),
    .init(.task(name: "parity", knobs: [:])),
    .init(.task(name: "multiplication", knobs: [:])),
  ]

  private static func dataset(_ index: Int) throws -> Dataset {
    if index < descriptions.count { return try Dataset(descriptions[index]) }
    if index == descriptions.count {
      let folder = try ScratchFolder()
      let path = "\(folder.path)/tokens.bin"
      let numbers = (0..<2000).map { UInt16($0 * $0 % 13) }
      try numbers.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path))
      // Both sides are copies, which outlive the file.
      return try withExtendedLifetime(folder) {
        try Dataset(
          DatasetDescription(.tokens(path: path, validation: nil, bits: .sixteen), vocabulary: 13))
      }
    }
    return try Dataset(
      DatasetDescription(
        .domains([
          .init(
            name: "a", source: .language(name: "markov", knobs: ["tokens": 13]), tokens: 4000),
          .init(
            name: "b", source: .language(name: "markov", knobs: ["tokens": 13, "order": 1]),
            tokens: 900),
        ])))
  }

  /// The rows of a set of micro-batches that ask for something, in their order.
  private static func rows(_ dataset: Dataset, _ recipe: TrainingRecipe) throws -> [[Int32]] {
    let held = try dataset.heldOut(recipe)
    let size = recipe.microBatchSize * recipe.sequenceLength
    var inputs = [Int32](repeating: 7, count: size)
    var targets = inputs
    var rows: [[Int32]] = []
    for batch in 0..<held.count {
      inputs.withUnsafeMutableBufferPointer { inputs in
        targets.withUnsafeMutableBufferPointer {
          held.write(batch: batch, inputs: inputs, targets: $0)
        }
      }
      for start in stride(from: 0, to: size, by: recipe.sequenceLength) {
        let wanted = targets[start..<start + recipe.sequenceLength]
        guard wanted.contains(where: { $0 >= 0 }) else { continue }
        rows.append(Array(inputs[start..<start + recipe.sequenceLength]) + Array(wanted))
      }
    }
    return rows
  }

  private static func recipe(
    _ dataset: Dataset, batch: Int, accumulation: Int, steps: Int
  ) -> TrainingRecipe {
    var recipe = TrainingRecipe(
      batchSize: batch, sequenceLength: dataset.sequenceLength ?? 8, budget: .steps(steps))
    recipe.accumulation = accumulation
    recipe.validation.batches = steps
    return recipe
  }

  @Test(arguments: 0..<5) func theSetIsTheSameForAllCuts(index: Int) throws {
    let dataset = try Self.dataset(index)
    let whole = try Self.rows(
      dataset, Self.recipe(dataset, batch: 1, accumulation: 1, steps: 1))
    #expect(whole.count > 10)
    for (batch, accumulation, steps) in [
      (3, 1, 5), (16, 1, 60), (16, 4, 60), (64, 2, 9), (7, 7, 1),
    ] {
      let recipe = Self.recipe(
        dataset, batch: batch, accumulation: accumulation, steps: steps)
      let rows = try Self.rows(dataset, recipe)
      #expect(rows == whole, "\(dataset.record.name): \(batch) in \(accumulation) parts")
      #expect(try dataset.validationBatches(recipe) == dataset.heldOut(recipe).count)
    }
  }

  @Test(arguments: [0, 3, 4]) func theLossIsTheSameForAllCuts(index: Int) throws {
    let dataset = try Self.dataset(index)
    let objective = try tinyModel(Double.self)
    func losses(_ batch: Int, _ accumulation: Int) throws -> Validation.Losses {
      var recipe = Self.recipe(dataset, batch: batch, accumulation: accumulation, steps: 3)
      let held = try dataset.heldOut(recipe)
      recipe.validation.batches = held.count
      return try Validation.losses(of: objective, on: held, recipe: recipe, pool: .inline)
    }
    let one = try losses(1, 1)
    for (batch, accumulation) in [(7, 1), (16, 1), (48, 3)] {
      let other = try losses(batch, accumulation)
      #expect(abs(other.mean - one.mean) < 1e-12, "\(batch) in \(accumulation) parts")
      for (name, loss) in one.parts {
        #expect(abs((other.parts[name] ?? .nan) - loss) < 1e-12, "\(name)")
      }
    }
  }
}
