import Foundation
import Quantities
import Statistics
import Verdicts

/// A study whose truth is known: both arms follow L = E + A/N^α + B/D^β with planted noise.
struct PlantedStudy {
  var rungs = 5
  var seeds = 3
  /// Training tokens a parameter of each branch.
  var lengths = [20.0]
  /// The standard deviation of log-loss between seeds.
  var noise = 0.003
  /// The share of the noise's variance that the arms of a pair have in common.
  var pairing = 0.0
  /// The share that the branches of a trunk have in common.
  var trunkShare = 0.8
  /// The share of what is left that a seed has in common over all rungs of the treated arm.
  var seedShare = 0.0
  /// The treatment acts like this many times the parameters, at each size.
  var gain: @Sendable (Double) -> Double = { _ in 1 }
  /// Training FLOPs of the treatment over those of the baseline.
  var cost = 1.0
  /// The size of a rung over that of the rung below.
  var step = 2.5
  /// Added to the log-loss of one rung of the treatment.
  var mistuned: (rung: Int, shift: Double)?
  /// What a rung of the treated arm has of its own, in standard deviations of a paired difference
  /// between seeds.
  var rungScatter = 0.0
  /// What a seed does at all rungs of the treated arm, in the same unit.
  var seedScatter = 0.0
  /// How much worse the treated arm is at the last rung, in the same unit.
  var bend = 0.0
  /// How much better it is at all rungs, in the same unit.
  var level = 0.0
  /// The share of the runs of the treated arm that are missing.
  var missing = 0.0
  /// Whether the baseline is the power law L = 30 C^-0.1, along which all multipliers are powers.
  var isPower = false

  /// The standard deviation of a paired difference of log-loss between seeds.
  var pairScatter: Double { noise * (2 * (1 - pairing)).squareRoot() }

  func size(_ rung: Int) -> Double { (1e5 * pow(step, Double(rung))).rounded() }

  static func loss(_ parameters: Double, _ tokens: Double) -> Double {
    1.5 + 60 / pow(parameters, 0.34) + 60 / pow(tokens, 0.3)
  }

  /// The multiplier of training FLOPs that a multiplier of parameters is worth at one length.
  func computeMultiplier(size: Double, length: Double, gain: Double) -> Double {
    let wanted = Self.loss(size * gain, size * length)
    var (low, high) = (-4.0, 4.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      // C grows by exp(middle), N and D by its root each.
      let grown = exp(middle / 2)
      if Self.loss(size * grown, size * length * grown) > wanted {
        low = middle
      } else {
        high = middle
      }
    }
    return exp((low + high) / 2)
  }

  func rows(_ random: UInt64) throws -> [StudyRow] {
    var generator = SplittableRandom(seed: random)
    var rows: [StudyRow] = []
    // Numbers of their own, so that other worlds stay as they are.
    var effects = SplittableRandom(seed: random).split(11)
    let ofRung = (0..<rungs).map { rung in
      rungScatter * effects.nextNormal() + (rung == rungs - 1 ? bend : 0) - level
    }
    let ofSeed = (0..<seeds).map { _ in seedScatter * effects.nextNormal() }
    let seedNoise = (0..<seeds).map { _ in generator.nextNormal() }
    for rung in 0..<rungs {
      for seed in 0..<seeds {
        let shared = generator.nextNormal()
        let trunk = (0..<2).map { _ in generator.nextNormal() }
        for (branch, length) in lengths.enumerated() {
          let sharedHere = generator.nextNormal()
          for (index, arm) in ["baseline", "gated"].enumerated() {
            let parameters = size(rung)
            let tokens = parameters * length
            let isTreated = index == 1
            let own = generator.nextNormal()
            let bundle = lengths.count > 1 ? trunkShare : 0
            let common = bundle.squareRoot() * shared + (1 - bundle).squareRoot() * sharedHere
            let apart = bundle.squareRoot() * trunk[index] + (1 - bundle).squareRoot() * own
            var z =
              pairing.squareRoot() * common + (1 - pairing).squareRoot() * apart
            if isTreated, seedShare > 0 {
              z = (1 - seedShare).squareRoot() * z + seedShare.squareRoot() * seedNoise[seed]
            }
            var logLoss =
              log(Self.loss(isTreated ? parameters * gain(parameters) : parameters, tokens))
              + noise * z
            if isTreated, let mistuned, mistuned.rung == rung { logLoss += mistuned.shift }
            if isPower { logLoss = log(30) - 0.1 * log(6 * parameters * tokens) + noise * z }
            if isTreated { logLoss += pairScatter * (ofRung[rung] + ofSeed[seed]) }
            if isTreated, missing > 0, effects.nextUniform() < missing { continue }
            let costs = try Self.costs(
              parameters: Int(parameters), perToken: 6 * parameters * (isTreated ? cost : 1))
            var row = StudyRow(
              identity: RunIdentity(of: "\(arm) \(rung) \(seed) \(branch)"), arm: arm, rung: rung,
              size: "s\(rung)", seed: UInt64(seed + 1), branch: branch,
              trunk: "\(arm)-\(rung)-\(seed)", learningRate: 1e-3, costs: costs,
              tokens: Int(tokens))
            var outcome = RunOutcome(status: .finished, costs: costs)
            outcome.loss = exp(logLoss)
            outcome.tokens = Int(tokens)
            outcome.compute = row.compute
            outcome.tokensPerSecond = isTreated ? 900 : 1000
            outcome.diagnostics = ["attention_entropy": 2 + Double(rung)]
            row.outcome = outcome
            rows.append(row)
          }
        }
      }
    }
    return rows
  }

  static func costs(parameters: Int, perToken: Double) throws -> StudyRow.Costs {
    StudyRow.Costs(
      parameters: parameters, activeParameters: parameters, embeddingParameters: 0,
      forwardOperationsPerToken: perToken / 3, trainingOperationsPerToken: perToken,
      stateBytes: 1024)
  }

  /// Runs of one arm over given scales and losses, parameters rising with the rung.
  static func rows(
    arm: String, losses: [[Double]], compute: [Double]
  ) throws -> [StudyRow] {
    var rows: [StudyRow] = []
    for (seed, own) in losses.enumerated() {
      for (rung, loss) in own.enumerated() {
        let parameters = Int((compute[rung] / 120).squareRoot().rounded())
        let tokens = 20 * parameters
        let costs = try costs(
          parameters: parameters, perToken: compute[rung] / Double(tokens))
        var row = StudyRow(
          identity: RunIdentity(of: "\(arm) \(rung) \(seed)"), arm: arm, rung: rung,
          size: "s\(rung)", seed: UInt64(seed + 1), learningRate: 1e-3, costs: costs,
          tokens: tokens)
        var outcome = RunOutcome(status: .finished, costs: costs)
        outcome.loss = loss
        row.outcome = outcome
        rows.append(row)
      }
    }
    return rows
  }

  /// The share of several simulated studies for which something holds.
  static func share(_ studies: Int, _ holds: @escaping @Sendable (UInt64) throws -> Bool)
    async throws
    -> Double
  {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for part in 0..<2 {
        group.addTask {
          var found = 0
          for index in stride(from: part, to: studies, by: 2) where try holds(UInt64(index)) {
            found += 1
          }
          return found
        }
      }
      return Double(try await group.reduce(0, +)) / Double(studies)
    }
  }
}
