/// What generating a token costs depends on: active parameters and the shape of attention [3].
public struct InferenceArchitecture: Sendable, Hashable, Codable {
  /// What the model is called.
  public var name: String
  /// Parameters that take part in each token, P.
  public var activeParameters: Double
  /// Query elements of a token over all layers: layers · heads · head dimension.
  public var queryElementsPerToken: Double
  /// Key and value elements of a token over all layers, D = 2 · layers · KV heads · head dimension.
  public var keyValueElementsPerToken: Double
  /// Bytes of a stored key or value element; 2 for 16-bit formats.
  public var bytesPerElement: Double

  /// An architecture by its shape; `keyValueHeads` equals `heads` without grouped queries.
  public init(
    name: String = "", activeParameters: Double, layers: Double, heads: Double,
    keyValueHeads: Double, headDimension: Double, bytesPerElement: Double = 2
  ) {
    self.name = name
    self.activeParameters = activeParameters
    queryElementsPerToken = layers * heads * headDimension
    keyValueElementsPerToken = 2 * layers * keyValueHeads * headDimension
    self.bytesPerElement = bytesPerElement
  }

  /// An architecture by D and by r, the query heads that share a key and value head.
  public init(
    name: String = "", activeParameters: Double, keyValueElementsPerToken: Double,
    queriesPerKeyValueHead: Double, bytesPerElement: Double = 2
  ) {
    self.name = name
    self.activeParameters = activeParameters
    queryElementsPerToken = queriesPerKeyValueHead * keyValueElementsPerToken / 2
    self.keyValueElementsPerToken = keyValueElementsPerToken
    self.bytesPerElement = bytesPerElement
  }

  /// By an arm's `n_params`, `layers`, `heads`, `kv_heads` (by default `heads`) and `head_dim`.
  public init?(name: String = "", constants: [String: Double]) {
    let parameters = ["n_params", "N", "params", "parameters"].compactMap { constants[$0] }.first
    guard let parameters, let layers = constants["layers"], let heads = constants["heads"],
      let dimension = constants["head_dim"]
    else { return nil }
    self.init(
      name: name, activeParameters: parameters, layers: layers, heads: heads,
      keyValueHeads: constants["kv_heads"] ?? heads, headDimension: dimension)
  }

  /// The dense models of the Qwen3 family with the constants of [3], ascending.
  public static let qwen3: [InferenceArchitecture] = [
    ("0.6B", 0.752e9, 28.0, 16.0), ("1.7B", 2.03e9, 28, 16), ("4B", 4.02e9, 36, 32),
    ("8B", 8.19e9, 36, 32), ("14B", 14.77e9, 40, 40), ("32B", 32.76e9, 64, 64),
  ].map { size, parameters, layers, heads in
    InferenceArchitecture(
      name: "Qwen3-\(size)", activeParameters: parameters, layers: layers, heads: heads,
      keyValueHeads: 8, headDimension: 128)
  }

  /// The known architecture of a name, whatever its case; nil for an unknown one.
  public static func named(_ name: String) -> InferenceArchitecture? {
    qwen3.first { $0.name.lowercased() == name.lowercased() }
  }
}

/// What a machine computes and reads in a second.
public struct MachineBalance: Sendable, Hashable, Codable {
  /// Dense arithmetic, in FLOP/s.
  public var operationsPerSecond: Double
  /// Memory bandwidth, in bytes/s.
  public var bytesPerSecond: Double

  /// The machine behind the 562.5 FLOPs a byte of [3].
  public static let b200 = MachineBalance(operationsPerSecond: 4.5e15, bytesPerSecond: 8e12)

  /// The arithmetic that takes as long as reading one byte, I, in FLOPs a byte.
  public var intensity: Double { operationsPerSecond / bytesPerSecond }
}
