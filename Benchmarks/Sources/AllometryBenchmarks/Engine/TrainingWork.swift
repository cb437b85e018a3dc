import Foundation
import LanguageModels
import Statistics
import Tensors
import Training

/// Training steps of a decoder by the library's own loop, in turns.
struct TrainingWork {
  var size: DecoderSize
  /// Threads of each run.
  var threads: Int
  /// How many runs share the process.
  var runs: Int

  func serve() throws {
    let turns = Turns(laneCount: runs)
    if runs == 1 {
      reportEnd(try train(Lane(turns)))
      return
    }
    let finished = DispatchSemaphore(value: 0)
    for _ in 0..<runs {
      let thread = Thread {
        do {
          _ = try train(Lane(turns))
        } catch {
          FileHandle.standardError.write(Data("\(error)\n".utf8))
          exit(70)
        }
        finished.signal()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    for _ in 0..<runs { finished.wait() }
    reportEnd([:])
  }

  /// Trains until there are no more turns.
  private func train(_ lane: Lane) throws -> [String: Double] {
    var lane = lane
    let model = try LanguageModel<Float>(size.configuration(), seed: 1)
    var recipe = TrainingRecipe(
      batchSize: DecoderSize.batch, sequenceLength: DecoderSize.length, budget: .steps(1 << 40),
      optimizer: .adamW(
        AdamWSettings(
          learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1)),
      schedule: Schedule(.constant))
    // The norm is computed in every step all the same; the peers do not clip.
    recipe.clipNorm = nil
    let trainer = try Trainer(
      LanguageModelObjective(model), recipe: recipe, source: RandomBatches(),
      pool: ThreadPool(threads: threads))
    let stop = StopRequest()
    var numbers = ["parameters": Double(model.parameters.count)]
    _ = try trainer.run(stop: stop) { event in
      guard case .step(let progress) = event, progress.step >= 2 else { return }
      numbers["loss"] = progress.loss
      numbers["steps"] = Double(progress.step)
      let goesOn = progress.step == 2 ? lane.begin() : lane.did(Double(recipe.tokensPerStep))
      if !goesOn { stop.stop() }
    }
    return numbers
  }
}

/// Eight batches of random tokens, over and over.
private final class RandomBatches: BatchSource {
  var position = 0
  private let rows: [[Int32]]

  init() {
    var random = SplittableRandom(seed: 2)
    rows = (0..<8 * DecoderSize.batch).map { _ in
      (0...DecoderSize.length).map { _ in
        Int32(random.nextIndex(below: DecoderSize.vocabulary))
      }
    }
  }

  func fill(
    tokens: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>,
    sequences: Int, length: Int
  ) {
    for sequence in 0..<sequences {
      let row = rows[position % rows.count]
      for index in 0..<length {
        tokens[sequence * length + index] = row[index]
        targets[sequence * length + index] = row[index + 1]
      }
      position += 1
    }
  }
}
