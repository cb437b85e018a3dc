/// How the parameters of a model correspond to the tensors of a Hugging Face checkpoint.
///
/// Ours are matrices [inputs, outputs], with queries, keys and values (and the gate and the other
/// half of a SwiGLU) side by side in one; theirs are [outputs, inputs] except in GPT-2, and lie apart
/// except in GPT-2. Rotary halves are laid out alike, so no rows change places.
public struct TensorMapping: Hashable, Sendable {
  /// A tensor of a checkpoint and the columns that it fills of one of our parameters.
  public struct Piece: Hashable, Sendable {
    /// The names it goes by; written under the first.
    public var names: [String]
    /// Whether the stored matrix is ours transposed.
    public var isTransposed: Bool
    /// The number of columns (of elements, in a vector).
    public var columns: Int
  }

  /// One of our parameters and the tensors that it is put together from, left to right.
  public struct Correspondence: Hashable, Sendable {
    /// Our name.
    public var parameter: String
    /// Our shape: a matrix or a vector.
    public var shape: [Int]
    /// The tensors.
    public var pieces: [Piece]

    /// The rows of the matrix; one for a vector.
    var rows: Int { shape.count == 2 ? shape[0] : 1 }
    /// The columns of the matrix, or the elements of the vector.
    var columns: Int { shape.last ?? 1 }

    func stored(_ piece: Piece) -> [Int] {
      if shape.count == 1 { return [piece.columns] }
      return piece.isTransposed ? [piece.columns, rows] : [rows, piece.columns]
    }
  }

  /// A tensor that repeats another parameter and may be absent, or be there alone.
  struct Repetition: Hashable, Sendable {
    var names: [String]
    var parameter: String
  }

  /// The parameters in the order of the forward pass.
  public internal(set) var correspondences: [Correspondence] = []
  var repetitions: [Repetition] = []
  /// Ends and beginnings of names that carry nothing this library uses.
  var ignoredSuffixes: [String] = []
  var ignoredPrefixes: [String] = []

  /// The mapping of an architecture.
  public init(_ config: HuggingFaceConfig) {
    switch config {
    case .gpt2(let shape): self.init(shape)
    case .llama(let shape): self.init(shape)
    case .bert(let shape): self.init(shape)
    }
  }

  init() {}

  /// The names of our parameters, in the order of the forward pass.
  public var parameterNames: [String] { correspondences.map(\.parameter) }

  /// Whether a tensor carries nothing this library uses: masks and tables that older versions saved,
  /// and heads for other tasks.
  public func ignores(_ name: String) -> Bool {
    ignoredSuffixes.contains { name.hasSuffix($0) }
      || ignoredPrefixes.contains { name.hasPrefix($0) }
  }
}

// How the tables are written.
extension TensorMapping {
  mutating func add(_ parameter: String, _ shape: [Int], _ pieces: Piece...) {
    correspondences.append(Correspondence(parameter: parameter, shape: shape, pieces: pieces))
  }

  /// A norm: `weight` and `bias` there (`gamma` and `beta` in old BERTs), `gain` and `bias` here.
  mutating func addNorm(
    _ parameter: String, _ width: Int, prefix: String, _ name: String, hasBias: Bool = true
  ) {
    add(
      "\(parameter).gain", [width],
      Piece(names: Self.names(prefix, ["\(name).weight", "\(name).gamma"]), columns: width))
    guard hasBias else { return }
    add(
      "\(parameter).bias", [width],
      Piece(names: Self.names(prefix, ["\(name).bias", "\(name).beta"]), columns: width))
  }

  /// A linear layer put together from layers that are stored [outputs, inputs].
  mutating func addLinear(
    _ parameter: String, inputs: Int, prefix: String, _ layers: [(name: String, outputs: Int)],
    isTransposed: Bool = true, hasBias: Bool
  ) {
    let outputs = layers.reduce(0) { $0 + $1.outputs }
    func pieces(_ suffix: String, isTransposed: Bool) -> [Piece] {
      layers.map {
        Piece(
          names: Self.names(prefix, ["\($0.name).\(suffix)"]), isTransposed: isTransposed,
          columns: $0.outputs)
      }
    }
    correspondences.append(
      Correspondence(
        parameter: "\(parameter).weight", shape: [inputs, outputs],
        pieces: pieces("weight", isTransposed: isTransposed)))
    guard hasBias else { return }
    correspondences.append(
      Correspondence(
        parameter: "\(parameter).bias", shape: [outputs],
        pieces: pieces("bias", isTransposed: false)))
  }

  /// Names with the prefix that a model with a head gives its body, then without.
  static func names(_ prefix: String, _ names: [String]) -> [String] {
    prefix.isEmpty ? names : names.map { prefix + $0 } + names
  }
}

extension TensorMapping.Piece {
  /// A tensor that is stored as ours is.
  init(names: [String], columns: Int) {
    self.init(names: names, isTransposed: false, columns: columns)
  }
}
