internal import Quantities

/// The optimisers by name, with the settings that suit small decoders.
public enum OptimizerName: String, CaseIterable, Codable, Hashable, Sendable {
  /// AdamW.
  case adamw
  /// Gradient descent with momentum.
  case sgd
  /// Muon for matrices, AdamW for the rest.
  case muon
  /// Lion.
  case lion

  /// The peak learning rate where none is given.
  public var usualLearningRate: Double {
    switch self {
    case .adamw: 4e-3
    case .sgd: 0.3
    case .muon: 0.02
    case .lion: 5e-4
    }
  }

  /// The optimiser with its usual settings.
  public var usualSettings: OptimizerSettings {
    switch self {
    case .adamw: .adamW(AdamWSettings(learningRate: usualLearningRate))
    case .sgd: .sgd(SGDSettings(learningRate: usualLearningRate))
    case .lion: .lion(LionSettings(learningRate: usualLearningRate))
    case .muon:
      .muon(
        MuonSettings(
          learningRate: usualLearningRate,
          rest: AdamWSettings(learningRate: OptimizerName.adamw.usualLearningRate)))
    }
  }
}

extension OptimizerSettings {
  /// The same optimiser with another peak rate or decay. Under Muon the rate of all other
  /// parameters keeps its ratio to that of hidden matrices.
  public func adjusted(learningRate: Double? = nil, weightDecay: Double? = nil) -> Self {
    func changed<Settings: RuleSettings>(_ settings: Settings) -> Settings {
      var settings = settings
      settings.learningRate = learningRate ?? settings.learningRate
      settings.weightDecay = weightDecay ?? settings.weightDecay
      return settings
    }
    switch self {
    case .adamW(let settings): return .adamW(changed(settings))
    case .sgd(let settings): return .sgd(changed(settings))
    case .lion(let settings): return .lion(changed(settings))
    case .muon(var settings):
      if let learningRate {
        settings.rest.learningRate *= learningRate / settings.learningRate
        settings.learningRate = learningRate
      }
      if let weightDecay {
        settings.weightDecay = weightDecay
        settings.rest.weightDecay = weightDecay
      }
      return .muon(settings)
    }
  }
}

/// The schedules by name.
public enum ScheduleName: String, CaseIterable, Codable, Hashable, Sendable {
  /// Half a cosine to a tenth of the peak.
  case cosine
  /// The peak, then a fall to zero as 1 − √x.
  case wsd
  /// A straight line to zero.
  case linear
  /// The peak until the end.
  case constant
  /// As `wsd`, but with a fixed number of steps, so that lengths share a trunk.
  case cooldown

  /// The schedule's shape after the warm-up. `decay` is the share of the run in which the rate
  /// falls, for `wsd` and `cooldown`.
  public func shape(steps: Int, decay: Double) -> Schedule.Shape {
    switch self {
    case .cosine: .cosine(floor: 0.1)
    case .linear: .linear
    case .constant: .constant
    case .wsd:
      .warmupStableDecay(decayFraction: decay, decayShape: .oneMinusSquareRoot, floor: 0)
    case .cooldown:
      .constantWithCooldown(
        cooldownSteps: max(Int(saturating: (decay * Double(steps)).rounded()), 1))
    }
  }
}
