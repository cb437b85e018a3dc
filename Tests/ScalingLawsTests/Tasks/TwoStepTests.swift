import Foundation
import Quantities
import ScalingLaws
import Statistics
import TestSupport
import Testing

@Suite struct TwoStepTests {
  private let lossTruth = [0.5, 60, 400, 0.3, 0.35]
  private let accuracyTruth = [0.95, 8, 0.62]

  /// Sixteen runs whose checkpoints lie on the planted sigmoid.
  private func planted(noise: Double, seed: UInt64 = 1) -> (Observations, Observations) {
    var random = SplittableRandom(seed: seed)
    var columns: [String: [Double]] = ["N": [], "D": []]
    var losses: [Double] = []
    var checkpointLosses: [Double] = []
    var accuracies: [Double] = []
    var clusters: [Int] = []
    for size in [1.9e8, 3.7e8, 7.6e8, 1.28e9] {
      for ratio in [20.0, 40, 100, 200] {
        let exact = Chinchilla().prediction(lossTruth, at: [size, size * ratio])
        columns["N"]?.append(size)
        columns["D"]?.append(size * ratio)
        losses.append(exact * (1 + noise * random.nextNormal()))
        for part in [0.2, 0.4, 0.6, 0.8, 1] {
          let loss = Chinchilla().prediction(lossTruth, at: [size, size * ratio * part])
          checkpointLosses.append(loss)
          let accuracy = LossToAccuracy(chance: 0.25).prediction(accuracyTruth, at: [loss])
          accuracies.append(accuracy + noise * random.nextNormal())
          clusters.append(losses.count - 1)
        }
      }
    }
    return (
      Observations(columns: columns, response: losses),
      Observations(columns: ["loss": checkpointLosses], response: accuracies, clusters: clusters)
    )
  }

  @Test func exactRunsGiveTheExactForecast() throws {
    let (final, checkpoints) = planted(noise: 0)
    let steps = try TwoStep(
      final: final, checkpoints: checkpoints, chance: 0.25, options: FitOptions(interval: .none))
    let loss = Chinchilla().prediction(lossTruth, at: [1.3e10, 5e12])
    let accuracy = LossToAccuracy(chance: 0.25).prediction(accuracyTruth, at: [loss])
    #expect(abs(steps.loss(parameters: 1.3e10, tokens: 5e12).value / loss - 1) < 1e-6)
    #expect(abs(steps.accuracy(parameters: 1.3e10, tokens: 5e12).value - accuracy) < 1e-6)
    #expect(steps.draws.isEmpty)
  }

  /// One sigmoid in compute, fitted to runs below its midpoint, knows the large model far less well.
  @Test func twoStepsKnowMoreThanOneSigmoid() throws {
    let (final, checkpoints) = planted(noise: 0.004)
    let steps = try TwoStep(
      final: final, checkpoints: checkpoints, chance: 0.25,
      options: FitOptions(resamples: 200, seed: 5))
    let found = steps.accuracy(parameters: 1.3e10, tokens: 5e12)
    let loss = Chinchilla().prediction(lossTruth, at: [1.3e10, 5e12])
    let truth = LossToAccuracy(chance: 0.25).prediction(accuracyTruth, at: [loss])
    #expect(found.low < truth && truth < found.high, "\(found) around \(truth)")
    // The ends of the runs that are still far below the midpoint.
    let size = try #require(final.columns["N"])
    let tokens = try #require(final.columns["D"])
    let low = (0..<16).filter { checkpoints.response[5 * $0 + 4] < 0.45 }
    #expect(low.count >= 5)
    let early = Observations(
      columns: ["C": low.map { 6 * size[$0] * tokens[$0] }],
      response: low.map { checkpoints.response[5 * $0 + 4] })
    let direct = try fit(
      TaskSigmoid(chance: 0.25), to: early,
      options: FitOptions(interval: .bootstrap, resamples: 200, seed: 5))
    let compute = 6 * 1.3e10 * 5e12
    let single = direct.derived { direct.law.prediction($0, at: [compute]) }
    #expect(single.high - single.low > 3 * (found.high - found.low), "\(single) \(found)")
  }

  // MARK: - The OLMo ladder

  struct Task: Sendable, CustomTestStringConvertible {
    var name: String
    var metric: String
    /// Published prediction of the task loss for 13B parameters and 5T tokens.
    var loss: Double
    /// Published chained prediction of the accuracy.
    var accuracy: Double
    var testDescription: String { name }
  }

  static let tasks = [
    Task(name: "hellaswag_val", metric: "len_norm", loss: 0.653177, accuracy: 0.853036),
    Task(name: "arc_challenge_test", metric: "len_norm", loss: 0.783324, accuracy: 0.526710),
    Task(name: "arc_easy_test", metric: "len_norm", loss: 0.593105, accuracy: 0.772416),
    Task(name: "piqa_val", metric: "len_norm", loss: 0.874795, accuracy: 0.820804),
    Task(name: "csqa_val", metric: "len_norm", loss: 0.661728, accuracy: 0.776089),
    Task(name: "socialiqa_val", metric: "len_norm", loss: 0.991574, accuracy: 0.599482),
    Task(name: "openbookqa_test", metric: "len_norm", loss: 1.275007, accuracy: 0.448648),
  ]

  /// The published predictions of the OLMo ladder (figures/step1_main.csv, figures/chained_main.csv
  /// of the authors' repository) from 16 small runs.
  @Test(.enabled(if: SharedData.isPresent), arguments: tasks)
  func reproducesTheTaskLadder(task: Task) throws {
    let sizes = [
      ("190M", 190_354_176.0), ("370M", 371_262_464), ("760M", 758_220_288),
      ("1B", 1_279_395_840),
    ]
    let lossName = "eval/downstream_bpb/\(task.name)_rc_5shot_bpb"
    let accuracyName = "eval/downstream/\(task.name)_rc_5shot_\(task.metric)"
    var columns: [String: [Double]] = ["N": [], "D": []]
    var losses: [Double] = []
    var checkpointLosses: [Double] = []
    var accuracies: [Double] = []
    var clusters: [Int] = []
    for (label, size) in sizes {
      for multiple in ["1", "2", "5", "10"] {
        let run = try #require(SharedData.table("olmo-ladder/runs/\(label)-\(multiple)xC.csv"))
        let loss = SharedData.numbers(run[lossName])
        let accuracy = SharedData.numbers(run[accuracyName])
        let tokens = SharedData.numbers(run["throughput/total_tokens"])
        columns["N"]?.append(size)
        columns["D"]?.append(tokens.last ?? .nan)
        losses.append(mean(Array(loss.suffix(5))))
        // The authors smooth over five checkpoints after the first tenth of a run, and add the
        // ideal point of accuracy 1 at loss 0.
        let first = loss.count / 10
        for row in stride(from: first, to: loss.count, by: 1) {
          let window = max(first, row - 4)...row
          checkpointLosses.append(mean(Array(loss[window])))
          accuracies.append(mean(Array(accuracy[window])))
          clusters.append(losses.count - 1)
        }
      }
    }
    let steps = try TwoStep(
      final: Observations(columns: columns, response: losses),
      checkpoints: Observations(
        columns: ["loss": checkpointLosses], response: accuracies, clusters: clusters),
      chance: nil, ideal: 1, options: FitOptions(interval: .none))
    let loss = steps.loss(parameters: 13_202_396_160, tokens: 5_000_088_518_656).value
    let accuracy = steps.accuracy(parameters: 13_202_396_160, tokens: 5_000_088_518_656).value
    #expect(abs(loss - task.loss) < 5e-5)
    #expect(abs(accuracy - task.accuracy) < 0.002)
  }
}
