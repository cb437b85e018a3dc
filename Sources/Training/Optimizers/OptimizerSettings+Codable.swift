/// Settings are written as their kind and all their values:
/// `{"kind": "adamW", "learningRate": 0.001, …}`.
extension OptimizerSettings: Codable {
  private enum Kind: String, CaseIterable {
    case adamW, sgd, lion, muon
  }

  /// Reads settings; unknown keys and kinds are errors, absent keys take their defaults.
  public init(from decoder: any Decoder) throws {
    switch try StrictFields(decoder).kind(Kind.self) {
    case .adamW: self = .adamW(try AdamWSettings(from: decoder))
    case .sgd: self = .sgd(try SGDSettings(from: decoder))
    case .lion: self = .lion(try LionSettings(from: decoder))
    case .muon: self = .muon(try MuonSettings(from: decoder))
    }
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    let kind: Kind =
      switch self {
      case .adamW: .adamW
      case .sgd: .sgd
      case .lion: .lion
      case .muon: .muon
      }
    try rule.encode(to: encoder)
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(kind.rawValue, forKey: "kind")
  }
}

extension AdamWSettings: Decodable {
  /// Unknown keys are errors, absent keys take their defaults.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder, known: ["kind", "learningRate", "beta1", "beta2", "epsilon", "weightDecay"])
    self.init()
    try fields.read("learningRate", into: &learningRate)
    try fields.read("beta1", into: &beta1)
    try fields.read("beta2", into: &beta2)
    try fields.read("epsilon", into: &epsilon)
    try fields.read("weightDecay", into: &weightDecay)
  }
}

extension SGDSettings: Decodable {
  /// Unknown keys are errors, absent keys take their defaults.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder, known: ["kind", "learningRate", "momentum", "isNesterov", "weightDecay"])
    self.init()
    try fields.read("learningRate", into: &learningRate)
    try fields.read("momentum", into: &momentum)
    try fields.read("isNesterov", into: &isNesterov)
    try fields.read("weightDecay", into: &weightDecay)
  }
}

extension LionSettings: Decodable {
  /// Unknown keys are errors, absent keys take their defaults.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder, known: ["kind", "learningRate", "beta1", "beta2", "weightDecay"])
    self.init()
    try fields.read("learningRate", into: &learningRate)
    try fields.read("beta1", into: &beta1)
    try fields.read("beta2", into: &beta2)
    try fields.read("weightDecay", into: &weightDecay)
  }
}

extension MuonSettings: Decodable {
  /// Unknown keys are errors, absent keys take their defaults.
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(
      decoder,
      known: [
        "kind", "learningRate", "momentum", "isNesterov", "weightDecay", "iterations", "shapeScale",
        "rest",
      ])
    self.init()
    try fields.read("learningRate", into: &learningRate)
    try fields.read("momentum", into: &momentum)
    try fields.read("isNesterov", into: &isNesterov)
    try fields.read("weightDecay", into: &weightDecay)
    try fields.read("iterations", into: &iterations)
    shapeScale = try fields.choice("shapeScale", default: shapeScale)
    try fields.read("rest", into: &rest)
  }
}
