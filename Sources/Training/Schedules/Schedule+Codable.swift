/// A schedule is written as its kind, its warm-up and the settings of its kind:
/// `{"kind": "cosine", "warmup": 100, "floor": 0.1}`.
extension Schedule: Codable {
  private enum Kind: String, CaseIterable {
    case constant, cosine, linear, warmupStableDecay, constantWithCooldown

    var keys: [String] {
      switch self {
      case .constant, .linear: []
      case .cosine: ["floor"]
      case .warmupStableDecay: ["decayFraction", "decayShape", "floor"]
      case .constantWithCooldown: ["cooldownSteps"]
      }
    }
  }

  /// Reads a schedule; unknown keys and kinds are errors.
  public init(from decoder: any Decoder) throws {
    let open = try StrictFields(decoder)
    let kind = try open.kind(Kind.self)
    let fields = try StrictFields(decoder, known: ["kind", "warmup"] + kind.keys)
    let warmup = try fields.value("warmup", default: 0)
    switch kind {
    case .constant: self.init(warmup: warmup, .constant)
    case .linear: self.init(warmup: warmup, .linear)
    case .cosine:
      self.init(warmup: warmup, .cosine(floor: try fields.value("floor", default: 0.1)))
    case .warmupStableDecay:
      self.init(
        warmup: warmup,
        .warmupStableDecay(
          decayFraction: try fields.value("decayFraction", default: 0.2),
          decayShape: try fields.choice("decayShape", default: DecayShape.oneMinusSquareRoot),
          floor: try fields.value("floor", default: 0.0)))
    case .constantWithCooldown:
      self.init(
        warmup: warmup, .constantWithCooldown(cooldownSteps: try fields.value("cooldownSteps")))
    }
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(warmup, forKey: "warmup")
    let kind: Kind
    switch shape {
    case .constant: kind = .constant
    case .linear: kind = .linear
    case .cosine(let floor):
      kind = .cosine
      try container.encode(floor, forKey: "floor")
    case .warmupStableDecay(let fraction, let decay, let floor):
      kind = .warmupStableDecay
      try container.encode(fraction, forKey: "decayFraction")
      try container.encode(decay, forKey: "decayShape")
      try container.encode(floor, forKey: "floor")
    case .constantWithCooldown(let cooldown):
      kind = .constantWithCooldown
      try container.encode(cooldown, forKey: "cooldownSteps")
    }
    try container.encode(kind.rawValue, forKey: "kind")
  }
}
