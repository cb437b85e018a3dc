/// A recording of operations that can be replayed and differentiated backwards.
///
/// Operations run as they are recorded. ``replay()`` runs them all again on the same memory, so that
/// a training step with new tokens in the same input tensors allocates nothing. Everything that a
/// tape made lives as long as the tape.
public final class Tape<Element: TensorElement> {
  /// The threads that run the operations.
  public let pool: ThreadPool
  /// Whether gradients can be computed; an inference tape saves the memory that they need.
  public let isDifferentiable: Bool
  /// Whether the weights will not change as long as the tape lives, so that operations may keep
  /// them in another order, as decoding does.
  public let holdsWeightsFixed: Bool
  /// What operations keep of weights in another order, if weights are fixed.
  let packedWeights: PackedWeights<Element>
  /// Where tensors of this tape have their memory.
  public let arena = Arena()

  private var entries: [Entry] = []
  private let gradients: GradientPool<Element>
  private var scratch: UnsafeMutableRawPointer
  private var scratchCapacity = 0
  private var part = ""
  private var gradientsAreAssigned = false

  private struct Entry {
    var operation: any Operation<Element>
    var outputs: [Tensor<Element>]
    var part: String
  }

  /// An empty tape. It may share what it keeps of fixed weights with other tapes.
  public init(
    pool: ThreadPool, isDifferentiable: Bool = true, holdsWeightsFixed: Bool = false,
    packedWeights: PackedWeights<Element>? = nil
  ) {
    self.pool = pool
    self.packedWeights = packedWeights ?? PackedWeights()
    self.isDifferentiable = isDifferentiable
    self.holdsWeightsFixed = holdsWeightsFixed
    gradients = GradientPool(arena: arena)
    scratch = UnsafeMutableRawPointer(arena.allocate(1, of: UInt8.self))
  }

  /// A tensor that an operation of this tape will compute. `inputs` are the tensors it depends on;
  /// it wants a gradient if one of them does.
  public func tensor(_ shape: [Int], dependingOn inputs: [Tensor<Element>?]) -> Tensor<Element> {
    let count = shape.reduce(1, *)
    return Tensor(
      shape: shape, values: arena.allocate(count, of: Element.self),
      requiresGradient: isDifferentiable && inputs.contains { $0?.requiresGradient == true },
      isLeaf: false, arena: arena, gradients: gradients)
  }

  /// A tensor that the caller fills before each replay.
  public func input(_ shape: [Int], requiresGradient: Bool = false) -> Tensor<Element> {
    Tensor(shape, in: arena, requiresGradient: requiresGradient && isDifferentiable)
  }

  /// Integers that the caller fills before each replay.
  public func indices(_ shape: [Int]) -> IndexTensor { IndexTensor(shape, in: arena) }

  /// The same elements under another shape; gradients flow through the same memory.
  public func reshape(_ tensor: Tensor<Element>, _ shape: [Int]) -> Tensor<Element> {
    precondition(
      shape.reduce(1, *) == tensor.count, "\(tensor.shape) does not have the elements of \(shape)")
    return record(Reshape(input: tensor, output: view(of: tensor, shape))).output
  }

  /// A tensor in the memory of another one, for operations that work in place.
  func view(of tensor: Tensor<Element>, _ shape: [Int]) -> Tensor<Element> {
    Tensor(
      shape: shape, values: tensor.values, requiresGradient: tensor.requiresGradient,
      isLeaf: false, arena: arena, gradients: gradients)
  }

  /// Runs an operation and keeps it for replays and for the backward pass. Its outputs come from
  /// ``tensor(_:dependingOn:)``.
  @discardableResult
  public func record<Recorded: Operation>(_ operation: Recorded) -> Recorded
  where Recorded.Element == Element {
    if operation.scratchBytes > scratchCapacity {
      scratchCapacity = operation.scratchBytes
      scratch = UnsafeMutableRawPointer(arena.allocate(scratchCapacity, of: UInt8.self))
    }
    if gradientsAreAssigned { forgetGradients() }
    entries.append(Entry(operation: operation, outputs: operation.outputs, part: part))
    operation.forward(execution)
    return operation
  }

  /// Runs all operations again, in the order of their recording.
  public func replay() {
    let execution = self.execution
    for entry in entries { entry.operation.forward(execution) }
  }

  /// Computes the gradients of a loss with respect to all that it depends on. `seed` is the
  /// gradient of the loss itself: one, or the weight of one of several batches.
  public func backward(from loss: Tensor<Element>, seed: Element = 1) {
    precondition(isDifferentiable, "the tape was made for inference only")
    precondition(loss.count == 1, "a loss is one number, not \(loss.shape)")
    for entry in entries {
      for output in entry.outputs { output.gradientIsWritten = false }
    }
    guard let start = loss.gradientDestination() else { return }
    start.pointer.pointee = seed
    let execution = self.execution
    let assigns = !gradientsAreAssigned
    for entry in entries.reversed() {
      guard entry.outputs.contains(where: { $0.gradientIsWritten }) else { continue }
      entry.operation.backward(execution)
      // Only the first pass decides who uses which memory; later ones repeat its decisions.
      if assigns { for output in entry.outputs { output.releaseGradient() } }
    }
    gradientsAreAssigned = true
  }

  /// Records what `body` records under the name of a part of the model. Parts inside parts, such as
  /// `attention`, are joined by dots.
  public func part<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    let outer = part
    part = outer.isEmpty ? name : "\(outer).\(name)"
    defer { part = outer }
    return try body()
  }

  /// The arithmetic of all operations, by part of the model, in order of first appearance.
  public var costs: [(part: String, cost: OperationCost)] {
    var order: [String] = []
    var sums: [String: OperationCost] = [:]
    for entry in entries {
      if sums[entry.part] == nil { order.append(entry.part) }
      sums[entry.part] = sums[entry.part, default: .none] + entry.operation.cost
    }
    return order.map { ($0, sums[$0, default: .none]) }
  }

  /// The number of operations recorded.
  public var operationCount: Int { entries.count }

  /// The names of the operations in their order, each with its part.
  public var operations: [(part: String, name: String)] {
    entries.map { ($0.part, $0.operation.name) }
  }

  private var execution: Execution { Execution(pool: pool, scratch: scratch) }

  /// A recording that grew after a backward pass needs its gradients laid out anew.
  private func forgetGradients() {
    gradientsAreAssigned = false
    for entry in entries {
      for output in entry.outputs {
        output.gradientBuffer = nil
        output.ownsGradientBuffer = false
        output.gradientIsWritten = false
      }
    }
  }
}

private struct Reshape<Element: TensorElement>: Operation {
  var input: Tensor<Element>
  var output: Tensor<Element>
  var name: String { "reshape" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  func forward(_ run: Execution) {}
  func backward(_ run: Execution) {
    input.inheritGradient(of: output) { source, target, count in
      for index in 0..<count { target[index] += source[index] }
    }
  }
}
