/// A key of a `config.json`, as it is written there.
struct ConfigKey: CodingKey, ExpressibleByStringLiteral {
  var stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init(stringLiteral word: String) { stringValue = word }
  init?(intValue: Int) { nil }
}

/// Reads keys of a `config.json` with one sentence for each that is missing or of the wrong kind.
struct ConfigFields {
  private let container: KeyedDecodingContainer<ConfigKey>

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: ConfigKey.self)
  }

  static func fault(
    _ key: String, _ message: String, _ code: CheckpointError.Code = .badData
  ) -> CheckpointError {
    CheckpointError(code, file: "config.json", part: "key \(key)", message)
  }

  /// A value, or nil if the key is absent or null.
  func optional<Value: Decodable>(
    _ key: String, _ type: Value.Type = Value.self
  ) throws(CheckpointError) -> Value? {
    do {
      return try container.decodeIfPresent(type, forKey: ConfigKey(stringValue: key))
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw Self.fault(key, "expected a value of type \(Self.said(type))")
    }
  }

  /// A value, or the default if the key is absent or null.
  func value<Value: Decodable>(_ key: String, default: Value) throws(CheckpointError) -> Value {
    try optional(key) ?? `default`
  }

  /// A size: a whole number from one.
  func size(_ key: String, upTo most: Int = ModelLimits.width) throws(CheckpointError) -> Int {
    guard let value: Int = try optional(key) else {
      throw Self.fault(key, "is missing, expected a whole number from one")
    }
    return try Self.positive(value, key, upTo: most)
  }

  func size(_ key: String, default: Int) throws(CheckpointError) -> Int {
    try Self.positive(value(key, default: `default`), key, upTo: ModelLimits.width)
  }

  func positive(_ key: String, default: Double) throws(CheckpointError) -> Double {
    let number = try value(key, default: `default`)
    guard number > 0, number.isFinite else {
      throw Self.fault(key, "found \(number), expected a positive number")
    }
    return number
  }

  /// Refuses a switch whose setting means a model that is computed otherwise.
  func require(_ key: String, _ expected: Bool) throws(CheckpointError) {
    let found = try value(key, default: expected)
    guard found == expected else {
      throw Self.fault(key, "found \(found), but only \(expected) is supported", .unsupported)
    }
  }

  /// Refuses a number of parts that does not divide what they share.
  static func require(_ parts: Int, divides whole: Int, _ key: String) throws(CheckpointError) {
    guard whole.isMultiple(of: parts) else {
      throw fault(key, "found \(parts), which does not divide \(whole)")
    }
  }

  func activation(
    _ key: String, default: HuggingFaceConfig.Activation
  ) throws(CheckpointError) -> HuggingFaceConfig.Activation {
    guard let name: String = try optional(key) else { return `default` }
    guard let activation = HuggingFaceConfig.Activation(named: name) else {
      throw Self.fault(
        key, "found \(name), expected one of gelu, gelu_new, gelu_pytorch_tanh, relu, relu2, silu",
        .unsupported)
    }
    return activation
  }

  private static func positive(
    _ value: Int, _ key: String, upTo most: Int
  ) throws(CheckpointError) -> Int {
    guard value >= 1, value <= most else {
      throw fault(key, "found \(value), expected a whole number from one to \(most)")
    }
    return value
  }

  private static func said(_ type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "whole number"
    case is Double.Type: "number"
    case is Bool.Type: "true or false"
    case is String.Type: "text"
    default: "object"
    }
  }
}
