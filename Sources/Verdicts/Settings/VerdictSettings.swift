internal import ScalingLaws

/// How a verdict is reached.
public struct VerdictSettings: Codable, Hashable, Sendable {
  /// The scale at which it matters whether a treatment still helps.
  public enum Target: Codable, Hashable, Sendable {
    /// Training FLOPs.
    case trainingOperations(Double)
    /// Active parameters.
    case activeParameters(Double)
  }

  /// The laws to fit to each arm, by name; empty for the ones that fit the shape of the study.
  public var laws: [String]
  /// The scale of the question; nil for ten times the largest run.
  public var target: Target?
  /// The nominal coverage of intervals.
  public var level: Double
  /// The significance level of the tests.
  public var significance: Double
  /// Refits behind the intervals of laws and behind each nested test of laws; 0 for laws without
  /// intervals and no joint fits, which is fast. The paired tests need none.
  public var refits: Int
  /// The seed of all random numbers.
  public var seed: UInt64
  /// The number of threads; the result does not depend on it.
  public var threads: Int
  /// Whether learning rates are transferred by muP; nil where it is not known.
  public var usesMuP: Bool?
  /// The axis of samples; nil where trained models were not sampled.
  public var sampling: SampledAxis?
  /// The loss of guessing, ln of the vocabulary, in nats per token; nil where it is not known.
  public var guessingLoss: Double?
  /// The loss that no model goes below, where the data say it; nil elsewhere.
  public var entropyRate: Double?

  /// Settings; every argument has a default.
  public init(
    laws: [String] = [], target: Target? = nil, level: Double = 0.9, significance: Double = 0.05,
    refits: Int = 200, seed: UInt64 = 1, threads: Int = 1, usesMuP: Bool? = nil,
    sampling: SampledAxis? = nil, guessingLoss: Double? = nil, entropyRate: Double? = nil
  ) {
    self.laws = laws
    self.target = target
    self.level = level
    self.significance = significance
    self.refits = refits
    self.seed = seed
    self.threads = threads
    self.usesMuP = usesMuP
    self.sampling = sampling
    self.guessingLoss = guessingLoss
    self.entropyRate = entropyRate
  }
}

extension VerdictSettings {
  /// Refuses numbers that make no sense.
  func check() throws(VerdictError) {
    func bad(_ name: String, _ found: Double, _ expected: String) -> VerdictError {
      .badSetting("\(name): found \(found), expected \(expected)")
    }
    guard level > 0, level < 1 else { throw bad("level", level, "a number between 0 and 1") }
    guard significance > 0, significance < 1 else {
      throw bad("significance", significance, "a number between 0 and 1")
    }
    guard refits >= 0 else { throw bad("refits", Double(refits), "0 or more") }
    switch target {
    case .trainingOperations(let value), .activeParameters(let value):
      guard value > 0, value.isFinite else { throw bad("target", value, "a positive number") }
    case .none: break
    }
    for name in laws {
      do throws(FitError) {
        _ = try LawCatalog.law(named: name)
      } catch {
        throw .badSetting(error.description)
      }
    }
  }
}
