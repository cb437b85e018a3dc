/// Settings are written as their kind and all their values:
/// `{"kind": "adamW", "learningRate": 0.001, …}`.
extension OptimizerSettings: Codable {
  private enum Kind: String, CaseIterable {
    case adamW, sgd, lion, muon
  }

  /// Reads settings; unknown keys and kinds are errors, absent keys take their defaults.
  ///
  /// - Parameter decoder: where from.
  public init(from decoder: any Decoder) throws {
    switch try StrictFields(decoder).kind(Kind.self) {
    case .adamW: self = .adamW(try AdamWSettings(from: decoder))
    case .sgd: self = .sgd(try SGDSettings(from: decoder))
    case .lion: self = .lion(try LionSettings(from: decoder))
    case .muon: self = .muon(try MuonSettings(from: decoder))
    }
  }

  /// Writes all settings.
  ///
  /// - Parameter encoder: where to.
  public func encode(to encoder: any Encoder) throws {
    let kind: Kind
    switch self {
    case .adamW(let settings):
      kind = .adamW
      try settings.encode(to: encoder)
    case .sgd(let settings):
      kind = .sgd
      try settings.encode(to: encoder)
    case .lion(let settings):
      kind = .lion
      try settings.encode(to: encoder)
    case .muon(let settings):
      kind = .muon
      try settings.encode(to: encoder)
    }
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(kind.rawValue, forKey: "kind")
  }
}

extension AdamWSettings: Decodable {
  /// Reads settings; unknown keys are errors, absent keys take their defaults.
  ///
  /// - Parameter decoder: where from.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder,
      known: ["kind", "learningRate", "beta1", "beta2", "epsilon", "weightDecay"])
    let standard = AdamWSettings()
    self.init(
      learningRate: try fields.value("learningRate", default: standard.learningRate),
      beta1: try fields.value("beta1", default: standard.beta1),
      beta2: try fields.value("beta2", default: standard.beta2),
      epsilon: try fields.value("epsilon", default: standard.epsilon),
      weightDecay: try fields.value("weightDecay", default: standard.weightDecay))
  }
}

extension SGDSettings: Decodable {
  /// Reads settings; unknown keys are errors, absent keys take their defaults.
  ///
  /// - Parameter decoder: where from.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder,
      known: ["kind", "learningRate", "momentum", "isNesterov", "weightDecay"])
    let standard = SGDSettings()
    self.init(
      learningRate: try fields.value("learningRate", default: standard.learningRate),
      momentum: try fields.value("momentum", default: standard.momentum),
      isNesterov: try fields.value("isNesterov", default: standard.isNesterov),
      weightDecay: try fields.value("weightDecay", default: standard.weightDecay))
  }
}

extension LionSettings: Decodable {
  /// Reads settings; unknown keys are errors, absent keys take their defaults.
  ///
  /// - Parameter decoder: where from.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder,
      known: ["kind", "learningRate", "beta1", "beta2", "weightDecay"])
    let standard = LionSettings()
    self.init(
      learningRate: try fields.value("learningRate", default: standard.learningRate),
      beta1: try fields.value("beta1", default: standard.beta1),
      beta2: try fields.value("beta2", default: standard.beta2),
      weightDecay: try fields.value("weightDecay", default: standard.weightDecay))
  }
}

extension MuonSettings: Decodable {
  /// Reads settings; unknown keys are errors, absent keys take their defaults.
  ///
  /// - Parameter decoder: where from.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder,
      known: [
        "kind", "learningRate", "momentum", "isNesterov", "weightDecay", "iterations", "shapeScale",
        "rest",
      ])
    let standard = MuonSettings()
    self.init(
      learningRate: try fields.value("learningRate", default: standard.learningRate),
      momentum: try fields.value("momentum", default: standard.momentum),
      isNesterov: try fields.value("isNesterov", default: standard.isNesterov),
      weightDecay: try fields.value("weightDecay", default: standard.weightDecay),
      iterations: try fields.value("iterations", default: standard.iterations),
      shapeScale: try fields.choice("shapeScale", default: standard.shapeScale),
      rest: try fields.value("rest", default: standard.rest))
  }
}
