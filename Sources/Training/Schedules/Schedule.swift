import Foundation
internal import Quantities

/// How the learning rate changes over a run, as a factor on its peak.
///
/// Steps count from zero. The rate rises linearly over the warm-up and is at its peak in the warm-up's
/// last step, so step 0 already trains; what comes after reaches its end in the run's last step.
public struct Schedule: Hashable, Sendable {
  /// The number of steps of linear warm-up.
  public var warmup: Int
  /// What follows.
  public var shape: Shape

  /// What follows the warm-up.
  public enum Shape: Hashable, Sendable {
    /// The peak until the end.
    case constant
    /// Half a cosine from the peak to `floor` times the peak.
    case cosine(floor: Double)
    /// A straight line from the peak to zero.
    case linear
    /// The peak, then over the last `decayFraction` of all steps a fall to `floor` times the peak
    /// (WSD).
    case warmupStableDecay(decayFraction: Double, decayShape: DecayShape, floor: Double)
    /// The peak, then a fall to zero as 1 − √x over the last `cooldownSteps` steps, whose number does
    /// not depend on the length of the run: one trunk serves cooldowns from several of its steps.
    case constantWithCooldown(cooldownSteps: Int)
  }

  /// A warm-up and what follows.
  public init(warmup: Int = 0, _ shape: Shape) {
    self.warmup = warmup
    self.shape = shape
  }

  /// The factor on the peak rate at a step. Steps count from zero. Returns a number from 0 to 1.
  public func factor(at step: Int, of steps: Int) -> Double {
    // The number of steps including this one: the last step of a phase reaches the phase's end.
    let done = step + 1
    if done < warmup { return Double(done) / Double(warmup) }
    func progress(since start: Int) -> Double {
      guard steps > start else { return 0 }
      return min(max(Double(done - start) / Double(steps - start), 0), 1)
    }
    switch shape {
    case .constant:
      return 1
    case .cosine(let floor):
      return DecayShape.cosine.factor(progress(since: warmup), floor: floor)
    case .linear:
      return DecayShape.linear.factor(progress(since: warmup), floor: 0)
    case .warmupStableDecay(let fraction, let decay, let floor):
      let start = max(steps - Int(saturating: (fraction * Double(steps)).rounded()), warmup)
      return decay.factor(progress(since: start), floor: floor)
    case .constantWithCooldown(let cooldown):
      let start = max(steps - cooldown, warmup)
      return DecayShape.oneMinusSquareRoot.factor(progress(since: start), floor: 0)
    }
  }

  /// The learning rate at every step, as laws of the training curve integrate over.
  public func rates(peak: Double, steps: Int) -> [Double] {
    (0..<steps).map { peak * factor(at: $0, of: steps) }
  }

  /// Checks that the phases fit into a run.
  ///
  /// - Throws: ``TrainingError`` naming the first setting that does not.
  public func validate(steps: Int) throws(TrainingError) {
    try require(warmup >= 0 && warmup <= steps, "warmup", "\(warmup) steps in a run of \(steps)")
    switch shape {
    case .constant, .linear: break
    case .cosine(let floor):
      try require((0...1).contains(floor), "floor", "\(floor); expected 0 to 1")
    case .warmupStableDecay(let fraction, _, let floor):
      try require((0...1).contains(floor), "floor", "\(floor); expected 0 to 1")
      try require(
        fraction > 0 && fraction <= 1, "decayFraction", "\(fraction); expected above 0 up to 1")
      try require(
        warmup + Int(saturating: (fraction * Double(steps)).rounded()) <= steps, "decayFraction",
        "warm-up and decay together are longer than the \(steps) steps of the run")
    case .constantWithCooldown(let cooldown):
      try require(
        cooldown >= 1 && warmup + cooldown <= steps, "cooldownSteps",
        "\(cooldown) after a warm-up of \(warmup), in a run of \(steps) steps")
    }
  }

  private func require(
    _ condition: Bool, _ key: String, _ found: String
  ) throws(TrainingError) {
    guard condition else { throw TrainingError(.badSetting, "schedule.\(key)", "found \(found)") }
  }
}

/// The form of a fall of the learning rate, as a function of progress x from 0 to 1.
public enum DecayShape: String, Codable, Hashable, Sendable, CaseIterable {
  /// 1 − x.
  case linear
  /// 1 − √x.
  case oneMinusSquareRoot
  /// (1 + cos πx)/2.
  case cosine

  /// floor + (1 − floor) · shape(x).
  func factor(_ progress: Double, floor: Double) -> Double {
    let fall =
      switch self {
      case .linear: 1 - progress
      case .oneMinusSquareRoot: 1 - progress.squareRoot()
      case .cosine: 0.5 * (1 + cos(Double.pi * progress))
      }
    return floor + (1 - floor) * fall
  }
}
