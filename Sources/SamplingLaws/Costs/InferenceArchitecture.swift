/// What the cost of generating a token depends on: a decoder's active parameters and the shape of its
/// attention [3].
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

  /// An architecture by its shape.
  ///
  /// - Parameters:
  ///   - name: what the model is called.
  ///   - activeParameters: parameters that take part in each token.
  ///   - layers: the number of attention layers.
  ///   - heads: query heads of a layer.
  ///   - keyValueHeads: key and value heads of a layer; as many as `heads` without grouping.
  ///   - headDimension: elements of a head.
  ///   - bytesPerElement: bytes of a stored key or value element.
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

  /// An architecture by its key and value elements a token, D.
  ///
  /// - Parameters:
  ///   - name: what the model is called.
  ///   - activeParameters: parameters that take part in each token.
  ///   - keyValueElementsPerToken: D, both keys and values of all layers.
  ///   - queriesPerKeyValueHead: r, query heads that share a key and value head.
  ///   - bytesPerElement: bytes of a stored key or value element.
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

  /// The architecture that the constants of an arm describe: `n_params`, `layers`, `heads`, `kv_heads`
  /// (as many as heads by default) and `head_dim`; nil where one is missing.
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

  /// Describes a machine.
  public init(operationsPerSecond: Double, bytesPerSecond: Double) {
    self.operationsPerSecond = operationsPerSecond
    self.bytesPerSecond = bytesPerSecond
  }

  /// The machine behind the 562.5 FLOPs a byte of [3].
  public static let b200 = MachineBalance(operationsPerSecond: 4.5e15, bytesPerSecond: 8e12)

  /// The arithmetic that takes as long as reading one byte, I, in FLOPs a byte.
  public var intensity: Double { operationsPerSecond / bytesPerSecond }
}
