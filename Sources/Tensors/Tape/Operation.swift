/// One step of a computation on tensors, with its derivative.
///
/// An operation is a value that holds its tensors and settings. The tape runs `forward` when the
/// operation is recorded and again at every replay, always on the same memory, and `backward` in
/// reverse order.
public protocol Operation<Element> {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// A short name in the field's words, as the accountant lists it.
  var name: String { get }
  /// The tensors that `forward` writes.
  var outputs: [Tensor<Element>] { get }
  /// Bytes of scratch memory that a run needs; it is shared by all operations of a tape.
  var scratchBytes: Int { get }
  /// The arithmetic that one run of `forward` and of `backward` takes.
  var cost: OperationCost { get }

  /// Computes the outputs from the inputs.
  func forward(_ run: Execution)
  /// Adds to the gradients of the inputs what those of the outputs imply. Called only if some
  /// output has a gradient.
  func backward(_ run: Execution)
}

extension Operation {
  /// None.
  public var scratchBytes: Int { 0 }
}

/// What an operation may use while it runs.
public struct Execution {
  /// The threads.
  public let pool: ThreadPool
  /// Memory without contents, of at least the bytes that the operation asked for, 64-byte aligned.
  public let scratch: UnsafeMutableRawPointer
}

/// The arithmetic of an operation.
public struct OperationCost: Hashable, Sendable {
  /// Floating-point operations of matrix products in one forward run; a multiply-add is two.
  public var forward: Double
  /// The same for one backward run.
  public var backward: Double

  /// Operations of a forward and of a backward run.
  public init(forward: Double = 0, backward: Double = 0) {
    self.forward = forward
    self.backward = backward
  }

  /// An operation whose arithmetic is not that of matrix products.
  public static var none: OperationCost { OperationCost() }

  /// The sum of two costs.
  public static func + (left: OperationCost, right: OperationCost) -> OperationCost {
    OperationCost(
      forward: left.forward + right.forward, backward: left.backward + right.backward)
  }
}
