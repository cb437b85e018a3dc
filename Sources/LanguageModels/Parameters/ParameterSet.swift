internal import Files
internal import Statistics
public import Tensors

/// The parameters of one model, in the order in which they were declared, side by side in memory.
public final class ParameterSet<Element: TensorElement> {
  /// The parameters in their order.
  public private(set) var parameters: [Parameter<Element>] = []
  /// State that belongs to the model but is not trained by gradients, such as power-iteration
  /// vectors; it is saved and resumed with the parameters.
  public private(set) var buffers: [Parameter<Element>] = []

  /// The names of parameters that optimisers leave as they are, with their moments.
  public private(set) var frozen: Set<String> = []

  private var positions: [String: Int] = [:]
  private let values = Arena()
  private let gradients = Arena()
  private let random: SplittableRandom

  /// A set without parameters. Starting values come from the seed; each parameter has a stream of
  /// its own by name, so that adding one leaves the others' values as they were.
  public init(seed: UInt64) { random = SplittableRandom(seed: seed) }

  /// Declares a parameter and gives it its starting values. `columnBlocks` are the ranges of
  /// columns that are matrices of their own, which Muon treats each by itself; none where the whole
  /// is one matrix. Returns its tensor.
  public func declare(
    _ name: String, _ shape: [Int], role: ParameterRole, startingAs initialization: Initialization,
    columnBlocks: [Range<Int>] = []
  ) -> Tensor<Element> {
    precondition(positions[name] == nil, "two parameters are called \(name)")
    precondition(
      columnBlocks.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= shape.last ?? 0 },
      "\(name) has blocks \(columnBlocks) beyond its shape \(shape)")
    let tensor = Tensor<Element>(shape, in: values, requiresGradient: true)
    tensor.reserveGradient(in: gradients)
    let parameter = Parameter(
      name: name, tensor: tensor, role: role, initialization: initialization,
      columnBlocks: columnBlocks)
    start(parameter)
    positions[name] = parameters.count
    parameters.append(parameter)
    return tensor
  }

  /// Declares state that is saved with the model but not trained by gradients. Returns its tensor.
  public func declareBuffer(
    _ name: String, _ shape: [Int], startingAs initialization: Initialization
  ) -> Tensor<Element> {
    precondition(!buffers.contains { $0.name == name }, "two buffers are called \(name)")
    let buffer = Parameter(
      name: name, tensor: Tensor<Element>(shape, in: values), role: .vector,
      initialization: initialization)
    start(buffer)
    buffers.append(buffer)
    return buffer.tensor
  }

  /// Takes parameters and buffers out of the set, as those of a part that another one replaces.
  /// `prefix` is a dotted name such as `layers.3.attention`.
  public func remove(under prefix: String) {
    func isKept(_ parameter: Parameter<Element>) -> Bool {
      parameter.name != prefix && !parameter.name.hasPrefix(prefix + ".")
    }
    parameters = parameters.filter(isKept)
    buffers = buffers.filter(isKept)
    frozen = frozen.filter { name in parameters.contains { $0.name == name } }
    positions = Dictionary(
      uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
  }

  /// Makes optimisers leave parameters as they are from the next step on, or change them again.
  public func setFrozen(_ isFrozen: Bool, where belongs: (String) -> Bool) {
    for parameter in parameters where belongs(parameter.name) {
      if isFrozen { frozen.insert(parameter.name) } else { frozen.remove(parameter.name) }
    }
  }

  /// The parameter of a name, or nil.
  public subscript(name: String) -> Parameter<Element>? {
    positions[name].map { parameters[$0] }
  }

  /// The number of trained numbers.
  public var count: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  /// Makes the next backward pass start new gradients instead of adding to the old ones.
  public func clearGradients() {
    for parameter in parameters { parameter.tensor.clearGradient() }
  }

  private func start(_ parameter: Parameter<Element>) {
    let buffer = parameter.tensor.buffer
    switch parameter.initialization {
    case .constant(let value):
      buffer.update(repeating: Element(value))
    case .normal(let standardDeviation):
      var stream = random.split(Int(truncatingIfNeeded: Self.hash(parameter.name)))
      for index in buffer.indices {
        buffer[index] = Element(standardDeviation * stream.nextNormal())
      }
    }
  }

  /// FNV-1a, because a name must mean the same stream in every process.
  private static func hash(_ name: String) -> UInt64 {
    var hash = FNV1a()
    hash.mix(bytes: name.utf8)
    return hash.value
  }
}
