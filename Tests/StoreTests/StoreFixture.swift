import Foundation
import Store
import TestSupport
import Verdicts

extension ScratchFolder {
  /// The file of a store that is not there yet.
  var store: String { path(".allometry/allometry.sqlite") }
}

/// Runs and rows that tests are made of.
enum Fixture {
  static func identity(_ number: Int) -> RunIdentity { RunIdentity(of: definition(number)) }

  static func definition(_ number: Int) -> String { "{\"seed\":\(number)}" }

  static func costs(_ scale: Int = 1) -> StudyRow.Costs {
    StudyRow.Costs(
      parameters: 1000 * scale, activeParameters: 900 * scale, embeddingParameters: 100 * scale,
      forwardOperationsPerToken: 2000.5 * Double(scale),
      trainingOperationsPerToken: 6001.5 * Double(scale), stateBytes: 512 * scale)
  }

  static func outcome(_ number: Int) throws -> RunOutcome {
    var outcome = RunOutcome(status: .finished, costs: costs(number % 7 + 1))
    outcome.loss = 1 + 1 / (Double(number) + 3)
    outcome.metrics = ["bits_per_byte": 0.1 + Double(number) / 3, "loss.code": 2.5]
    outcome.diagnostics = ["attention_entropy": 1.0 / 3, "sink_mass": 0.25]
    outcome.tokens = 1_000_000 + number
    outcome.compute = 6.0015e9 * Double(number + 1)
    outcome.seconds = 12.25
    outcome.tokensPerSecond = 81_632.65
    outcome.kernels = "avx2"
    outcome.ended = 1.7e9 + Double(number)
    return outcome
  }

  static func curves(_ number: Int, count: Int = 20) -> [StepCurve] {
    [
      StepCurve(
        name: "loss", steps: Array(1...count),
        values: (0..<count).map { Double(Float(4 - Double(($0 * 7 + number) % 13) / 9)) }),
      StepCurve(name: "validation", steps: [count], values: [1.0 / Double(number + 3)]),
    ]
  }

  static func row(
    _ number: Int, arm: String = "baseline", purpose: StudyRow.Purpose = .comparison
  ) throws -> StudyRow {
    StudyRow(
      identity: identity(number), arm: arm, rung: number % 5, size: "4x\(64 << (number % 5))",
      seed: UInt64.max - UInt64(number), branch: number % 3, trunk: "t\(number / 3)",
      purpose: purpose, learningRate: 0.001 * Double(number + 1), costs: costs(number % 5 + 1),
      tokens: 1000 * (number + 1))
  }
}
